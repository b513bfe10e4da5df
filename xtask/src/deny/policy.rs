use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::deny::graph::Package;

/// The keys of deny.toml that are checked here. Another key is an error: it would look as if it were enforced.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    /// The licences that crates may have, in SPDX's spelling.
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    /// How cargo-deny treats crates in several versions that `deny` does not name.
    #[serde(rename = "multiple-versions")]
    _multiple_versions: String,
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: Option<String>,
    /// One version is welcome; a second one is not.
    #[serde(default)]
    deny_multiple_versions: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    /// Must be `deny`: crates come from the registries in `allow_registry`.
    unknown_registry: Deny,
    /// Must be `deny`: no crate comes from a Git repository.
    unknown_git: Deny,
    allow_registry: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deny {
    Deny,
}

impl Policy {
    /// What is wrong with the crates, one line each, sorted.
    pub(crate) fn breaches(&self, packages: &[Package]) -> Result<Vec<String>> {
        let allowed: Result<Vec<_>> = self.licenses.allow.iter().map(|name| licensee(name)).collect();
        let allowed = allowed?;
        let mut breaches = BTreeSet::new();
        for package in packages {
            let found = [self.ban(package), self.foreign_source(package), refused_license(package, &allowed)];
            breaches.extend(found.into_iter().flatten());
        }
        breaches.extend(self.bans.deny.iter().filter_map(|ban| ban.second_version(packages)));
        Ok(breaches.into_iter().collect())
    }

    fn ban(&self, package: &Package) -> Option<String> {
        let ban = self.bans.deny.iter().find(|ban| ban.name == package.name && !ban.deny_multiple_versions)?;
        Some(format!("{} {} is banned{}", package.name, package.version, ban.because()))
    }

    fn foreign_source(&self, package: &Package) -> Option<String> {
        let Deny::Deny = self.sources.unknown_registry;
        let Deny::Deny = self.sources.unknown_git;
        let source = package.source.as_ref()?;
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        let is_known = self.sources.allow_registry.iter().any(|allowed| allowed == registry);
        (!is_known).then(|| format!("{} {} comes from {source}", package.name, package.version))
    }
}

impl Ban {
    fn because(&self) -> String {
        self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
    }

    fn second_version(&self, packages: &[Package]) -> Option<String> {
        if !self.deny_multiple_versions {
            return None;
        }
        let same_name = packages.iter().filter(|package| package.name == self.name);
        let versions: BTreeSet<_> = same_name.map(|package| package.version.as_str()).collect();
        let versions: Vec<_> = versions.into_iter().collect();
        (versions.len() > 1)
            .then(|| format!("{} is there in several versions: {}{}", self.name, versions.join(", "), self.because()))
    }
}

fn licensee(name: &str) -> Result<Licensee> {
    Licensee::parse(name).with_context(|| format!("deny.toml allows {name:?}, which is no SPDX licence"))
}

fn refused_license(package: &Package, allowed: &[Licensee]) -> Option<String> {
    let Package { name, version, license, .. } = package;
    let Some(license) = license else {
        return Some(format!("{name} {version} states no licence"));
    };
    // Old crates write `MIT/Apache-2.0`, which the lax mode understands.
    let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) else {
        return Some(format!("{name} {version} has a licence that is no SPDX expression: {license:?}"));
    };
    let is_allowed = expression.evaluate(|required| allowed.iter().any(|licensee| licensee.satisfies(required)));
    (!is_allowed).then(|| format!("{name} {version} has a licence that is not allowed: {license}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["Apache-2.0", "MIT", "Apache-2.0 WITH LLVM-exception"]
        [bans]
        multiple-versions = "allow"
        deny = [
            { crate = "openssl-sys", reason = "TLS is rustls" },
            { crate = "wasmtime", deny-multiple-versions = true },
        ]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
        allow-registry = ["https://github.com/rust-lang/crates.io-index"]
    "#;

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some(license.to_owned()),
            source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
        }
    }

    fn breaches(packages: &[Package]) -> Vec<String> {
        toml::from_str::<Policy>(POLICY).unwrap().breaches(packages).unwrap()
    }

    #[test]
    fn a_licence_is_allowed_if_one_of_the_choices_is() {
        let fine = ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "Apache-2.0 WITH LLVM-exception OR MIT"];
        for license in fine {
            assert!(breaches(&[package("a", "1.0.0", license)]).is_empty(), "{license}");
        }
        for license in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "my own", "BSL-1.0"] {
            assert_eq!(breaches(&[package("a", "1.0.0", license)]).len(), 1, "{license}");
        }
    }

    #[test]
    fn a_crate_without_a_licence_is_a_breach() {
        let nameless = Package { license: None, ..package("a", "1.0.0", "MIT") };
        assert_eq!(breaches(&[nameless]), ["a 1.0.0 states no licence"]);
    }

    #[test]
    fn banned_crates_are_named_with_the_reason() {
        assert_eq!(breaches(&[package("openssl-sys", "0.9.1", "MIT")]), ["openssl-sys 0.9.1 is banned: TLS is rustls"]);
    }

    #[test]
    fn a_second_version_is_a_breach_only_where_the_policy_says_so() {
        let packages = ["1.0.0", "2.0.0"].map(|version| package("wasmtime", version, "MIT"));
        assert_eq!(breaches(&packages), ["wasmtime is there in several versions: 1.0.0, 2.0.0"]);
        let others = ["1.0.0", "2.0.0"].map(|version| package("syn", version, "MIT"));
        assert!(breaches(&others).is_empty());
    }

    #[test]
    fn crates_come_from_crates_io_or_the_workspace() {
        let git = Package { source: Some("git+https://example.org/a".to_owned()), ..package("a", "1.0.0", "MIT") };
        assert_eq!(breaches(&[git]), ["a 1.0.0 comes from git+https://example.org/a"]);
        let own = Package { source: None, ..package("a", "1.0.0", "MIT") };
        assert!(breaches(&[own]).is_empty());
    }

    #[test]
    fn a_key_that_is_not_enforced_is_refused() {
        assert!(toml::from_str::<Policy>(&format!("{POLICY}\n[advisories]\nversion = 2")).is_err());
    }
}

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::repository::run;

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Older compilers know the workspace's language edition, but not all of the library that it uses.
const OLDEST_MINOR: u32 = 95;

/// Debian's compiler, with the sources of its standard library.
pub(super) struct DebianRust {
    /// For instance `1.96.0`.
    pub(super) version: String,
    /// The triple of this machine.
    pub(super) host: String,
    /// The folder `library` of Rust's sources.
    pub(super) library: PathBuf,
}

impl DebianRust {
    pub(super) const RUSTC: &str = "/usr/bin/rustc";
    pub(super) const CARGO: &str = "/usr/bin/cargo";

    /// The packaged Rust, if all of it is installed and it is new enough.
    pub(super) fn installed() -> Option<Self> {
        let output = Command::new(Self::RUSTC).arg("-vV").stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let field =
            |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim().to_owned());
        let version = field("release:")?;
        let library = PathBuf::from(format!("/usr/src/rustc-{version}/library"));
        let is_complete = library.join("sysroot/Cargo.toml").is_file() && Path::new(Self::CARGO).is_file();
        (is_complete && is_new_enough(&version)).then_some(Self { version, host: field("host:")?, library })
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    matches!((parts.next(), parts.next()), (Some(1), Some(minor)) if minor >= OLDEST_MINOR)
}

/// Whether packages of Debian, or of a distribution made from it, can be installed.
pub(super) fn is_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let ids = release.lines().filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    ids.flat_map(|ids| ids.trim_matches('"').split(' ')).any(|id| id == "debian") && find_program("apt-get").is_some()
}

/// Installs the packages, as root or with a sudo that asks for no password.
pub(super) fn install() -> Result<DebianRust> {
    eprintln!(
        "Installing Debian's packages {}: a Rust compiler, the sources of its standard library, and a linker for \
         WebAssembly. They go under /usr and leave rustup's toolchains alone.",
        PACKAGES.join(", ")
    );
    let Some(prefix) = root_prefix() else {
        bail!(
            "installing packages takes root: run `sudo apt-get update && sudo apt-get install {}`, and then this \
             command again",
            PACKAGES.join(" ")
        );
    };
    run(&mut apt_get(&prefix, &["update", "-q"]))?;
    // `--no-remove`: packages that the user has are never traded for these.
    let mut arguments = vec!["install", "-q", "--yes", "--no-remove", "--no-install-recommends"];
    arguments.extend(PACKAGES);
    run(&mut apt_get(&prefix, &arguments))?;
    let Some(rust) = DebianRust::installed() else {
        bail!("Debian's packages {} hold no Rust 1.{OLDEST_MINOR} or newer with its sources", PACKAGES.join(", "));
    };
    Ok(rust)
}

/// What to put before a command so that it runs as root; `None` if there is no way.
fn root_prefix() -> Option<Vec<&'static str>> {
    let output = Command::new("id").arg("-u").output().ok()?;
    if output.stdout.trim_ascii() == b"0" {
        return Some(Vec::new());
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null()).status().ok()?;
    sudo.success().then(|| vec!["sudo", "-n"])
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    let words: Vec<_> = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command
}

/// The path of a program that can be started by its name.
pub(super) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_older_than_the_workspace_needs_are_passed_over() {
        assert!(is_new_enough("1.95.0"));
        assert!(is_new_enough("1.100.2"));
        assert!(!is_new_enough("1.85.0"));
        assert!(!is_new_enough("1.63.0-nightly"));
        assert!(!is_new_enough(""));
    }
}

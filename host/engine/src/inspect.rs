use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use wasmparser::{Encoding, Parser, Payload};

use crate::capture::push_escaped;
use crate::error::LoadError;
use crate::linker::{OFFERED, Reach};

/// A version of the contract, `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ContractVersion {
    /// Incompatible changes.
    pub major: u32,
    /// Additions.
    pub minor: u32,
    /// Corrections.
    pub patch: u32,
}

impl ContractVersion {
    /// The oldest version that this host speaks.
    pub const OLDEST: Self = Self { major: 1, minor: 0, patch: 0 };
    /// The newest version that this host speaks.
    pub const NEWEST: Self = Self { major: 1, minor: 0, patch: u32::MAX };
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.patch == u32::MAX {
            write!(formatter, "{}.{}.x", self.major, self.minor)
        } else {
            write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
        }
    }
}

impl FromStr for ContractVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.').map(str::parse);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => Ok(Self { major, minor, patch }),
            _ => Err(format!("{text:?} is not a version of the form major.minor.patch")),
        }
    }
}

impl TryFrom<String> for ContractVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ContractVersion> for String {
    fn from(version: ContractVersion) -> Self {
        version.to_string()
    }
}

/// What can be read off a component without running any of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The version of the contract that it was built against.
    pub contract: ContractVersion,
    /// The interfaces that it imports, as written in the component.
    pub imports: Vec<String>,
    /// The interfaces that it exports.
    pub exports: Vec<String>,
    /// Whether it holds scorers.
    pub has_scorers: bool,
    /// Whether it holds predict functions.
    pub has_predictors: bool,
    /// Whether it is a pure function: it imports nothing but types, log and tracing, so equal arguments give equal
    /// results.
    pub is_pure: bool,
    /// Whether it sees the virtual system of WASI.
    pub uses_system: bool,
    /// Whether it can reach other machines, where granted.
    pub reaches_out: bool,
}

/// Checks a component's imports, exports and version, without instantiating or compiling it.
pub fn inspect(bytes: &[u8], max_bytes: usize) -> Result<Inspection, LoadError> {
    if bytes.len() > max_bytes {
        return Err(LoadError::TooLarge { size: bytes.len(), limit: max_bytes });
    }
    let (imports, exports) = top_level_names(bytes)?;
    let has_scorers = exports.iter().any(|name| interface(name) == "scorebox:plugin/scorers");
    let has_predictors = exports.iter().any(|name| interface(name) == "scorebox:plugin/predictors");
    if !has_scorers && !has_predictors {
        return Err(LoadError::NotAPlugin { exports });
    }
    let contract = contract_version(&imports, &exports)?;
    let not_offered: Vec<_> = imports.iter().filter(|name| reach(name).is_none()).cloned().collect();
    if !not_offered.is_empty() {
        return Err(LoadError::ImportsNotOffered { imports: not_offered });
    }
    let reaches = |wanted| imports.iter().any(|name| reach(name) == Some(wanted));
    let (uses_system, reaches_out) = (reaches(Reach::VirtualSystem), reaches(Reach::Outside));
    Ok(Inspection {
        contract,
        has_scorers,
        has_predictors,
        is_pure: !uses_system && !reaches_out,
        uses_system,
        reaches_out,
        imports,
        exports,
    })
}

/// The names of the component's own imports and exports, not those of the components and modules inside it.
fn top_level_names(bytes: &[u8]) -> Result<(Vec<String>, Vec<String>), LoadError> {
    let malformed = |error: &wasmparser::BinaryReaderError| LoadError::Malformed {
        offset: error.offset(),
        message: one_line(error.message()),
    };
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| malformed(&error))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(LoadError::CoreModule),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(shown(import.map_err(|error| malformed(&error))?.name.name));
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    exports.push(shown(export.map_err(|error| malformed(&error))?.name.name));
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}

/// A name as it can be printed: the component is not validated yet, and may say anything. Names of the contract stay as
/// they are.
fn shown(name: &str) -> String {
    const MAX_BYTES: usize = 500;
    let mut shown = String::new();
    push_escaped(&mut shown, name, MAX_BYTES);
    one_line(&shown)
}

/// wasmparser lays some messages out over several lines.
pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of an interface without its version.
fn interface(name: &str) -> &str {
    name.split_once('@').map_or(name, |(interface, _)| interface)
}

/// How much of the outside an import opens; none for an import that is not offered.
fn reach(name: &str) -> Option<Reach> {
    let (interface, version) = name.split_once('@')?;
    let is_wasi = interface.starts_with("wasi:");
    if is_wasi && !version.starts_with("0.2.") {
        return None;
    }
    OFFERED.iter().find(|offer| offer.interface == interface).map(|offer| offer.reach)
}

/// The newest version of the contract that the component names; all of them must be supported.
fn contract_version(imports: &[String], exports: &[String]) -> Result<ContractVersion, LoadError> {
    let mut newest: Option<ContractVersion> = None;
    for name in imports.iter().chain(exports) {
        if !name.starts_with("scorebox:plugin/") {
            continue;
        }
        let version = name.split_once('@').map_or("", |(_, version)| version);
        let found: ContractVersion = version
            .parse()
            .map_err(|error| LoadError::DoesNotFit(format!("the interface {name} has no usable version: {error}")))?;
        let (oldest, supported) = (ContractVersion::OLDEST, ContractVersion::NEWEST);
        if found < oldest || found > supported {
            return Err(LoadError::UnsupportedContract { found, oldest, newest: supported });
        }
        newest = newest.max(Some(found));
    }
    newest.ok_or_else(|| LoadError::NotAPlugin { exports: exports.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let version: ContractVersion = "1.2.3".parse().unwrap();
        assert_eq!(version, ContractVersion { major: 1, minor: 2, patch: 3 });
        assert!("1.2".parse::<ContractVersion>().is_err());
        assert!("1.2.x".parse::<ContractVersion>().is_err());
    }

    #[test]
    fn sockets_are_not_offered_in_any_version() {
        for import in ["wasi:sockets/tcp@0.2.0", "wasi:sockets/ip-name-lookup@0.2.12", "wasi:cli/environment@0.3.0"] {
            assert_eq!(reach(import), None, "{import}");
        }
        assert_eq!(reach("wasi:cli/environment@0.2.0"), Some(Reach::VirtualSystem));
    }

    #[test]
    fn bytes_that_are_no_component_are_refused() {
        assert!(matches!(inspect(b"hello, world", 100), Err(LoadError::Malformed { .. })));
        assert!(matches!(inspect(b"", 100), Err(LoadError::Malformed { .. })));
        assert!(matches!(inspect(b"\0asm\x01\0\0\0", 100), Err(LoadError::CoreModule)));
        assert!(matches!(inspect(&[0; 101], 100), Err(LoadError::TooLarge { size: 101, limit: 100 })));
    }
}

//! The contract, the SDKs and the templates, as they are in the repository that this program was built from.

use std::path::Path;

use crate::error::LanguageError;
use crate::workspace::write_if_new;

/// Name in the repository and contents, sorted by name.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files of a folder of the repository, by their names in it.
pub(crate) fn files(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().filter_map(move |(name, contents)| {
        let inner = name.strip_prefix(folder)?.strip_prefix('/')?;
        Some((inner, *contents))
    })
}

/// Writes the files of a folder of the repository, except templates, where they are not up to date.
pub(crate) fn unpack(folder: &str, target: &Path) -> Result<(), LanguageError> {
    let wanted = files(folder).filter(|(name, _)| !name.starts_with("template"));
    for (name, contents) in wanted {
        write_if_new(&target.join(name), contents)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_and_a_stand_alone_rust_sdk_are_embedded() {
        assert!(files("wit").any(|(name, _)| name == "deps/http.wit"));
        let (_, manifest) = files("sdk/rust").find(|(name, _)| *name == "Cargo.toml").unwrap();
        let manifest = std::str::from_utf8(manifest).unwrap();
        assert!(!manifest.contains("workspace"), "{manifest}");
        assert!(manifest.contains("path = \"macros\""), "{manifest}");
    }
}

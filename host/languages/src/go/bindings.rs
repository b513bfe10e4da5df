//! The Go code between the contract and the SDK.

use std::path::Path;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_go::{Format, Opts};

use super::in_full;
use crate::error::LanguageError;
use crate::workspace::{remove_folder, write_if_new};

/// The package of the SDK below which bindings are.
const BINDINGS: &str = "scorebox.dev/sdk/internal/bindings";
/// The package of the SDK below which are the functions that bindings call when the host calls the plugin.
const EXPORTS: &str = "scorebox.dev/sdk/internal/exports";
/// What bindings expect from the network, and what the SDK has in its place.
const RUNTIME: (&str, &str) = ("go.bytecodealliance.org/pkg/wit/", "scorebox.dev/sdk/internal/wit/");

/// Writes the bindings of the world `guest` into the SDK, in place of those of an earlier build, whose world may have
/// been another.
pub(super) fn write(wit_dir: &Path, sdk_dir: &Path) -> Result<(), LanguageError> {
    let files = generate(wit_dir)
        .map_err(|reason| LanguageError::Source(format!("the contract in {}: {reason}", wit_dir.display())))?;
    let folder = sdk_dir.join("internal").join("bindings");
    remove_folder(&folder)?;
    for (name, contents) in files.iter() {
        let contents = String::from_utf8_lossy(contents).replace(RUNTIME.0, RUNTIME.1);
        write_if_new(&folder.join(name), contents)?;
    }
    Ok(())
}

fn generate(wit_dir: &Path) -> Result<Files, String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit_dir).map_err(in_full)?;
    let world = resolve.select_world(&[package], Some("guest")).map_err(in_full)?;
    let options = Opts {
        format: Format::False,
        pkg_name: Some(BINDINGS.to_owned()),
        export_pkg_name: Some(EXPORTS.to_owned()),
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files).map_err(in_full)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn bindings_need_nothing_from_the_network_and_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let wit = folder.path().join("wit");
        crate::sdk::unpack("wit", &wit).unwrap();
        fs::write(wit.join("guest.wit"), "world guest { import log; export scorers; }").unwrap();
        let stale = folder.path().join("internal/bindings/scorebox_plugin_llm");
        fs::create_dir_all(&stale).unwrap();
        write(&wit, folder.path()).unwrap();
        assert!(!stale.exists());
        let bindings = folder.path().join("internal/bindings/wit_exports/wit_exports.go");
        let bindings = fs::read_to_string(bindings).unwrap();
        assert!(
            bindings.contains("\"scorebox.dev/sdk/internal/exports/export_scorebox_plugin_scorers\""),
            "{bindings}"
        );
        assert!(!bindings.contains("go.bytecodealliance.org"), "{bindings}");
    }
}

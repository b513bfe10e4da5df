//! The contract in C, made from the world of the plugin.

use std::path::PathBuf;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

use crate::error::LanguageError;
use crate::workspace::{Workspace, write_if_new};

/// Where the generated files are.
pub(super) struct Bindings {
    /// The folder with the header.
    pub(super) folder: PathBuf,
    pub(super) source: PathBuf,
    /// An object that carries the world into the linked module.
    pub(super) world_object: PathBuf,
}

pub(super) fn generate(workspace: &Workspace) -> Result<Bindings, LanguageError> {
    let files = generated(workspace).map_err(LanguageError::Source)?;
    let folder = workspace.build_dir().join("bindings");
    for (name, contents) in files.iter() {
        write_if_new(&folder.join(name), contents)?;
    }
    let (source, world_object) = (folder.join("guest.c"), folder.join("guest_component_type.o"));
    Ok(Bindings { folder, source, world_object })
}

fn generated(workspace: &Workspace) -> Result<Files, String> {
    let wit_dir = workspace.wit_dir();
    let invalid = |error| format!("{}: no C bindings can be made: {error:#}", wit_dir.display());
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&wit_dir).map_err(invalid)?;
    let world = resolve.select_world(&[package], Some("guest")).map_err(invalid)?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world, &mut files).map_err(invalid)?;
    Ok(files)
}

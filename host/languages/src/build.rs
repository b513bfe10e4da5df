use std::path::PathBuf;

use scorebox_build::{BuiltPlugin, Report};

use crate::error::LanguageError;
use crate::language::Language;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;
use crate::{c, go, javascript, python, rust};

/// Builds the project's component. Sets up what tools it needs in the toolbox.
///
/// Scorebox itself runs nothing of the project, but some tools do: cargo runs build scripts and macros on this machine, and
/// Python and JavaScript run what stands at the top of a module, in their sandbox. Only projects that are trusted are to be
/// built.
pub fn build(project: &Project, toolbox: &Toolbox) -> Result<BuiltPlugin, LanguageError> {
    let workspace = Workspace::prepare(project)?;
    let component = match project.language() {
        Language::Rust => rust::build(project, &workspace),
        Language::Python => python::build(project, toolbox, &workspace),
        Language::JavaScript | Language::TypeScript => javascript::build(project, toolbox, &workspace),
        Language::C => c::build(project, toolbox, &workspace),
        Language::Go => go::build(project, toolbox, &workspace),
    }?;
    let report = Report::of(&component)
        .map_err(|reason| LanguageError::NotAPlugin { project: project.folder().to_owned(), reason })?;
    Ok(BuiltPlugin { component, report })
}

/// Where a project's component is written unless told otherwise: `dist/NAME.wasm` in its folder.
#[must_use]
pub fn default_output(project: &Project) -> PathBuf {
    project.folder().join("dist").join(&project.manifest().name).with_added_extension("wasm")
}

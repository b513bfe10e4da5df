use std::path::PathBuf;

use scorebox_build::{BuiltPlugin, Report};

use crate::built::Built;
use crate::error::LanguageError;
use crate::language::Language;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;
use crate::{c, go, javascript, python, rust};

/// Builds the project's component, unless nothing has changed since the last time. Sets up what tools it needs in the
/// toolbox; nothing of the project is run by this.
pub fn build(project: &Project, toolbox: &Toolbox) -> Result<BuiltPlugin, LanguageError> {
    let workspace = Workspace::prepare(project)?;
    let component = if project.language() == Language::Rust {
        // Cargo knows what has changed, in the folders of path dependencies too.
        rust::build(project, &workspace)?
    } else {
        let built = Built::of(project, &workspace)?;
        match built.component() {
            Some(component) => component,
            None => {
                let component = compile(project, toolbox, &workspace)?;
                // What the build wrote into the project, such as a lock file, belongs to what was built.
                Built::of(project, &workspace)?.keep(&component)?;
                component
            }
        }
    };
    let report = Report::of(&component)
        .map_err(|reason| LanguageError::NotAPlugin { project: project.folder().to_owned(), reason })?;
    Ok(BuiltPlugin { component, report })
}

fn compile(project: &Project, toolbox: &Toolbox, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    match project.language() {
        Language::Rust => rust::build(project, workspace),
        Language::Python => python::build(project, toolbox, workspace),
        Language::JavaScript | Language::TypeScript => javascript::build(project, toolbox, workspace),
        Language::C => c::build(project, toolbox, workspace),
        Language::Go => go::build(project, toolbox, workspace),
    }
}

/// Where a project's component is written unless told otherwise: `dist/NAME.wasm` in its folder.
#[must_use]
pub fn default_output(project: &Project) -> PathBuf {
    project.folder().join("dist").join(&project.manifest().name).with_added_extension("wasm")
}

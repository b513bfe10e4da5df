//! Rust: cargo compiles, with the toolchain that is on the machine.

use scorebox_build::{BuildRequest, build_rust_plugin};

use crate::error::LanguageError;
use crate::project::Project;
use crate::workspace::Workspace;

pub(crate) fn build(project: &Project, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    let request = BuildRequest {
        project: project.folder().to_owned(),
        target_dir: workspace.build_dir().join("cargo"),
        locked: false,
    };
    Ok(build_rust_plugin(&request)?.component)
}

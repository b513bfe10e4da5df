use std::fs;
use std::path::PathBuf;

use scorebox_core::Digest;

use crate::error::BuildError;
use crate::remap::Remap;
use crate::toolchain::Toolchain;
use crate::{cargo, component};

/// What to build, and where.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    /// The folder with the plugin's `Cargo.toml`.
    pub project: PathBuf,
    /// Where cargo keeps what it compiles; a further build with the same folder only compiles what has changed. It must
    /// not be the target folder of a cargo that waits for this build.
    pub target_dir: PathBuf,
    /// Whether `Cargo.lock` has to be there and up to date, as in a repository that shares it.
    pub locked: bool,
}

/// A component and what there is to know about it.
#[derive(Clone, Debug)]
pub struct BuiltPlugin {
    /// The component's bytes.
    pub component: Vec<u8>,
    /// Its identity and its face.
    pub report: Report,
}

/// The identity and the face of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Bytes of the component.
    pub size_bytes: usize,
    /// The digest of the component.
    pub digest: Digest,
    /// The interfaces and functions that it offers, sorted.
    pub exports: Vec<String>,
    /// The interfaces and functions that it wants from the host, sorted; none for a pure component. Interfaces that only
    /// hold types are not among them.
    pub imports: Vec<String>,
}

impl Report {
    /// Reads what a component says about itself; an error says why it is no plugin.
    pub fn of(component: &[u8]) -> Result<Self, String> {
        let face = component::face(component)?;
        Ok(Self {
            size_bytes: component.len(),
            digest: Digest::of(component),
            exports: face.exports,
            imports: face.imports,
        })
    }
}

/// Compiles a Rust project to a component.
///
/// The project is a library; its crate type does not matter. Cargo's progress and the compiler's messages go to the
/// standard error as they come.
pub fn build_rust_plugin(request: &BuildRequest) -> Result<BuiltPlugin, BuildError> {
    let no_project = |_| BuildError::NoProject { project: request.project.clone() };
    let manifest = request.project.join("Cargo.toml").canonicalize().map_err(no_project)?;
    let project = manifest.parent().unwrap_or(&manifest).to_owned();
    let toolchain = Toolchain::find(&project)?;
    let workspace = cargo::workspace_root(&toolchain, &project)?;
    let remap = Remap::new(&workspace, &request.target_dir, &toolchain);
    let path = cargo::compile(&toolchain, &project, request, &remap)?;
    let module = fs::read(&path).map_err(|source| BuildError::Read { path, source })?;
    if component::expects_javascript(&module) {
        return Err(BuildError::ExpectsJavaScript { project });
    }
    let not_a_plugin = |reason| BuildError::NotAPlugin { project: project.clone(), reason };
    let component = component::componentize(&module, &[]).map_err(not_a_plugin)?;
    let report = Report::of(&component).map_err(not_a_plugin)?;
    Ok(BuiltPlugin { component, report })
}

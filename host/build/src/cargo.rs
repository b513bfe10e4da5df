use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::BuildError;
use crate::plugin::BuildRequest;
use crate::profile;
use crate::remap::Remap;
use crate::toolchain::{Toolchain, WASM_TARGET};

/// The folder of the workspace that the project belongs to, or of the project itself.
pub(crate) fn workspace_root(toolchain: &Toolchain, project: &Path) -> Result<PathBuf, BuildError> {
    let mut command = toolchain.cargo(project);
    command.args(["locate-project", "--workspace", "--message-format", "plain"]).stderr(Stdio::inherit());
    let output = command.output().map_err(|source| start_error(project, source))?;
    if !output.status.success() {
        return Err(compile_error(project));
    }
    let manifest = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end());
    manifest
        .parent()
        .map(Path::to_owned)
        .ok_or_else(|| BuildError::Cargo { project: project.to_owned(), reason: "it names no workspace".to_owned() })
}

/// Compiles the project's library and answers the path of the core module.
pub(crate) fn compile(
    toolchain: &Toolchain,
    project: &Path,
    request: &BuildRequest,
    remap: &Remap,
) -> Result<PathBuf, BuildError> {
    let mut command = toolchain.cargo(project);
    // `--crate-type` instead of a line in the project's Cargo.toml: the project stays an ordinary library for its own
    // tests, and link-time optimisation works, which it does not for a library of two types.
    command.args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", WASM_TARGET]);
    command.args(["--message-format", "json-render-diagnostics", "--manifest-path"]).arg(project.join("Cargo.toml"));
    command.arg("--target-dir").arg(&request.target_dir).args(profile::cargo_arguments(remap));
    if request.locked {
        command.arg("--locked");
    }
    run(command, project)
}

fn run(mut command: Command, project: &Path) -> Result<PathBuf, BuildError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|source| start_error(project, source))?;
    let manifest = project.join("Cargo.toml");
    let mut module = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|source| start_error(project, source))?;
            module = module_in(&line, &manifest).or(module);
        }
    }
    let status = child.wait().map_err(|source| start_error(project, source))?;
    if !status.success() {
        return Err(compile_error(project));
    }
    module.ok_or_else(|| BuildError::Cargo {
        project: project.to_owned(),
        reason: "it names no compiled library".to_owned(),
    })
}

/// One of the messages that cargo writes to its standard output, one on each line.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        manifest_path: PathBuf,
        filenames: Vec<PathBuf>,
    },
    #[serde(other)]
    Other,
}

/// The core module, if the line of cargo's output says where it is.
fn module_in(line: &str, manifest: &Path) -> Option<PathBuf> {
    match serde_json::from_str(line).ok()? {
        Message::CompilerArtifact { manifest_path, filenames } if manifest_path == manifest => {
            filenames.into_iter().find(|path| path.extension() == Some(OsStr::new("wasm")))
        }
        _ => None,
    }
}

fn start_error(project: &Path, source: std::io::Error) -> BuildError {
    BuildError::Start { project: project.to_owned(), source }
}

fn compile_error(project: &Path) -> BuildError {
    let command = format!("cd {} && cargo check --target {WASM_TARGET}", project.display());
    BuildError::Compile { project: project.to_owned(), command }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///p#0.1.0","manifest_path":"/p/Cargo.toml",
        "filenames":["/t/release/p.d","/t/release/p.wasm"],"fresh":true}"#;

    #[test]
    fn the_module_is_the_project_s_own() {
        assert_eq!(module_in(MODULE, Path::new("/p/Cargo.toml")), Some(PathBuf::from("/t/release/p.wasm")));
        assert_eq!(module_in(MODULE, Path::new("/other/Cargo.toml")), None);
    }

    #[test]
    fn other_messages_and_other_output_are_passed_over() {
        for line in [r#"{"reason":"build-finished","success":true}"#, "", "printed by a build script"] {
            assert_eq!(module_in(line, Path::new("/p/Cargo.toml")), None, "{line}");
        }
    }
}

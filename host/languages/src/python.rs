//! Python: componentize-py puts CPython and the plugin's modules into a component, which begins to run where the imports
//! have ended.
//!
//! What an import reads, draws or looks up while the component is built is in it for good. The seed of CPython's hashes is
//! such a thing: componentize-py draws it anew in each build, so that two builds of the same sources behave alike but have
//! other bytes. It has no option against that yet.

mod dependencies;
mod sockets;
mod staging;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built;
use crate::command;
use crate::error::LanguageError;
use crate::project::Project;
use crate::toolbox::{PYTHON_ADVICE, Toolbox, python};
use crate::workspace::Workspace;
use staging::Stage;

const COMPONENTIZE_PY: &str = include_str!("python/requirements.txt");
const COMPONENTIZE: &str = include_str!("python/componentize.py");

/// The module that the component begins with; its name must be none that a plugin would have.
const ENTRY: &str = "scorebox_component";

/// Modules of Python keep their names, whatever else a plugin's world imports.
const NAMES: [&str; 2] = ["scorebox:plugin/types@1.0.0=contract_types", "wasi:http/types@0.2.12=http_types"];

pub(crate) fn build(project: &Project, toolbox: &Toolbox, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    let source = staging::source_of(project)?;
    let dependencies = dependencies::of(project)?;
    let stage = Stage::fill(project, workspace, &source)?;
    let listed = dependencies.join("\n");
    let contents = stage.contents()?;
    let parts: Vec<_> = contents.iter().map(Vec::as_slice).chain([listed.as_bytes()]).collect();
    // Half a minute, and other bytes each time.
    built::once(workspace, &parts, || {
        let packages = dependencies::install(&dependencies, toolbox)?;
        let tools = toolbox.python_packages("componentize-py", COMPONENTIZE_PY)?;
        let component = componentize(&stage, packages.as_deref(), &tools, workspace, project)?;
        sockets::without_sockets(component).map_err(|error| LanguageError::NotAPlugin {
            project: project.folder().to_owned(),
            reason: format!("{error:#}"),
        })
    })
}

fn componentize(
    stage: &Stage,
    packages: Option<&Path>,
    tools: &Path,
    workspace: &Workspace,
    project: &Project,
) -> Result<Vec<u8>, LanguageError> {
    let output = stage.folder().join("component.wasm");
    let mut tool = Command::new(python());
    // Python takes modules from the working folder: from an empty one, not from the plugin's.
    tool.current_dir(stage.empty_environment());
    tool.arg("-c").arg(COMPONENTIZE);
    tool.arg("--quiet").arg("--wit-path").arg(workspace.wit_dir()).args(["--world", "guest"]);
    for name in NAMES {
        tool.args(["--import-interface-name", name]);
    }
    tool.arg("componentize");
    for folder in stage.python_path().iter().map(PathBuf::as_path).chain(packages) {
        tool.arg("--python-path").arg(folder);
    }
    tool.arg("--output").arg(&output).arg(ENTRY);
    tool.env("PYTHONPATH", tools).env("PYTHONNOUSERSITE", "1").env_remove("RUST_BACKTRACE");
    // Packages that happen to be installed on this machine are not the plugin's: it looks into this empty place instead.
    tool.env("VIRTUAL_ENV", stage.empty_environment());
    let what = format!("building {}", stage.source_name());
    let ran = command::output(&mut tool, &what, PYTHON_ADVICE)?;
    if !ran.status.success() {
        return Err(unbuilt(project, stage, &String::from_utf8_lossy(&ran.stderr)));
    }
    fs::read(&output).map_err(|source| LanguageError::Read { path: output, source })
}

/// What the author reads when their module does not load: what Python says, and what may be meant by it.
fn unbuilt(project: &Project, stage: &Stage, said: &str) -> LanguageError {
    let mut text = format!("{} cannot be built:\n{}", stage.source_name(), said.trim());
    if said.contains("ModuleNotFoundError") {
        let module = project.manifest().module();
        text.push_str(&format!(
            "\nA component holds {} and the packages that pyproject.toml lists in `dependencies`. A plugin of several \
             modules is a package: a folder {module} with an __init__.py.",
            stage.source_name()
        ));
    }
    LanguageError::Source(text)
}

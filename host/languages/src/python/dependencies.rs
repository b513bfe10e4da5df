//! The packages that a plugin uses: pure Python, from PyPI.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::command;
use crate::error::LanguageError;
use crate::project::Project;
use crate::toolbox::{PYTHON_ADVICE, Toolbox, python};

/// The Python in a component, which decides what packages fit.
const PYTHON_VERSION: &str = "3.14";

#[derive(Deserialize)]
struct PyProject {
    project: Option<ProjectTable>,
}

#[derive(Deserialize)]
struct ProjectTable {
    #[serde(default)]
    dependencies: Vec<String>,
}

/// The `dependencies` of `pyproject.toml`.
pub(super) fn of(project: &Project) -> Result<Vec<String>, LanguageError> {
    let path = project.folder().join("pyproject.toml");
    let text = fs::read_to_string(&path).map_err(|source| LanguageError::Read { path: path.clone(), source })?;
    listed(&text).map_err(|reason| LanguageError::Manifest { path, reason })
}

/// Installs what a plugin depends on; `None` where that is nothing.
///
/// Another list makes another folder; the same list keeps its folder, and with it the versions that were found first.
pub(super) fn install(dependencies: &[String], toolbox: &Toolbox) -> Result<Option<PathBuf>, LanguageError> {
    if dependencies.is_empty() {
        return Ok(None);
    }
    let list = dependencies.join("\n");
    let what = format!("installing {}", dependencies.join(", "));
    let folder = toolbox.set_up("dependencies", &[&list, PYTHON_VERSION], &what, |folder| {
        let mut pip = Command::new(python());
        // Python takes modules from the working folder, which is the plugin's otherwise.
        pip.current_dir(folder);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]);
        pip.args(["--only-binary", ":all:", "--platform", "any", "--abi", "none", "--implementation", "py"]);
        pip.args(["--python-version", PYTHON_VERSION]);
        pip.arg("--target").arg(folder).arg("--").args(dependencies);
        command::run(&mut pip, &what, PYTHON_ADVICE).map(drop).map_err(not_pure)
    })?;
    Ok(Some(folder))
}

fn listed(text: &str) -> Result<Vec<String>, String> {
    let file: PyProject = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    let dependencies = file.project.map(|project| project.dependencies).unwrap_or_default();
    match dependencies.iter().find(|dependency| !is_of_pypi(dependency)) {
        Some(dependency) => Err(format!("`dependencies`: {dependency:?} is no package of PyPI")),
        None => Ok(dependencies),
    }
}

/// Whether a requirement is a name, with extras, versions and markers perhaps. Anything else would let pip fetch or build
/// what a URL or a path leads to, and building runs it.
fn is_of_pypi(requirement: &str) -> bool {
    let (package, _markers) = requirement.split_once(';').unwrap_or((requirement, ""));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._-[],<>=!~*+".contains(c);
    let is_file = [".whl", ".zip", ".tar.gz"].iter().any(|extension| package.trim_end().ends_with(extension));
    package.starts_with(|first: char| first.is_ascii_alphanumeric()) && package.chars().all(is_plain) && !is_file
}

/// pip says that there is no matching distribution; this says why there may be none.
fn not_pure(error: LanguageError) -> LanguageError {
    match error {
        LanguageError::Tool { what, status, output } => LanguageError::Tool {
            what,
            status,
            output: format!(
                "{output}\nA plugin can use packages of pure Python: those with a wheel `py3-none-any`, whose \
                 dependencies have one too. A package with native code, such as numpy, does not run in a component."
            ),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_those_of_the_project_table() {
        assert_eq!(listed("[project]\nname = \"a\"\ndependencies = [\"toolz>=1\"]").unwrap(), ["toolz>=1"]);
        assert!(listed("[project]\nname = \"a\"").unwrap().is_empty());
        assert!(listed("[tool.pytest.ini_options]\npythonpath = []").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_package_of_pypi_is_refused() {
        for dependency in [
            "a @ https://a.example/a.whl",
            "a@file:///a",
            "./a",
            "/a",
            "git+https://a.example/a",
            "a.whl",
            "--index-url=https://a.example",
        ] {
            assert!(listed(&format!("[project]\ndependencies = [\"{dependency}\"]")).is_err(), "{dependency}");
        }
        for dependency in ["toolz", "toolz >= 1, < 2", "a-b.c[x, y]~=1.0 ; python_version > '3.8'", "a==1.*"] {
            assert!(listed(&format!("[project]\ndependencies = [\"{dependency}\"]")).is_ok(), "{dependency}");
        }
    }
}

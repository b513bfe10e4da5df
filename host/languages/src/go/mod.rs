//! Go: bindings are made from the contract, Go's own compiler makes a core module for the interface that its runtime
//! knows (`wasi_snapshot_preview1`), and the SDK's adapter stands in for that interface, so that the component has no
//! system.

mod bindings;
mod component;

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::command::run;
use crate::error::LanguageError;
use crate::manifest::Manifest;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;

/// Go from PyPI: one wheel holds the whole toolchain, and needs nothing else of the machine.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Builds the component of a Go project.
pub(crate) fn build(project: &Project, toolbox: &Toolbox, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    bindings::write(&workspace.wit_dir(), &workspace.sdk_dir())?;
    let module = workspace.build_dir().join("core.wasm");
    compile(project, toolbox, &module)?;
    let module = fs::read(&module).map_err(|source| LanguageError::Read { path: module, source })?;
    component::wrap(module, &workspace.wit_dir())
        .map_err(|reason| LanguageError::NotAPlugin { project: project.folder().to_owned(), reason })
}

fn compile(project: &Project, toolbox: &Toolbox, output: &Path) -> Result<(), LanguageError> {
    let mut go = command(toolbox, project.folder())?;
    go.envs([("GOOS", "wasip1"), ("GOARCH", "wasm")])
        .args(["build", "-buildmode=c-shared", "-mod=readonly"])
        // No path of this machine, no time and no version control: the same sources are the same component everywhere.
        // `checklinkname` lets the SDK tell the runtime how to end after a panic (internal/output).
        .args(["-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -checklinkname=0"])
        .arg(format!("-tags={}", tags(project.manifest())))
        .arg("-o")
        .arg(output)
        .arg(".");
    run(&mut go, "compiling the Go package", "").map(drop)
}

/// Go itself, in a folder, with the same settings everywhere.
pub(crate) fn command(toolbox: &Toolbox, folder: &Path) -> Result<Command, LanguageError> {
    let tools = toolbox.python_packages("go", REQUIREMENTS)?;
    let mut go = Command::new(tools.join("go").join("bin").join(format!("go{EXE_SUFFIX}")));
    for name in foreign_settings() {
        go.env_remove(name);
    }
    go.current_dir(folder)
        .envs([("CGO_ENABLED", "0"), ("GO111MODULE", "on")])
        // Nothing but the project and the toolchain decides what is built, and nothing is fetched while it is.
        .envs([("GOENV", "off"), ("GOWORK", "off"), ("GOTOOLCHAIN", "local"), ("GOPROXY", "off")])
        // Beside the toolchain, so that the standard library is compiled once for all projects that share it.
        .env("GOCACHE", tools.join("build-cache"));
    Ok(go)
}

/// Go's settings in the environment, except for where the user's module cache is.
fn foreign_settings() -> impl Iterator<Item = OsString> {
    let is_kept = |name: &str| matches!(name, "GOPATH" | "GOMODCACHE");
    env::vars_os()
        .map(|(name, _)| name)
        .filter(move |name| name.to_str().is_some_and(|name| name.starts_with("GO") && !is_kept(name)))
}

/// What the SDK compiles in: bindings exist for those parts of the contract only that `plugin.toml` names.
fn tags(manifest: &Manifest) -> String {
    let parts = [
        (manifest.exports.scorers, "scorebox_scorers"),
        (manifest.exports.predictors, "scorebox_predictors"),
        (manifest.imports.llm, "scorebox_llm"),
        (manifest.imports.http, "scorebox_http"),
    ];
    let named: Vec<_> = parts.into_iter().filter(|(is_named, _)| *is_named).map(|(_, tag)| tag).collect();
    named.join(",")
}

/// An error with its causes.
fn in_full(error: impl Display) -> String {
    format!("{error:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_compiles_in_what_the_manifest_names() {
        let text = "name = \"a\"\nversion = \"0.1.0\"\nexports = [\"predictors\"]\nimports = [\"http\"]";
        assert_eq!(tags(&Manifest::parse(text).unwrap()), "scorebox_predictors,scorebox_http");
    }
}

//! JavaScript and TypeScript: rolldown bundles the project, its npm packages and the SDK into one module, which goes into
//! a component together with an engine.

mod contract;
mod engine;
mod packages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::built;
use crate::command;
use crate::error::LanguageError;
use crate::language::Language;
use crate::project::Project;
use crate::toolbox::{NODE_ADVICE, Toolbox};
use crate::workspace::Workspace;
use packages::Package;

pub(crate) fn build(project: &Project, toolbox: &Toolbox, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    let package = Package::read(project.folder())?;
    package.install(project.folder(), &workspace.sdk_dir())?;
    let tools = engine::tools(project.manifest().javascript_engine, toolbox)?;
    if project.language() == Language::TypeScript {
        check_types(project, toolbox)?;
    }
    let bundle = bundle(project, &package, &tools, workspace)?;
    // An engine's start leaves traces of the moment in its memory: two components of one bundle have different bytes.
    built::once(
        workspace,
        &[&read(&bundle)?[..], engine::pins(project.manifest().javascript_engine).as_bytes()],
        || {
            let world = contract::guest_world(workspace, project.manifest().javascript_engine)?;
            engine::componentize(project.manifest(), &tools, &bundle, &world)
        },
    )
}

/// Type-checks as the project's tsconfig.json says; an error shows what `tsc` shows.
fn check_types(project: &Project, toolbox: &Toolbox) -> Result<(), LanguageError> {
    let (package, lock) = (
        include_str!("../../../../sdk/javascript/tools/typescript/package.json"),
        include_str!("../../../../sdk/javascript/tools/typescript/package-lock.json"),
    );
    let tools = toolbox.npm_packages("typescript", package, lock)?;
    let mut tsc = Command::new("node");
    tsc.current_dir(project.folder()).arg(tools.join("node_modules/typescript/bin/tsc"));
    tsc.args(["--noEmit", "--pretty", "false", "--project", "tsconfig.json"]);
    command::run(&mut tsc, "type-checking", NODE_ADVICE).map(drop)
}

/// One module with everything but the contract's interfaces, in the folder for what a build leaves.
fn bundle(project: &Project, package: &Package, tools: &Path, workspace: &Workspace) -> Result<PathBuf, LanguageError> {
    let manifest = project.manifest();
    let entry = package.entry(project.folder())?;
    let output = workspace.build_dir().join("plugin.js");
    let request = json!({
        "entry": entry,
        "output": output,
        "engine": engine::name(manifest.javascript_engine),
        "sdk": workspace.sdk_dir(),
        "imports": { "llm": manifest.imports.llm, "http": manifest.imports.http },
        "exports": { "scorers": manifest.exports.scorers, "predictors": manifest.exports.predictors },
        "rolldown": tools.join("node_modules/rolldown/dist/index.mjs"),
    });
    let mut node = Command::new("node");
    node.current_dir(project.folder()).arg(workspace.sdk_dir().join("bundler/bundle.mjs")).arg(request.to_string());
    command::run(&mut node, &format!("bundling {}", command::relative(&entry, project.folder())), NODE_ADVICE)?;
    Ok(output)
}

fn read(path: &Path) -> Result<Vec<u8>, LanguageError> {
    fs::read(path).map_err(|source| LanguageError::Read { path: path.to_owned(), source })
}

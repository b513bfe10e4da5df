//! JavaScript and TypeScript: rolldown bundles the project, its npm packages and the SDK into one module, which goes into
//! a component together with an engine.

mod contract;
mod engine;
mod packages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scorebox_core::Digest;
use serde_json::json;

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
    once(workspace, &[&read(&bundle)?, engine::pins(project.manifest().javascript_engine).as_bytes()], || {
        let world = contract::guest_world(workspace, project.manifest().javascript_engine)?;
        engine::componentize(project.manifest(), &tools, &bundle, &world)
    })
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

/// What `make` makes from `parts` and the contract, or what it made of the same before.
///
/// An engine's start leaves traces of the moment in its memory, so that two components of one bundle have different
/// digests; what has not changed must keep its digest, or its results would be computed again.
fn once(
    workspace: &Workspace,
    parts: &[&[u8]],
    make: impl FnOnce() -> Result<Vec<u8>, LanguageError>,
) -> Result<Vec<u8>, LanguageError> {
    let world = read(&workspace.wit_dir().join("guest.wit"))?;
    let types = read(&workspace.wit_dir().join("types.wit"))?;
    let all: Vec<u8> = [env!("SCOREBOX_BUILD_DIGEST").as_bytes(), &world[..], &types[..]]
        .iter()
        .chain(parts)
        .flat_map(|part| [part, &b"\0"[..]].concat())
        .collect();
    let kept = workspace.build_dir().join(format!("component-{}.wasm", Digest::of(&all).short()));
    if let Ok(component) = fs::read(&kept) {
        return Ok(component);
    }
    let component = make()?;
    forget_others(&workspace.build_dir());
    // Under another name until all of it is there: a build that is killed leaves no half component.
    let unfinished = kept.with_extension("unfinished");
    let written = fs::write(&unfinished, &component).and_then(|()| fs::rename(&unfinished, &kept));
    written.map_err(|source| LanguageError::Write { path: kept, source })?;
    Ok(component)
}

fn forget_others(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("component-") {
            // What stays only takes space.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LanguageError> {
    fs::read(path).map_err(|source| LanguageError::Read { path: path.to_owned(), source })
}

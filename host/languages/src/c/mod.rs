//! C: Zig's C compiler, or a clang of the author's choice, compiles the project's sources with the SDK's.

mod bindings;
mod compiler;
mod outside;
mod sources;
mod strip;

use std::fmt::Display;
use std::fs;

use crate::error::LanguageError;
use crate::manifest::Manifest;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;

use compiler::Compiler;

pub(crate) fn build(project: &Project, toolbox: &Toolbox, workspace: &Workspace) -> Result<Vec<u8>, LanguageError> {
    let bindings = bindings::generate(workspace)?;
    let compiler = Compiler::find(project, toolbox, workspace, &bindings)?;
    let own = sources::of_project(project)?;
    let given = sources::of_sdk(project, workspace, &bindings)?;
    let definitions = definitions(project.manifest());
    // The author's sources come first: their mistakes are what a build is for.
    let sources = own.iter().chain(&given);
    let objects = sources.map(|source| compiler.compile(source, &definitions)).collect::<Result<Vec<_>, _>>()?;
    let module = compiler.link(&objects, &bindings.world_object)?;
    let module = fs::read(&module).map_err(|source| LanguageError::Read { path: module, source })?;
    let module = strip::without_debug_info(&module).map_err(no_plugin)?;
    let outside = outside::functions(&module).map_err(no_plugin)?;
    if !outside.is_empty() {
        return Err(LanguageError::Source(format!(
            "the plugin calls functions of the C library that need an operating system ({}), such as printf, fopen or \
             time: there is none in the sandbox.\nWrite messages with sb_log, and make texts with sb_format.",
            outside.join(", ")
        )));
    }
    scorebox_build::componentize(&module, &[]).map_err(no_plugin)
}

fn no_plugin(reason: impl Display) -> LanguageError {
    LanguageError::Source(format!("the compiled module is no plugin: {reason}"))
}

/// What the SDK's sources compile depends on what the plugin exchanges with the host.
fn definitions(manifest: &Manifest) -> Vec<&'static str> {
    let Manifest { exports, imports, .. } = manifest;
    let wanted = [
        (exports.scorers, "-DSCOREBOX_SCORERS"),
        (exports.predictors, "-DSCOREBOX_PREDICTORS"),
        (imports.llm, "-DSCOREBOX_LLM"),
        (imports.http, "-DSCOREBOX_HTTP"),
    ];
    wanted.into_iter().filter_map(|(is_wanted, definition)| is_wanted.then_some(definition)).collect()
}

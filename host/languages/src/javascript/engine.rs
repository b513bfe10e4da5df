use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::contract;
use crate::command;
use crate::error::LanguageError;
use crate::manifest::{JavaScriptEngine, Manifest};
use crate::toolbox::{NODE_ADVICE, Toolbox};

/// The engine's name in `plugin.toml`, in the SDK and in messages.
pub(super) fn name(engine: JavaScriptEngine) -> &'static str {
    match engine {
        JavaScriptEngine::QuickJs => "quickjs",
        JavaScriptEngine::StarlingMonkey => "starlingmonkey",
    }
}

/// The lock file that says which tools make the component.
pub(super) fn pins(engine: JavaScriptEngine) -> &'static str {
    match engine {
        JavaScriptEngine::QuickJs => include_str!("../../../../sdk/javascript/tools/quickjs/package-lock.json"),
        JavaScriptEngine::StarlingMonkey => {
            include_str!("../../../../sdk/javascript/tools/starlingmonkey/package-lock.json")
        }
    }
}

/// A folder with the bundler and what puts an engine around a bundle.
pub(super) fn tools(engine: JavaScriptEngine, toolbox: &Toolbox) -> Result<PathBuf, LanguageError> {
    let package = match engine {
        JavaScriptEngine::QuickJs => include_str!("../../../../sdk/javascript/tools/quickjs/package.json"),
        JavaScriptEngine::StarlingMonkey => {
            include_str!("../../../../sdk/javascript/tools/starlingmonkey/package.json")
        }
    };
    toolbox.npm_packages(name(engine), package, pins(engine))
}

/// A component of a bundle and an engine, with no more imports than the world in `wit` has.
///
/// The module's top level runs here, and the component begins where it ended.
pub(super) fn componentize(
    manifest: &Manifest,
    tools: &Path,
    bundle: &Path,
    wit: &Path,
) -> Result<Vec<u8>, LanguageError> {
    let output = bundle.with_extension("wasm");
    let modules = tools.join("node_modules");
    let mut node = Command::new("node");
    match manifest.javascript_engine {
        JavaScriptEngine::QuickJs => {
            node.arg(modules.join("componentize-qjs/bin/componentize-qjs"));
            // `--sync`: the contract has no asynchronous functions. `--stub-wasi`: what the engine itself would ask of
            // the system has no answer; the SDK sees to it that it does not ask.
            node.args(["--sync", "--stub-wasi", "--js"]).arg(bundle).arg("--wit").arg(wit);
            node.args(["--world", "guest", "--output"]).arg(&output);
        }
        JavaScriptEngine::StarlingMonkey => {
            node.arg(modules.join("@bytecodealliance/componentize-js/src/cli.js")).arg(bundle).arg("--wit").arg(wit);
            node.args(["--world-name", "guest", "--out"]).arg(&output);
            // The SDK brings its own `fetch`, which says why a request is refused.
            node.args(["--disable", "stdio", "random", "clocks", "http", "fetch-event"]);
        }
    }
    let engine = name(manifest.javascript_engine);
    command::run(&mut node, &format!("making a component with {engine}"), NODE_ADVICE)?;
    let component = fs::read(&output).map_err(|source| LanguageError::Read { path: output.clone(), source })?;
    // What stays only takes space.
    let _ = fs::remove_file(&output);
    match manifest.javascript_engine {
        JavaScriptEngine::QuickJs => contract::as_promised(component, manifest.exports.scorers),
        JavaScriptEngine::StarlingMonkey => Ok(component),
    }
}

use std::io;
use std::path::PathBuf;

use crate::{ToolchainError, WASM_TARGET};

/// Why a plugin project did not become a component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no `Cargo.toml` in the folder.
    #[error("{} is not a Rust project: it has no Cargo.toml.\nName the folder of the plugin.", project.display())]
    NoProject {
        /// The folder.
        project: PathBuf,
    },
    /// There is no compiler for the target.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// Cargo could not be started.
    #[error("cannot run cargo for {}: {source}", project.display())]
    Start {
        /// The plugin's folder.
        project: PathBuf,
        /// Why it did not start.
        source: io::Error,
    },
    /// The compiler refused the project; it has said why on the standard error.
    #[error(
        "{} did not compile: cargo's messages above say why.\nTo see them again: {command}",
        project.display()
    )]
    Compile {
        /// The plugin's folder.
        project: PathBuf,
        /// A command that shows the errors.
        command: String,
    },
    /// Cargo's answer is not what was expected of it.
    #[error("cargo's report for {} cannot be used: {reason}", project.display())]
    Cargo {
        /// The plugin's folder.
        project: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The compiled module could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The project uses a crate that takes every WebAssembly host for a browser.
    #[error(
        "{} compiled, but a crate that it uses wants to call JavaScript through wasm-bindgen.\n\
         Find it with `cargo tree --target {WASM_TARGET} --invert wasm-bindgen`, and turn off the feature (often called \
         `js` or `wasm-bindgen`) that asks for it.",
        project.display()
    )]
    ExpectsJavaScript {
        /// The plugin's folder.
        project: PathBuf,
    },
    /// The project compiles, but not to a plugin.
    #[error(
        "{} compiled, but the result is no plugin: {reason}.\n\
         A plugin marks at least one function with `#[scorer]` or `#[predictor]` of scorebox-sdk.",
        project.display()
    )]
    NotAPlugin {
        /// The plugin's folder.
        project: PathBuf,
        /// What the component encoder said.
        reason: String,
    },
}

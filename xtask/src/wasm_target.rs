//! Sees to it that Rust can compile for WebAssembly, without asking, and once.

mod debian;
mod rustup;

use anyhow::{Context as _, Result};
use scorebox_build::{Toolchain, ToolchainError, WASM_TARGET};

use crate::repository::Repository;

/// Finds a compiler for plugins, or sets one up and says so.
pub(crate) fn ensure(repository: &Repository) -> Result<()> {
    match Toolchain::find(repository.root()) {
        Ok(_) => return Ok(()),
        Err(ToolchainError::NoTarget { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    eprintln!(
        "Plugins are compiled for {WASM_TARGET}, and Rust has no standard library for that target here yet.\n\
         Setting it up; this happens once."
    );
    let Err(no_download) = rustup::add_target(repository) else { return Ok(()) };
    eprintln!("That did not work: {no_download:#}");
    debian::set_up(repository).with_context(|| {
        format!(
            "Rust cannot compile for {WASM_TARGET} here.\n\
             Run `rustup target add {WASM_TARGET}` where static.rust-lang.org can be reached, or link a toolchain that \
             has the target: `rustup toolchain link {} FOLDER`.\n\
             The last thing that was tried",
            scorebox_build::LINKED_TOOLCHAIN
        )
    })?;
    Toolchain::find(repository.root()).context("the toolchain is set up, but cannot be used")?;
    eprintln!("Done: Rust can compile for {WASM_TARGET}.");
    Ok(())
}

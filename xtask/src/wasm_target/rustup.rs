use std::process::Command;

use anyhow::Result;
use scorebox_build::{Toolchain, WASM_TARGET};

use crate::repository::{Repository, run};

/// Downloads the target for the toolchain that is active in the repository.
pub(super) fn add_target(repository: &Repository) -> Result<()> {
    eprintln!("Running `rustup target add {WASM_TARGET}`, which downloads about 20 MB into rustup's folder.");
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(repository.root()))?;
    Toolchain::find(repository.root())?;
    Ok(())
}

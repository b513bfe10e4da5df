use std::ffi::OsString;

use anyhow::Result;

use crate::repository::{Repository, run as run_command};
use crate::wasm_target;

/// Compiles the command in release mode and runs its demo.
pub(crate) fn run(repository: &Repository, arguments: &[OsString]) -> Result<()> {
    wasm_target::ensure(repository)?;
    let cargo = ["run", "--release", "--package", "scorebox-cli", "--", "demo"];
    run_command(repository.cargo(cargo).args(arguments))
}

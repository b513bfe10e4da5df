use std::ffi::OsString;

use anyhow::Result;

use crate::repository::{Repository, run as run_command};
use crate::terminal::heading;
use crate::wasm_target;

/// Runs the benchmarks, each of which prints our figure, the reference and the ratio.
pub(crate) fn run(repository: &Repository, arguments: &[OsString]) -> Result<()> {
    wasm_target::ensure(repository)?;
    heading("Benchmarks of the crates");
    // In the release profile by name: what the demo and the tests compiled is used as it is.
    let cargo = ["bench", "--profile", "release", "--workspace", "--bench", "*"];
    run_command(repository.cargo(cargo).args(arguments))
}

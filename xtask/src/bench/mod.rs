//! The figures that the project promises to keep, each beside its reference.
//!
//! Everything is a ratio between two things measured in turns on the same machine. Where a figure misses its bar, the
//! line says so; nothing fails, because a busy machine is no defect.

mod evaluation;
mod models;
mod process;
mod start_up;
mod store;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use scorebox_build::{BuildRequest, build_rust_plugin};

use crate::repository::{Repository, run as run_command};
use crate::terminal::{green, heading, red};
use crate::wasm_target;

/// The largest that the text plugin and a scorer of one function may be, in bytes.
const MAX_TEXT_PLUGIN_BYTES: usize = 1_500_000;
const MAX_SMALL_PLUGIN_BYTES: usize = 120_000;

/// Runs the benchmarks, each of which prints our figure, the reference and the ratio.
pub(crate) fn run(repository: &Repository, arguments: &[OsString]) -> Result<()> {
    wasm_target::ensure(repository)?;
    heading("Benchmarks of the crates");
    // In the release profile by name: what the demo and the tests compiled is used as it is.
    let cargo = ["bench", "--profile", "release", "--workspace", "--bench", "*"];
    run_command(repository.cargo(cargo).args(arguments))?;
    if !arguments.is_empty() {
        // Someone looks at one benchmark, not at everything.
        return Ok(());
    }
    run_command(&mut repository.cargo(["build", "--release", "--package", "scorebox-cli"]))?;
    run_command(&mut repository.cargo(["build", "--release", "--package", "scorebox-fakes", "--bins"]))?;
    let bench = Bench::prepare(repository)?;
    heading("Sizes of components");
    bench.sizes(repository)?;
    heading("A run of ten rows against the start of Python");
    start_up::run(&bench)?;
    heading("A million rows against the engine's bare loop");
    evaluation::run(repository, &bench)?;
    heading("Runs that are kept");
    store::run(&bench)?;
    heading("Models through the gateway");
    models::run(&bench)
}

/// What the benchmarks of whole processes share.
struct Bench {
    /// The command.
    scorebox: PathBuf,
    /// A provider of models for it to ask.
    fake_provider: PathBuf,
    /// A PostgreSQL server for it to keep results in.
    postgres: PathBuf,
    /// A folder for what they make.
    folder: PathBuf,
    /// A component with one pure scorer, `exact_match`.
    guest: PathBuf,
}

impl Bench {
    fn prepare(repository: &Repository) -> Result<Self> {
        let folder = repository.target_dir().join("bench");
        std::fs::create_dir_all(&folder)?;
        let built = build_rust_plugin(&BuildRequest {
            project: repository.root().join("host/engine/benches/guest"),
            target_dir: repository.target_dir().join("plugins"),
            locked: true,
        })?;
        let guest = folder.join("guest.wasm");
        std::fs::write(&guest, &built.component)?;
        let release = repository.target_dir().join("release");
        Ok(Self {
            scorebox: release.join("scorebox"),
            fake_provider: release.join("scorebox-fake-provider"),
            postgres: release.join("scorebox-test-postgres"),
            folder,
            guest,
        })
    }

    fn sizes(&self, repository: &Repository) -> Result<()> {
        let text = build_rust_plugin(&BuildRequest {
            project: repository.root().join("plugins/text"),
            target_dir: repository.target_dir().join("plugins"),
            locked: true,
        })?;
        let guest = std::fs::metadata(&self.guest)?.len();
        for (what, size, bar) in [
            ("the text plugin", text.report.size_bytes, MAX_TEXT_PLUGIN_BYTES),
            ("a scorer of one function", usize::try_from(guest)?, MAX_SMALL_PLUGIN_BYTES),
        ] {
            println!("{what:<26} {size:>9} bytes   bar < {bar} {}", verdict(size < bar));
        }
        Ok(())
    }
}

/// Whether a bar is met, for the end of a line.
fn verdict(is_met: bool) -> String {
    if is_met { green("met") } else { red("MISSED") }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

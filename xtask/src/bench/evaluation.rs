use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::process::measure;
use super::{Bench, median, store, verdict};
use crate::repository::Repository;

const ROWS: u64 = 1_000_000;
const FEWER_ROWS: u64 = 100_000;
const ROUNDS: usize = 3;
const MIN_RATIO: f64 = 0.4;
const MAX_MEMORY_BYTES: u64 = 300 * 1024 * 1024;
const MAX_MEMORY_GROWTH: f64 = 1.1;

/// `scorebox eval` from JSONL to results in SQLite, and once in PostgreSQL, against the same scorer called on rows that are in memory already,
/// both with a fresh instance for every row and on the same cores.
pub(super) fn run(repository: &Repository, bench: &Bench) -> Result<()> {
    let (fewer, all) = (project(bench, FEWER_ROWS)?, project(bench, ROWS)?);
    let fewer_memory = measure(&mut command(bench, &fewer))?.peak_memory_bytes;
    let (mut rates, mut loop_rates, mut ratios, mut memory) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let bare = bare_loop(repository, bench)?;
        let usage = measure(&mut command(bench, &all))?;
        #[expect(clippy::cast_precision_loss, reason = "a million is far below 2^53")]
        let rate = ROWS as f64 / usage.elapsed.as_secs_f64();
        memory = usage.peak_memory_bytes.max(memory);
        rates.push(rate);
        loop_rates.push(bare);
        ratios.push(rate / bare);
    }
    let (ratio, bare) = (median(&mut ratios), median(&mut loop_rates));
    println!("bare loop      {bare:>8.0} rows/s");
    println!(
        "SQLite         {:>8.0} rows/s: {ratio:.2} ×   bar ≥ {MIN_RATIO} {}",
        median(&mut rates),
        verdict(ratio >= MIN_RATIO)
    );
    #[expect(clippy::cast_precision_loss, reason = "a memory size is far below 2^53")]
    let growth = memory as f64 / fewer_memory as f64;
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    println!(
        "peak memory    {:>8} MiB   bar ≤ {} MiB {}",
        mebibytes(memory),
        mebibytes(MAX_MEMORY_BYTES),
        verdict(memory <= MAX_MEMORY_BYTES)
    );
    println!(
        "               {growth:>8.2} × that of {FEWER_ROWS} rows ({} MiB)   bar ≤ {MAX_MEMORY_GROWTH} {}",
        mebibytes(fewer_memory),
        verdict(growth <= MAX_MEMORY_GROWTH)
    );
    store::postgres(bench, &all, ROWS, bare)
}

/// A project with so many rows and one scorer, made once.
pub(super) fn project(bench: &Bench, rows: u64) -> Result<PathBuf> {
    let folder = bench.folder.join(format!("rows-{rows}"));
    fs::create_dir_all(&folder)?;
    let dataset = folder.join("data.jsonl");
    if !dataset.exists() {
        write_rows(&dataset, rows)?;
    }
    let config = format!(
        "[dataset]\npath = \"data.jsonl\"\n\n[[scorers]]\nuse = {:?}\n",
        format!("{}#exact_match", bench.guest.display())
    );
    fs::write(folder.join("scorebox.toml"), config)?;
    Ok(folder)
}

fn write_rows(path: &Path, rows: u64) -> Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = BufWriter::new(File::create(&unfinished)?);
    for row in 0..rows {
        let answer = if row % 3 == 0 { "Paris" } else { "Lyon" };
        writeln!(
            file,
            r#"{{"inputs": {{"question": "What is the capital of France? ({row})", "language": "en"}}, "outputs": "The capital of France is {answer}.", "expectations": {{"expected_response": "The capital of France is Paris.", "expected_facts": ["Paris"]}}}}"#
        )?;
    }
    file.into_inner()?.sync_all()?;
    Ok(fs::rename(unfinished, path)?)
}

/// Removes the store of a project, if there is one.
pub(super) fn forget_runs(project: &Path) {
    // It is not there before the first run.
    let _ = fs::remove_dir_all(project.join(".scorebox"));
}

/// The command that evaluates a project; its store is removed first.
pub(super) fn command(bench: &Bench, project: &Path) -> Command {
    forget_runs(project);
    let mut command = Command::new(&bench.scorebox);
    command.arg("eval").arg(project).arg("--quiet").env_remove("SCOREBOX_STORE");
    command
}

/// Calls per second of the engine alone.
fn bare_loop(repository: &Repository, bench: &Bench) -> Result<f64> {
    let cargo = ["bench", "--profile", "release", "--workspace", "--bench", "bare_loop", "--"];
    let mut command = repository.cargo(cargo);
    let output = command.arg(&bench.guest).output().context("cannot run the bare loop")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("calls per second: "));
    match rate.and_then(|rate| rate.trim().parse().ok()) {
        Some(rate) => Ok(rate),
        None => bail!("the bare loop said nothing of its rate:\n{text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

//! What it costs to keep results, and what it saves to have kept them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::process::measure;
use super::{Bench, evaluation, median, verdict};
use crate::postgres::Postgres;

const ROWS: u64 = 100_000;
const ROUNDS: usize = 3;
/// Pure scorers, as a project of text answers has them.
const SCORERS: [&str; 8] = [
    "text/exact_match",
    "text/token_f1",
    "text/bleu",
    "text/rouge",
    "text/chrf",
    "text/fuzzy_ratio",
    "text/contains",
    "text/length",
];

/// How many of them two runs are compared by.
const COMPARED: usize = 4;

const MIN_POSTGRES_RATIO: f64 = 0.25;
const MIN_SAVED: f64 = 20.0;
const MAX_COMPARE_SECONDS: f64 = 3.0;
const MAX_COMPARE_BYTES: u64 = 300 * 1024 * 1024;

/// A run with nothing changed against the first one, and a comparison of two runs.
pub(super) fn run(bench: &Bench) -> Result<()> {
    let project = project(bench, "pure", &SCORERS)?;
    let (mut firsts, mut agains, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        evaluation::forget_runs(&project);
        let first = measure(&mut eval(bench, &project))?.elapsed.as_secs_f64();
        let again = measure(&mut eval(bench, &project))?.elapsed.as_secs_f64();
        firsts.push(first);
        agains.push(again);
        ratios.push(first / again);
    }
    let ratio = median(&mut ratios);
    println!(
        "{ROWS} rows × {} pure scorers: first {:.2} s, again {:.3} s: {ratio:.0} ×   bar ≥ {MIN_SAVED} {}",
        SCORERS.len(),
        median(&mut firsts),
        median(&mut agains),
        verdict(ratio >= MIN_SAVED)
    );
    compare(bench)
}

/// Two runs of which one has other answers on some rows, so that nothing is shared.
fn compare(bench: &Bench) -> Result<()> {
    let project = &project(bench, "compared", &SCORERS[..COMPARED])?;
    evaluation::forget_runs(project);
    measure(&mut eval(bench, project))?;
    let dataset = project.join("data.jsonl");
    let before = fs::read_to_string(&dataset)?;
    fs::write(&dataset, before.replace("(7", "(seven").replace("is Lyon.\", \"exp", "is Paris.\", \"exp"))?;
    let changed = measure(&mut eval(bench, project));
    fs::write(&dataset, before)?;
    changed?;
    for flags in [&["--flips", "10"][..], &["--json"]] {
        let mut command = Command::new(&bench.scorebox);
        command.args(["compare", "last~1", "last", "--project"]).arg(project).args(flags);
        let usage = measure(&mut command)?;
        let (seconds, bytes) = (usage.elapsed.as_secs_f64(), usage.peak_memory_bytes);
        println!(
            "compare {:<10} of two runs of {ROWS} rows: {seconds:.2} s   bar ≤ {MAX_COMPARE_SECONDS} s {}, {} MiB   bar ≤ {} MiB {}",
            flags[0],
            verdict(seconds <= MAX_COMPARE_SECONDS),
            bytes >> 20,
            MAX_COMPARE_BYTES >> 20,
            verdict(bytes <= MAX_COMPARE_BYTES)
        );
    }
    Ok(())
}

/// A million rows into PostgreSQL against the engine's bare loop, in calls per second.
pub(super) fn postgres(bench: &Bench, project: &Path, rows: u64, bare: f64) -> Result<()> {
    let server = match Postgres::start(&bench.postgres) {
        Ok(server) => server,
        Err(error) => {
            println!("PostgreSQL     not measured: {error:#}");
            return Ok(());
        }
    };
    let mut command = evaluation::command(bench, project);
    let usage = measure(command.env("SCOREBOX_STORE", server.url()))?;
    #[expect(clippy::cast_precision_loss, reason = "a million is far below 2^53")]
    let rate = rows as f64 / usage.elapsed.as_secs_f64();
    let ratio = rate / bare;
    println!(
        "PostgreSQL     {rate:>8.0} rows/s: {ratio:.2} ×   bar ≥ {MIN_POSTGRES_RATIO} {}   {} MiB beside the server",
        verdict(ratio >= MIN_POSTGRES_RATIO),
        usage.peak_memory_bytes >> 20
    );
    Ok(())
}

fn project(bench: &Bench, name: &str, scorers: &[&str]) -> Result<PathBuf> {
    let rows = evaluation::project(bench, ROWS)?;
    let folder = bench.folder.join(name);
    fs::create_dir_all(&folder)?;
    fs::copy(rows.join("data.jsonl"), folder.join("data.jsonl"))?;
    let scorers = scorers.iter().map(|scorer| match *scorer {
        "text/length" => format!("[[scorers]]\nuse = {scorer:?}\nconfig = {{ unit = \"words\", max = 8 }}\n"),
        scorer => format!("[[scorers]]\nuse = {scorer:?}\n"),
    });
    let config = format!("[dataset]\npath = \"data.jsonl\"\n\n{}", scorers.collect::<String>());
    fs::write(folder.join("scorebox.toml"), config)?;
    Ok(folder)
}

fn eval(bench: &Bench, project: &Path) -> Command {
    let mut command = Command::new(&bench.scorebox);
    command.arg("eval").arg(project).arg("--quiet").env_remove("SCOREBOX_STORE");
    command
}

//! Runs whose predict function and judges ask models, against what the models' latency allows. The models are a process
//! that answers after a fixed time, and fails as often as it is told.

mod project;
mod results;

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};

use self::project::{CALLS_PER_ROW, Project};
use self::results::rows_alike;
use super::{Bench, median, verdict};
use crate::fake_provider::FakeProvider;

const MIB: u64 = 1024 * 1024;
const NO_ARGUMENTS: [&str; 0] = [];

/// All of it: a few minutes, most of which are the run through failures.
pub(super) fn run(bench: &Bench) -> Result<()> {
    let folder = bench.folder.join("models");
    // With it goes the cache, in which the replies of an earlier benchmark would be.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    compile_plugins(bench)?;
    in_waves(bench)?;
    at_full_rate(bench)?;
    through_failures(bench)?;
    without_asking_again(bench)
}

/// Fills the cache of compiled plugins, so that no figure has compiling in it.
fn compile_plugins(bench: &Bench) -> Result<()> {
    let fake = FakeProvider::start(&bench.fake_provider, NO_ARGUMENTS)?;
    let project = Project::make(bench, "compile", 1, &fake, "")?;
    project.eval("run", ["--no-cache"])?.results()?.ensure_whole(1)
}

/// The wall time of a small run, against that of its graph of dependencies.
fn in_waves(bench: &Bench) -> Result<()> {
    const ROWS: u32 = 200;
    const JOBS: u32 = 64;
    const LATENCY: Duration = Duration::from_millis(100);
    const ROUNDS: u32 = 5;
    const MAX_RATIO: f64 = 1.15;

    let fake = FakeProvider::start(&bench.fake_provider, latency(LATENCY))?;
    let project = Project::make(bench, "waves", ROWS, &fake, "")?;
    let mut seconds = Vec::new();
    for round in 1..=ROUNDS {
        let run = project.eval(&format!("round-{round}"), ["--jobs", &JOBS.to_string(), "--no-cache"])?;
        run.results()?.ensure_whole(ROWS)?;
        seconds.push(run.usage.elapsed.as_secs_f64());
    }
    ensure_asked(fake, ROUNDS * ROWS * CALLS_PER_ROW)?;
    let (ours, ideal) = (median(&mut seconds), waves_time(ROWS, JOBS, LATENCY).as_secs_f64());
    let ratio = ours / ideal;
    println!(
        "{ROWS} rows, {JOBS} at once      {ours:>8.3} s, ideal {ideal:.3} s: {ratio:.2} ×   bar ≤ {MAX_RATIO} {}",
        verdict(ratio <= MAX_RATIO)
    );
    Ok(())
}

/// How many calls a second a large run makes, against as many at once as are allowed, without a pause.
fn at_full_rate(bench: &Bench) -> Result<()> {
    const ROWS: u32 = 8_000;
    const CONCURRENCY: u32 = 1_000;
    const LATENCY: Duration = Duration::from_millis(500);
    const MIN_RATIO: f64 = 0.9;
    const MAX_MEMORY_BYTES: u64 = 600 * MIB;

    let fake = FakeProvider::start(&bench.fake_provider, latency(LATENCY))?;
    let project = Project::make(bench, "rate", ROWS, &fake, &format!("concurrency = {CONCURRENCY}"))?;
    let run = project.eval("run", ["--jobs", &CONCURRENCY.to_string(), "--no-cache"])?;
    run.results()?.ensure_whole(ROWS)?;
    let calls = ROWS * CALLS_PER_ROW;
    ensure_asked(fake, calls)?;
    let ours = f64::from(calls) / run.usage.elapsed.as_secs_f64();
    let ideal = f64::from(CONCURRENCY) / LATENCY.as_secs_f64();
    let ratio = ours / ideal;
    println!(
        "{CONCURRENCY} calls at once        {ours:>8.0} calls/s, ideal {ideal:.0}: {ratio:.2} ×   bar ≥ {MIN_RATIO} {}",
        verdict(ratio >= MIN_RATIO)
    );
    let memory = run.usage.peak_memory_bytes;
    println!(
        "  peak memory             {:>8} MiB   bar ≤ {} MiB {}",
        memory / MIB,
        MAX_MEMORY_BYTES / MIB,
        verdict(memory <= MAX_MEMORY_BYTES)
    );
    Ok(())
}

/// What a provider that fails in every way costs in requests, and whether it costs rows.
fn through_failures(bench: &Bench) -> Result<()> {
    const ROWS: u32 = 5_000;
    const FAILURES: &str = "429=0.3,500=0.05,hang=0.02,malformed=0.02,reset=0.01";
    const MAX_RATIO: f64 = 1.8;
    /// How the gateway says that the first attempt and all retries failed.
    const EXHAUSTED: &str = "failed 8 times";

    let fake = FakeProvider::start(
        &bench.fake_provider,
        ["--latency-ms", "5", "--chaos", FAILURES, "--retry-after", "0.5", "--retry-after-seconds", "1"],
    )?;
    let project = Project::make(bench, "failures", ROWS, &fake, "timeout = \"2s\"")?;
    let run = project.eval("run", ["--jobs", "256", "--no-cache"])?;
    let results = run.results()?;
    let (requests, calls) = (fake.stop()?.requests, results.calls_needed(ROWS));
    let ratio = f64::from(requests) / f64::from(calls);
    println!(
        "a provider that fails     {requests:>8} requests, {calls} calls: {ratio:.2} ×   bar ≤ {MAX_RATIO} {}",
        verdict(ratio <= MAX_RATIO)
    );
    println!(
        "  rows in the results     {:>8} of {ROWS}, each once {}",
        results.lines(),
        verdict(results.hold_each_row_once(ROWS))
    );
    let early = results.errors().iter().find(|message| !message.contains(EXHAUSTED));
    println!(
        "  calls that failed       {:>8}, all after 8 attempts {}{}",
        results.errors().len(),
        verdict(early.is_none()),
        early.map_or_else(String::new, |message| format!(": {message}"))
    );
    println!("  time                    {:>8.0} s", run.usage.elapsed.as_secs_f64());
    Ok(())
}

/// Whether what was answered once is asked again, by a run with the same cache and by one with a recording.
fn without_asking_again(bench: &Bench) -> Result<()> {
    const ROWS: u32 = 500;

    let fake = FakeProvider::start(&bench.fake_provider, latency(Duration::from_millis(20)))?;
    let project = Project::make(bench, "again", ROWS, &fake, "")?;
    let cassette = project.path("replies.jsonl");
    let recorded = project.eval("recorded", ["--record".as_ref(), cassette.as_os_str()])?;
    recorded.results()?.ensure_whole(ROWS)?;
    let cached = project.eval("cached", NO_ARGUMENTS)?;
    let calls = ROWS * CALLS_PER_ROW;
    let again = ensure_asked(fake, calls)? - calls;
    let replayed = project.eval("replayed", ["--replay".as_ref(), cassette.as_os_str()])?;
    println!("a second run              {again:>8} requests, {calls} calls   bar 0 {}", verdict(again == 0));
    let wanted = recorded.read_results()?;
    for (what, run) in [("of the second run", cached), ("of its recording", replayed)] {
        let (alike, rows) = rows_alike(&wanted, &run.read_results()?)?;
        println!("  rows {what:<18} {alike:>8} of {rows} as in the first run {}", verdict(alike == rows));
    }
    Ok(())
}

/// How long so many rows take, so many at once, if nothing takes time but models: the prediction, and then both judges at
/// the same time.
fn waves_time(rows: u32, jobs: u32, latency: Duration) -> Duration {
    rows.div_ceil(jobs) * 2 * latency
}

fn latency(latency: Duration) -> [String; 2] {
    ["--latency-ms".to_owned(), latency.as_millis().to_string()]
}

/// Stops the provider, and returns how many requests arrived. Had there been fewer than the calls, replies would have come
/// from elsewhere, and figures would mean nothing.
fn ensure_asked(fake: FakeProvider, calls: u32) -> Result<u32> {
    let requests = fake.stop()?.requests;
    ensure!(requests >= calls, "only {requests} requests arrived for {calls} calls: some were answered by a cache");
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wave_of_rows_takes_twice_the_latency() {
        let latency = Duration::from_millis(100);
        assert_eq!(waves_time(200, 64, latency), Duration::from_millis(800));
        assert_eq!(waves_time(128, 64, latency), Duration::from_millis(400));
        assert_eq!(waves_time(1, 64, latency), Duration::from_millis(200));
    }
}

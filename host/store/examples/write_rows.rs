//! Writes many rows with one boolean each into a store, as an evaluation would, and says what that cost:
//!
//! ```text
//! cargo run --release -p scorebox-store --example write_rows -- STORE [ROWS]
//! ```
//!
//! `STORE` may be `postgres`: then a server of its own is started for it.

#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a measurement, not a part of Scorebox")]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;
use scorebox_core::{Digest, Example, Feedback, Json, RunId, Usage, Value};
use scorebox_eval::{
    ContentKey, DatasetRecord, FunctionRecord, FunctionRole, Outcome, ResultSink, RowContent, RowResult, RunRecord,
    RunStatus, ScoreResult,
};
use scorebox_fakes::PostgresServer;
use scorebox_store::{Begun, OpenRun, RowParts, Store};

/// Rows that a plan hands over at a time.
const CHUNK: u64 = 256;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let location = arguments.next().context("name a store")?;
    let rows: u64 = arguments.next().map_or(Ok(1_000_000), |rows| rows.parse())?;
    let server = if location == "postgres" { Some(PostgresServer::start()?) } else { None };
    let location = server.as_ref().map_or(Ok(location), PostgresServer::new_database)?;
    let store = Store::open(&location.parse()?).await?;

    let record = record(rows);
    let run = record.run_id.clone();
    let Begun::Open(OpenRun { sink, .. }) = store.begin(&record, false).await? else {
        anyhow::bail!("nothing is to be written")
    };

    let alone = Meter::start();
    let made: u64 = (0..rows).step_by(usize::try_from(CHUNK)?).map(|from| chunk(from, rows).len() as u64).sum();
    let making = alone.stop();
    anyhow::ensure!(made == rows);

    let meter = Meter::start();
    tokio::task::spawn_blocking(move || write(sink, record, rows)).await??;
    let writing = meter.stop();
    let own = writing.cpu.saturating_sub(making.cpu);
    report("write", rows, writing.wall, own);

    let meter = Meter::start();
    let mut reader = store.rows(&run, None, RowParts::SCORES).await?;
    let mut read = 0;
    while let Some(page) = reader.next_page().await? {
        read += page.len() as u64;
    }
    anyhow::ensure!(read == rows);
    let reading = meter.stop();
    report("read scores", rows, reading.wall, reading.cpu);

    let meter = Meter::start();
    let mut reader = store.rows(&run, None, RowParts::ALL).await?;
    while reader.next_page().await?.is_some() {}
    let reading = meter.stop();
    report("read everything", rows, reading.wall, reading.cpu);
    println!("peak memory {} MiB", peak_memory()? / 1024);
    Ok(())
}

fn write(mut sink: impl ResultSink, mut record: RunRecord, rows: u64) -> anyhow::Result<()> {
    let mut from = 0;
    while from < rows {
        let chunk = chunk(from, rows);
        from += chunk.len() as u64;
        sink.write(&chunk)?;
    }
    sink.sync()?;
    (record.status, record.ended_at) = (RunStatus::Finished, Some(Timestamp::now()));
    Ok(sink.finish(&mut record)?)
}

struct Meter {
    wall: Instant,
    cpu: Duration,
}

struct Reading {
    wall: Duration,
    cpu: Duration,
}

impl Meter {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_time() }
    }

    fn stop(&self) -> Reading {
        Reading { wall: self.wall.elapsed(), cpu: cpu_time().saturating_sub(self.cpu) }
    }
}

/// CPU time of this process, in user mode and in the kernel, in hundredths of a second as Linux counts it.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn report(what: &str, rows: u64, wall: Duration, cpu: Duration) {
    let per_row = |time: Duration| time.as_secs_f64() * 1e6 / rows as f64;
    println!("{what}: {:.2} µs/row of CPU, {:.2} µs/row of time", per_row(cpu), per_row(wall));
}

fn record(rows: u64) -> RunRecord {
    let digest = Digest::of(b"rows");
    let empty = || Json::from_value(&BTreeMap::<String, String>::new());
    let function = FunctionRecord {
        name: "exact_match".into(),
        role: FunctionRole::Scorer,
        plugin: digest,
        function: "exact_match".into(),
        config: empty().unwrap(),
        asks_models: false,
        models: BTreeMap::new(),
        aggregations: Vec::new(),
        fingerprint: Some(digest),
        isolation: scorebox_engine::Isolation::Example,
        memory_bytes: None,
    };
    let path = PathBuf::from("rows");
    let dataset = DatasetRecord { path, version: None, digest, snapshot: digest, rows, limit: None, group: None };
    RunRecord {
        run_id: RunId::generate(),
        experiment: None,
        status: RunStatus::Running,
        error: None,
        started_at: Timestamp::now(),
        ended_at: None,
        host_version: "0".into(),
        git_commit: None,
        git_branch: None,
        seed: 0,
        config: empty().unwrap(),
        dataset,
        repeats: NonZeroU32::MIN,
        plugins: Vec::new(),
        functions: vec![function],
        gateway: None,
        summary: None,
    }
}

fn chunk(from: u64, rows: u64) -> Vec<RowResult> {
    (from..(from + CHUNK).min(rows)).map(row).collect()
}

fn row(index: u64) -> RowResult {
    let json = |text: String| Json::parse(&text).unwrap();
    let example = Example {
        id: format!("q-{index}"),
        inputs: json(format!(r#"{{"question":"What is the capital of country number {index}?"}}"#)),
        outputs: Some(json(format!("\"City {index}\""))),
        expectations: Some(json(format!(r#"{{"expected_response":"City {}"}}"#, index / 2 * 2))),
        trace: None,
        tags: BTreeMap::new(),
    };
    let key = ContentKey::of(&example);
    let feedback = Feedback {
        name: "exact_match".into(),
        value: Value::Boolean(index.is_multiple_of(2)),
        rationale: None,
        metadata: None,
        span_id: None,
    };
    let score = ScoreResult {
        scorer: "exact_match".into(),
        outcome: Outcome::Feedback(vec![feedback]),
        log: Vec::new(),
        usage: Usage::default(),
        elapsed: Duration::from_nanos(20_000 + index % 1000),
        is_reused: false,
    };
    RowResult {
        index,
        repeat: 0,
        id: example.id.clone(),
        prediction: None,
        scores: vec![score],
        started: Duration::from_micros(index * 16),
        content: Some(Box::new(RowContent { example, example_key: key, scored_key: key })),
    }
}

//! Two runs of 100,000 rows with four scorers. In a process of its own, so that its memory can be measured.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use scorebox_core::{Digest, Feedback, Number, Usage, Value};
use scorebox_eval::{FunctionRecord, Outcome, RowResult, RunRecord, ScoreResult};
use scorebox_verdict::{CompareOptions, Comparison};
use serde_json::json;

const ROWS: u64 = 100_000;
const SCORERS: [&str; 4] = ["correct", "tone", "score", "length"];

#[test]
fn two_runs_of_a_hundred_thousand_rows_are_compared_in_a_second_and_150_mib() {
    let mut comparison = Comparison::new(record(), record(), CompareOptions::default());
    let before = peak_memory_mib();
    let scorers = SCORERS.map(Arc::from);
    let began = Instant::now();
    for index in 0..ROWS {
        comparison.add_a(&row(index, 0, &scorers)).unwrap();
    }
    for index in 0..ROWS {
        comparison.add_b(&row(index, 1, &scorers)).unwrap();
    }
    let (fed, began) = (began.elapsed(), Instant::now());
    let mut details = comparison.compare();
    let wanted = details.wanted();
    wanted.b.iter().for_each(|position| details.detail_b(&row(*position, 1, &scorers)));
    let report = details.finish();
    let finished = began.elapsed();
    let used = peak_memory_mib().zip(before).map(|(after, before)| after - before);
    println!("rows taken in {fed:?}, compared in {finished:?}, {used:?} MiB");

    assert_eq!(report.feedback.len(), SCORERS.len());
    assert!(report.feedback.iter().all(|it| it.numbers.as_ref().is_some_and(|it| it.n == ROWS)));
    assert!(finished <= Duration::from_secs(1), "{finished:?}");
    match used {
        Some(used) => assert!(used <= 150, "{used} MiB"),
        None => println!("the memory is not checked: this system does not say what a process took"),
    }
}

fn row(index: u64, run: u64, scorers: &[Arc<str>]) -> RowResult {
    // Numbers that vary from row to row, and in a third of the rows from run to run.
    let noise = |salt: u64| {
        let changed = if (index + salt).is_multiple_of(3) { run } else { 0 };
        (index * 2_654_435_761 + salt * 97 + changed * 31) % 1000
    };
    let value = |place: u64| match place {
        0 => Value::Boolean(noise(0) > 200),
        1 => Value::Integer((noise(1) % 5).cast_signed()),
        place => Value::Number(Number::try_from(f64::from(u32::try_from(noise(place)).unwrap()) / 7.0).unwrap()),
    };
    let score = |(place, scorer): (u64, &Arc<str>)| ScoreResult {
        scorer: scorer.clone(),
        outcome: Outcome::Feedback(vec![Feedback {
            name: scorer.to_string(),
            value: value(place),
            rationale: None,
            metadata: None,
            span_id: None,
        }]),
        log: Vec::new(),
        usage: Usage::default(),
        elapsed: Duration::from_micros(3),
        is_reused: false,
    };
    RowResult {
        index,
        repeat: 0,
        id: format!("example-{index}"),
        prediction: None,
        scores: (0..).zip(scorers).map(score).collect(),
        started: Duration::ZERO,
        content: None,
    }
}

fn record() -> RunRecord {
    let digest = Digest::of(b"data");
    let record = json!({
        "run_id": "run_01900000-0000-7000-8000-000000000001",
        "status": "finished",
        "started_at": "2026-01-02T03:04:05Z",
        "host_version": "0.1.0",
        "seed": 7,
        "config": {},
        "dataset": { "path": "data.jsonl", "digest": digest, "snapshot": digest, "rows": ROWS },
        "plugins": [],
    });
    let functions = SCORERS.map(|name| {
        let plugin = Digest::of(b"text");
        let function = json!({ "name": name, "role": "scorer", "plugin": plugin, "function": name, "config": {} });
        serde_json::from_str::<FunctionRecord>(&function.to_string()).unwrap()
    });
    let record: RunRecord = serde_json::from_str(&record.to_string()).unwrap();
    RunRecord { functions: functions.into(), ..record }
}

/// The most memory that this process has taken so far; none where the system does not say it.
fn peak_memory_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let fields: BTreeMap<_, _> = status.lines().filter_map(|line| line.split_once(':')).collect();
    let kib: u64 = fields.get("VmHWM")?.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024)
}

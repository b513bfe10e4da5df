//! Rows per second of the ends of the pipe: reading a dataset, summing up, writing results.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use scorebox_core::{Feedback, Json, Usage, Value};
use scorebox_eval::{Dataset, Outcome, Prediction, ReadOptions, RowResult, ScoreResult, SummaryCollector, encode_row};

const ROWS: u64 = 100_000;

fn reading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut jsonl = String::new();
    let mut csv = "inputs.question,expectations.expected_response\n".to_owned();
    for row in 0..ROWS {
        let line = format!(
            "{{\"inputs\":{{\"question\":\"What is {row} + 1?\"}},\"outputs\":\"It is {}.\",\"expectations\":{{\"expected_response\":\"{}\"}}}}",
            row + 1,
            row + 1
        );
        writeln!(jsonl, "{line}").expect("writing to a string");
        writeln!(csv, "What is {row} + 1?,{}", row + 1).expect("writing to a string");
    }

    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Elements(ROWS)).sample_size(20);
    for (name, content) in [("data.jsonl", jsonl), ("data.csv", csv)] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("the dataset is written");
        group.bench_function(format!("{name}, digest and rows"), |bencher| {
            bencher.iter(|| {
                let dataset = Dataset::open(&path, &ReadOptions::default()).expect("the dataset opens");
                read_all(dataset);
            });
        });
        group.bench_function(format!("{name}, rows alone"), |bencher| {
            bencher.iter_batched(
                || Dataset::open(&path, &ReadOptions::default()).expect("the dataset opens"),
                read_all,
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn read_all(dataset: Dataset) {
    for row in dataset {
        black_box(row.expect("a good row"));
    }
}

fn row() -> RowResult {
    let feedback = Feedback {
        name: "exact_match".into(),
        value: Value::Boolean(true),
        rationale: None,
        metadata: None,
        span_id: None,
    };
    RowResult {
        index: 123_456,
        repeat: 0,
        id: "123457".into(),
        prediction: Some(Prediction {
            outputs: Ok(Json::parse("\"It is 123457.\"").expect("JSON")),
            trace: None,
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::from_nanos(32_101),
            is_reused: false,
        }),
        scores: vec![ScoreResult {
            scorer: "exact_match".into(),
            outcome: Outcome::Feedback(vec![feedback]),
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::from_nanos(32_101),
            is_reused: false,
        }],
        started: Duration::from_secs(3),
        content: None,
    }
}

fn writing(criterion: &mut Criterion) {
    let row = row();
    let mut group = criterion.benchmark_group("results");
    group.throughput(Throughput::Elements(1));
    group.bench_function("encode", |bencher| {
        let mut line = Vec::new();
        bencher.iter(|| {
            line.clear();
            encode_row(black_box(&row), &mut line).expect("a row has a JSON form");
        });
    });
    group.bench_function("sum up", |bencher| {
        let mut summary = SummaryCollector::new([("exact_match".into(), Vec::new())]);
        bencher.iter(|| summary.add(black_box(&row)));
    });
    group.finish();
}

criterion_group!(benches, reading, writing);
criterion_main!(benches);

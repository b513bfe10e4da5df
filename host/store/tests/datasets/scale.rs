use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{ExportFormat, ExportTarget};

use crate::support::{Fixture, at, counts, new, qa};

const ROWS: u32 = 1_000_000;

/// The most memory that the process may ever have.
const MAX_MEMORY_BYTES: u64 = 300 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures the process, so it runs alone: cargo test --release -p scorebox-store --test datasets -- --ignored million_examples_on_sqlite --nocapture"]
async fn a_million_examples_on_sqlite() {
    a_million_examples(&Fixture::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures the process, so it runs alone: cargo test --release -p scorebox-store --test datasets -- --ignored million_examples_on_postgres --nocapture"]
async fn a_million_examples_on_postgres() {
    if let Some(fixture) = Fixture::postgres() {
        a_million_examples(&fixture).await;
    }
}

/// Imports, merges, compares and exports a million examples in bounded memory.
async fn a_million_examples(fixture: &Fixture) {
    let store = fixture.store().await;
    let file = |from, answer| {
        let path = fixture.path("million.jsonl");
        write_lines(&path, from, answer).unwrap();
        Dataset::open(path, &ReadOptions::default()).unwrap()
    };

    let began = Instant::now();
    let version = new(store.create_dataset_from(&qa(), file(0, "yes")).await.unwrap());
    report("create", began.elapsed());
    assert_eq!(version.rows, u64::from(ROWS));

    // Half of them are known and changed, half of them are new.
    let began = Instant::now();
    let version = new(store.merge_dataset(&qa(), file(ROWS / 2, "no")).await.unwrap());
    report("merge", began.elapsed());
    assert_eq!(counts(&version), (u64::from(ROWS / 2), u64::from(ROWS / 2), 0));

    let began = Instant::now();
    let diff = store.diff_datasets(&at("qa@1"), &at("qa@2"), 20).await.unwrap();
    report("diff", began.elapsed());
    assert_eq!((diff.added.count, diff.changed.count), (version.added, version.changed));

    let began = Instant::now();
    let target = ExportTarget::File(fixture.path("exported.jsonl"));
    store.export_dataset(&at("qa"), ExportFormat::Jsonl, &target).await.unwrap();
    report("export", began.elapsed());
    assert_eq!(fs::metadata(fixture.path("exported.jsonl")).unwrap().len(), version.bytes);

    let peak = peak_memory_bytes();
    println!("peak of memory: {} MiB", peak / 1024 / 1024);
    assert!(peak <= MAX_MEMORY_BYTES, "{peak} bytes");
}

/// Not as one text, which would be what is measured.
fn write_lines(path: &Path, from: u32, answer: &str) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in from..from + ROWS {
        let inputs = format!(r#"{{"question":"What is the capital of country number {number}?"}}"#);
        let expectations = format!(r#"{{"expected_response":"{answer} {number}"}}"#);
        let tags = format!(r#"{{"topic":"t{}"}}"#, number % 17);
        writeln!(file, r#"{{"inputs":{inputs},"expectations":{expectations},"tags":{tags}}}"#)?;
    }
    file.flush()
}

fn report(what: &str, elapsed: Duration) {
    println!("{what}: {elapsed:.1?}, {:.0} examples a second", f64::from(ROWS) / elapsed.as_secs_f64());
}

fn peak_memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

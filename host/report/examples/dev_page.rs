//! dev only
#![allow(clippy::unwrap_used, missing_docs, dead_code)]
#[path = "../src/fixture.rs"]
mod fixture;
#[path = "../tests/html/run.rs"]
mod run;
use scorebox_report::{HtmlReport, ReportContext};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let n: u64 = args[1].parse().unwrap();
    let rows: Vec<_> = run::rows(n).collect();
    let mut record = fixture::record(&rows);
    record.dataset.rows = n;
    let t = std::time::Instant::now();
    let mut report = HtmlReport::default();
    for row in &rows { report.add(row).unwrap(); }
    let t1 = t.elapsed();
    let gate = if n % 2 == 0 { fixture::failed_gate() } else { fixture::passed_gate() };
    let context = ReportContext::new(&record).with_gate(&gate).with_command("scorebox eval support-qa/ --replay replies.jsonl");
    report.finish(&context, std::fs::File::create(&args[2]).unwrap()).unwrap();
    eprintln!("add {t1:?} all {:?} size {}", t.elapsed(), std::fs::metadata(&args[2]).unwrap().len());
}

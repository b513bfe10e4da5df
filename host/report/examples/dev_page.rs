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
    let mut before = fixture::record(&run::worse_rows(n).collect::<Vec<_>>());
    before.seed = 8;
    before.git_commit = Some("99999aaaaaa".into());
    let mut options = scorebox_verdict::CompareOptions::default();
    options.by = Some("tags.topic".parse().unwrap());
    let mut c = scorebox_verdict::Comparison::new(before, record.clone(), options);
    for row in run::worse_rows(n) { c.add_a(&row).unwrap(); }
    for row in &rows { c.add_b(row).unwrap(); }
    let mut d = c.compare();
    for row in run::worse_rows(n) { d.detail_a(&row); }
    for row in &rows { d.detail_b(row); }
    let comparison = d.finish();
    let context = context.with_comparison(&comparison);
    report.finish(&context, std::fs::File::create(&args[2]).unwrap()).unwrap();
    eprintln!("add {t1:?} all {:?} size {}", t.elapsed(), std::fs::metadata(&args[2]).unwrap().len());
}

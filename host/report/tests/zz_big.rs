#![allow(clippy::unwrap_used, dead_code)]
#[path = "../src/fixture.rs"]
mod fixture;
use scorebox_report::*;
use scorebox_core::{Value,FailureKind};
use fixture::*;
#[test]
fn big() {
    let which = std::env::var("FMT").unwrap();
    let format: ReportFormat = which.parse().unwrap();
    let fail = std::env::var("FAIL").is_ok();
    let path = format!("/tmp/rt-big.{which}");
    let start = std::time::Instant::now();
    let mut w = ReportWriter::new(format, std::fs::File::create(&path).unwrap()).unwrap();
    for i in 0..1_000_000u64 {
        let r = row(i).with_outputs("\"Paris is the capital of France and so on.\"").with_value("correct", Value::Boolean(!fail && i % 7 != 0), Some("Because the answer says so, and it is right."))
          .with_value("tone", text("formal"), None);
        let r = if fail { r.with_error("judge", FailureKind::Failed, &"long message ".repeat(300)) } else { r };
        w.add(&r.row).unwrap();
    }
    let rows = small_run();
    let rec = record(&rows);
    w.finish(&ReportContext::new(&rec)).unwrap();
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    let hwm = s.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    println!("{which} fail={fail} {:?} {hwm} {} bytes", start.elapsed(), std::fs::metadata(&path).unwrap().len());
}

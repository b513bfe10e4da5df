use scorebox_eval::{RowResult, RunRecord};
use scorebox_report::{ReportContext, ReportFormat};
use serde_json::Value;

use crate::fixture::{record, small_run};
use crate::report;

#[test]
fn the_document_holds_the_record_with_its_summary_and_no_rows() {
    let rows = small_run();
    let record = record(&rows);
    let document: Value =
        serde_json::from_str(&report(ReportFormat::Json, &rows, &ReportContext::new(&record))).unwrap();
    assert_eq!(document["scorebox_report"], 1);
    let run: RunRecord = serde_json::from_str(&document["run"].to_string()).unwrap();
    assert_eq!(run, record);
    assert!(!document.to_string().contains("q-0"));
}

#[test]
fn the_lines_are_those_of_a_run_folder() {
    let rows = small_run();
    let lines = report(ReportFormat::Jsonl, &rows, &ReportContext::new(&record(&rows)));
    let read: Vec<RowResult> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let written: Vec<_> = rows.into_iter().map(|row| RowResult { content: None, ..row }).collect();
    assert_eq!(read, written);
}

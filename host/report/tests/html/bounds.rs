//! What a page has room for.

use scorebox_core::{FailureKind, Value};
use scorebox_eval::RowResult;
use scorebox_report::ReportContext;
use serde_json::json;

use crate::fixture::{self, Row};
use crate::{data, html, table, texts};

fn passing(index: u64) -> RowResult {
    fixture::row(index).with_outputs("1").with_value("exact", Value::Boolean(true), None).row
}

fn failing(index: u64) -> RowResult {
    fixture::row(index).with_outputs("2").with_value("exact", Value::Boolean(false), None).row
}

fn erring(index: u64) -> RowResult {
    fixture::row(index).with_outputs("3").with_error("exact", FailureKind::Trap, "it crashed").row
}

#[test]
fn a_long_text_is_cut_and_says_how_long_it_was() {
    let text = "né".repeat(15_000);
    let rows = [fixture::row(0).with_outputs("1").with_value("exact", Value::Boolean(true), Some(&text)).row];
    let page = html(rows.clone(), &ReportContext::new(&fixture::record(&rows)));
    assert!(texts(&page).contains(&json!(["né".repeat(10_000), 30_000])));
}

#[test]
fn a_text_that_many_rows_have_stands_there_once() {
    let rows: Vec<_> = (0..100).map(erring).collect();
    let page = html(rows.clone(), &ReportContext::new(&fixture::record(&rows)));
    assert_eq!(texts(&page).iter().filter(|text| **text == "it crashed").count(), 1);
}

#[test]
fn of_too_many_rows_those_with_errors_and_failures_are_kept_first() {
    // The last rows are the interesting ones.
    let rows = || {
        (0..60_000).map(|index| match index {
            59_000.. => erring(index),
            50_000.. => failing(index),
            _ => passing(index),
        })
    };
    let record = fixture::record(&rows().take(2).collect::<Vec<_>>());
    let page = html(rows(), &ReportContext::new(&record));
    let table = table(&page);
    let status = table["status"].as_str().unwrap();
    let count = |wanted| status.chars().filter(|status| *status == wanted).count();
    assert_eq!((count('p'), count('f'), count('e')), (40_000, 9_000, 1_000));
    assert_eq!(table["index"][39_999], 39_999);
    assert_eq!(table["index"][40_000], 50_000);
    assert!(page.contains(
        "The table has 50,000 of 60,000 rows: every row with an error or a failed check, then the first of the others."
    ));
}

#[test]
fn of_too_many_failures_the_first_are_kept() {
    let rows = || (0..50_100).map(failing);
    let record = fixture::record(&rows().take(2).collect::<Vec<_>>());
    let page = html(rows(), &ReportContext::new(&record));
    assert_eq!(table(&page)["status"].as_str().map(str::len), Some(50_000));
    assert!(page.contains("The table has 50,000 of 50,100 rows: the first of those with an error or a failed check."));
}

#[test]
fn of_too_much_text_the_rows_are_kept_that_fit() {
    let rows = || {
        (0..5_000_u64).map(|index| {
            let text = format!("{index}{}", "x".repeat(19_000));
            let passes = index < 4_900;
            Row::of(&index.to_string(), index)
                .with_outputs("1")
                .with_value("exact", Value::Boolean(passes), Some(&text))
                .row
        })
    };
    let record = fixture::record(&rows().take(2).collect::<Vec<_>>());
    let page = html(rows(), &ReportContext::new(&record));
    assert!(page.len() < 70 << 20, "{}", page.len());
    let status = table(&page)["status"].as_str().unwrap().to_owned();
    assert_eq!(status.matches('f').count(), 100);
    assert!((3_000..3_600).contains(&status.len()), "{}", status.len());
    assert!(data(&page).len() > 4);
}

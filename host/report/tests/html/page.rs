//! What stands in the page.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scorebox_core::{Digest, Value};
use scorebox_eval::{Outcome, RowResult, SkipReason, SummaryCollector};
use scorebox_report::ReportContext;
use scorebox_verdict::{CompareOptions, Comparison, ComparisonReport};
use serde_json::json;

use crate::fixture::{self, Row, number, text};
use crate::{html, run, table};

fn page(rows: &[RowResult]) -> String {
    html(rows.iter().cloned(), &ReportContext::new(&fixture::record(rows)))
}

/// The visible text of an element of the page, whose opening tag begins so.
fn text_of(page: &str, tag: &str, end: &str) -> String {
    let (_, rest) = page.split_once(tag).unwrap_or_else(|| panic!("there is no {tag}"));
    let (element, _) = rest.split_once(end).unwrap();
    let mut text = String::new();
    let mut is_markup = true;
    for character in element.chars() {
        match character {
            '<' => is_markup = true,
            '>' => {
                is_markup = false;
                text.push(' ');
            }
            _ if !is_markup => text.push(character),
            _ => {}
        }
    }
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&#x2f;", "/"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, character)| text.replace(entity, character));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn equal_runs_have_equal_pages() {
    let rows: Vec<_> = run::rows(300).collect();
    assert!(page(&rows) == page(&rows));
}

#[test]
fn a_run_without_rows_has_a_page() {
    let page = page(&[]);
    assert_eq!(table(&page)["rows"], 0);
    assert!(page.contains("support-qa"));
}

#[test]
fn a_run_that_did_not_end_has_a_page() {
    let rows = fixture::small_run();
    let mut record = fixture::record(&rows);
    (record.summary, record.ended_at) = (None, None);
    let page = html(rows, &ReportContext::new(&record));
    assert!(text_of(&page, "<section id=\"summary\"", "</section>").contains("no summary"));
}

#[test]
fn the_summary_has_a_line_for_each_feedback_with_its_interval() {
    let page = page(&fixture::small_run());
    insta::assert_snapshot!(text_of(&page, "<section id=\"summary\"", "</section>"), @"Summary ! 2 rows with an error Rows with errors enter no mean. Scorer Result Interval Distribution n Errors Time Cost correct judges/correct 0.667 rate 0 [0.208, 0.939] 1 passed: 2 (66.7 %) failed: 1 (33.3 %) passed 2 failed 1 3 0 1 skipped 1.50 ms p90 1.50 ms – tone judges/tone – casual: 1 (50.0 %) formal: 1 (50.0 %) casual 1 formal 1 2 ! 1 1 skipped 1.50 ms p90 1.50 ms – tone/score of tone 3.250 mean 2 [-12.6, 19.1] 4.5 2: 1 row 4.5: 1 row 2 4.5 min 2 · median 3.25 · p90 4.25 2 Predictions ! 1 120 ms p90 120 ms $0.0220");
}

#[test]
fn errors_are_grouped_by_cause() {
    let rows: Vec<_> = run::rows(1_000).collect();
    let shown = text_of(&page(&rows), "<section id=\"errors\"", "</section>");
    insta::assert_snapshot!(shown, @"Errors by cause Rows Function Cause Examples 13 tone trap tone trapped: index out of bounds: the length is 387 but the index is 512 Whole message and backtrace of the first support-00035 support-00101 support-00109 support-00167 support-00241 … 6 predict gateway openai:/gpt-4o-mini answered 503 after 3 attempts; try again later Whole message and backtrace of the first support-00235 support-00307 support-00394 support-00413 support-00633 …");
}

#[test]
fn the_gate_says_what_failed_and_why() {
    let rows = fixture::small_run();
    let (record, gate) = (fixture::record(&rows), fixture::failed_gate());
    let page = html(rows, &ReportContext::new(&record).with_gate(&gate));
    assert!(page.contains("<title>✗ support-qa · Scorebox</title>"));
    insta::assert_snapshot!(text_of(&page, "<section id=\"gate\"", "</section>"), @"✗ Gate failed: 2 of 3 checks did not pass ✓ passed error rate <= 0.50 2 of 4 rows ✗ failed correct mean >= 0.90 0.667 [0.208, 0.939], n = 3 ? not decidable correct no worse than main there is no run on main; evaluate main first");
}

fn comparison() -> (Vec<RowResult>, ComparisonReport) {
    let (before, now): (Vec<_>, Vec<_>) = (run::worse_rows(40).collect(), run::rows(40).collect());
    let options = CompareOptions { by: Some("tags.topic".parse().unwrap()), ..CompareOptions::default() };
    let mut comparison = Comparison::new(fixture::record(&before), fixture::record(&now), options);
    before.iter().for_each(|row| comparison.add_a(row).unwrap());
    now.iter().for_each(|row| comparison.add_b(row).unwrap());
    let mut details = comparison.compare();
    before.iter().for_each(|row| details.detail_a(row));
    now.iter().for_each(|row| details.detail_b(row));
    (now, details.finish())
}

#[test]
fn a_comparison_shows_differences_flips_and_slices() {
    let (rows, comparison) = comparison();
    let record = fixture::record(&rows);
    let page = html(rows, &ReportContext::new(&record).with_comparison(&comparison));
    let shown = text_of(&page, "<section id=\"comparison\"", "</section>");
    for part in
        ["Difference, 95 % interval", "exact", "labels changed", "Prediction, median", "By tags.topic", "billing"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let flip = &comparison.flips[0].kept[0];
    assert!(page.contains(&format!("<a href=\"#row={}\">{}</a>", flip.position.b, flip.id)));
}

#[test]
fn repeats_have_names_of_their_own_and_pass_rates() {
    let rows: Vec<_> = (0..8)
        .map(|position| {
            let row = fixture::row(position / 4).with_repeat(u32::try_from(position % 4).unwrap());
            row.with_outputs("1").with_value("exact", Value::Boolean(position % 4 > 0), None).row
        })
        .collect();
    let mut record = fixture::record(&rows);
    record.repeats = NonZeroU32::new(4).unwrap();
    let page = html(rows, &ReportContext::new(&record));
    assert_eq!(table(&page)["repeat"], json!([0, 1, 2, 3, 0, 1, 2, 3]));
    let shown = text_of(&page, "<tr class=\"repeats\"", "</tr></tbody>");
    assert_eq!(shown, "k 1 2 3 4 pass@k 0.750 1.000 1.000 1.000 pass^k 0.750 0.500 0.250 0.000");
}

#[test]
fn rows_without_predictions_have_the_outputs_of_the_dataset() {
    let mut row = fixture::row(0).with_value("exact", Value::Boolean(true), None).row;
    row.content.as_mut().unwrap().example.outputs = Some("\"from the dataset\"".parse_json());
    let page = page(&[row]);
    assert!(crate::texts(&page).contains(&json!("\"from the dataset\"")));
    assert_eq!(table(&page).get("predict_ns"), None);
}

trait ParseJson {
    fn parse_json(&self) -> scorebox_core::Json;
}

impl ParseJson for str {
    fn parse_json(&self) -> scorebox_core::Json {
        scorebox_core::Json::parse(self).unwrap()
    }
}

#[test]
fn a_cell_says_what_came_of_a_scorer() {
    let mut earlier_turn = fixture::row(5).with_outputs("1").with_skipped("judge").row;
    earlier_turn.scores[0].outcome = Outcome::Skipped(SkipReason::EarlierTurn);
    let judged = |index, value: Value| fixture::row(index).with_outputs("1").with_value("judge", value, None).row;
    let rows = [
        judged(0, Value::Boolean(true)),
        judged(1, Value::Boolean(false)),
        judged(2, number(2.5)),
        judged(3, text("fine")),
        fixture::row(4).with_outputs("1").with_skipped("judge").row,
        earlier_turn,
        fixture::row(6).with_outputs("1").with_feedback("judge", &[]).row,
        judged(7, Value::Json("{}".parse_json())),
    ];
    let column = &table(&page(&rows))["columns"][0];
    assert_eq!(column["marks"], "tfnlsw-j");
    assert_eq!(column["values"], json!([2.5, 0.0]));
    assert_eq!(column["labels"], json!(["fine"]));
}

#[test]
fn several_feedbacks_of_one_name_show_the_worst() {
    let feedback = [
        ("relevant", Value::Boolean(true), None),
        ("relevant", Value::Boolean(false), None),
        ("relevant", Value::Boolean(true), None),
    ];
    let page = page(&[fixture::row(0).with_outputs("1").with_feedback("retrieval", &feedback).row]);
    let column = &table(&page)["columns"][0];
    assert_eq!((&column["marks"], &column["counts"]), (&json!("f"), &json!([[0, 3]])));
}

#[test]
fn feedbacks_of_one_name_from_two_scorers_are_told_apart() {
    let row: Row = fixture::row(0).with_outputs("1");
    let row =
        row.with_feedback("a", &[("score", number(1.0), None)]).with_feedback("b", &[("score", number(2.0), None)]);
    let table = table(&page(&[row.row]));
    let keys: Vec<_> = table["columns"].as_array().unwrap().iter().map(|column| column["key"].clone()).collect();
    assert_eq!(keys, ["a:score", "b:score"]);
}

#[test]
fn a_scorer_that_only_failed_has_a_column() {
    let row = fixture::row(0).with_outputs("1").with_error("judge", scorebox_core::FailureKind::Trap, "it crashed").row;
    let column = &table(&page(&[row]))["columns"][0];
    assert_eq!((&column["name"], &column["marks"]), (&json!("judge"), &json!("e")));
}

#[test]
fn the_browser_may_run_the_pages_own_scripts_only() {
    let page = page(&fixture::small_run());
    let (_, policy) = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap();
    let (policy, _) = policy.split_once('"').unwrap();
    let policy = policy.replace("&#x27;", "'").replace("&#x2f;", "/");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let parts = [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")];
    for (begin, end, directive) in parts {
        let allowed = policy.split("; ").find(|part| part.starts_with(directive)).unwrap();
        for element in page.split(begin).skip(1) {
            let (text, _) = element.split_once(end).unwrap();
            let digest = STANDARD.encode(Digest::of(text.as_bytes()).bytes());
            assert!(allowed.contains(&digest), "{directive} lacks {digest}");
        }
    }
}

#[test]
fn numbers_that_a_script_would_round_are_kept_as_text() {
    let rows = [fixture::row(0).with_outputs("1").with_value("count", Value::Integer(i64::MAX), None).row];
    assert!(crate::texts(&page(&rows)).contains(&json!("9223372036854775807")));
}

#[test]
fn the_summary_counts_rows_that_the_page_leaves_out() {
    let rows: Vec<_> = fixture::small_run();
    let mut record = fixture::record(&rows);
    let mut summary = SummaryCollector::new([("correct".to_owned(), Vec::new()), ("tone".to_owned(), Vec::new())]);
    (0..3).for_each(|_| rows.iter().for_each(|row| summary.add(row)));
    record.summary = Some(summary.summary());
    let page = html(rows, &ReportContext::new(&record));
    assert!(page.contains("<dt>Evaluated</dt><dd>12 rows, of 4 examples</dd>"));
}

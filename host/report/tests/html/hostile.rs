//! Rows whose texts try to become a part of the page.

use std::collections::BTreeMap;

use scorebox_core::{Failure, FailureKind, Feedback, Json, Value};
use scorebox_eval::{Outcome, RowResult};
use scorebox_report::ReportContext;
use serde_json::json;

use crate::fixture::{self, Row};
use crate::{data, html, texts};

pub(crate) const HOSTILE: [&str; 10] = [
    "<script>document.title='taken over'</script>",
    "</script><script>document.title='taken over'</script>",
    "<!-- <script>",
    "--> ]]> </style></textarea></title>",
    "<img src=x onerror=\"document.title='taken over'\">",
    "\"><svg onload=\"document.title='taken over'\">",
    "{{ 7 * 7 }}{% include 'page.html' %}${document.title='taken over'}",
    "javascript:document.title='taken over'",
    "\u{0}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{2029}\u{202e}\u{feff}\u{fffe}",
    "\\u003cscript\\u003e &lt;script&gt; &amp;#60;",
];

/// A row for each hostile text, with the text in every place.
pub(crate) fn rows() -> Vec<RowResult> {
    HOSTILE.iter().zip(0..).map(|(text, index)| row(text, index)).collect()
}

fn row(text: &str, index: u64) -> RowResult {
    let json = |value: serde_json::Value| Json::from_value(&value).unwrap();
    let feedback = Feedback {
        name: "judge".to_owned(),
        value: Value::Text(text.to_owned()),
        rationale: Some(text.to_owned()),
        metadata: Some(json(json!({ text: text }))),
        span_id: None,
    };
    let failure = Failure {
        backtrace: Some(text.to_owned()),
        guest_output: Some(text.to_owned()),
        ..Failure::new(FailureKind::Trap, text)
    };
    let mut row = Row::of(&format!("{text}{index}"), index)
        .with_inputs(&json!({ text: text }).to_string())
        .with_outputs(&json!({ "response": text }).to_string())
        .with_skipped("judge")
        .with_skipped("crashing")
        .row;
    row.scores[0].outcome = Outcome::Feedback(vec![feedback]);
    row.scores[1].outcome = Outcome::Error(failure);
    let example = &mut row.content.as_mut().unwrap().example;
    example.expectations = Some(json(json!({ "expected_response": format!("not {text}") })));
    example.tags = BTreeMap::from([(text.to_owned(), text.to_owned())]);
    row.prediction.as_mut().unwrap().trace = Some(json(json!({ "trace_id": "t", "spans": [
        { "span_id": "a", "name": text, "start_time_unix_nano": 1, "end_time_unix_nano": 2, "inputs": text,
          "attributes": { text: text }, "events": [{ "name": text, "time_unix_nano": 1 }],
          "status": { "code": "ERROR", "message": text } },
    ] })));
    row
}

/// The page of these rows, in a run whose own texts are hostile too.
pub(crate) fn page() -> String {
    let rows = rows();
    let mut record = fixture::record(&rows);
    let all = HOSTILE.concat();
    record.experiment = Some(all.clone());
    record.error = Some(all.clone());
    record.git_branch = Some(all.clone());
    record.dataset.path = all.clone().into();
    record.config = Json::from_value(&json!({ all.as_str(): all })).unwrap();
    record.plugins[0].name.clone_from(&all);
    let mut gate = fixture::failed_gate();
    gate.checks[0].title.clone_from(&all);
    gate.checks[0].why.clone_from(&all);
    html(rows, &ReportContext::new(&record).with_gate(&gate).with_command(&all))
}

#[test]
fn no_text_becomes_markup() {
    let page = page();
    // The theme's script, the page's script and the data.
    assert_eq!(page.matches("<script").count(), 2 + data(&page).len());
    assert_eq!(page.matches("</script").count(), 2 + data(&page).len());
    for forbidden in ["<!--", "<img", "<svg onload", "</textarea"] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
    assert!(page.contains("{{ 7 * 7 }}{% include"), "a text is no template");
}

#[test]
fn every_text_survives_as_it_was() {
    let texts = texts(&page());
    for text in HOSTILE {
        assert!(texts.contains(&json!(text)), "{text:?}");
    }
}

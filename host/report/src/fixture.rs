//! Runs and rows for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use scorebox_core::{Cost, Digest, Example, Failure, FailureKind, Feedback, Json, Usage, Value};
use scorebox_eval::{
    ContentKey, Outcome, Prediction, RowContent, RowResult, RunRecord, ScoreResult, SkipReason, SummaryCollector,
};
use scorebox_verdict::{Check, CheckOutcome, GateReport};
use serde_json::json;

/// A row in the making.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) row: RowResult,
}

/// A row whose example has an input and an expectation.
pub(crate) fn row(index: u64) -> Row {
    Row::of(&format!("q-{index}"), index)
}

impl Row {
    pub(crate) fn of(id: &str, index: u64) -> Self {
        let example = Example {
            id: id.to_owned(),
            inputs: parsed(r#"{"question":"Which city?"}"#),
            outputs: None,
            expectations: Some(parsed(r#"{"expected_response":"Paris"}"#)),
            trace: None,
            tags: BTreeMap::new(),
        };
        let row = RowResult {
            index,
            repeat: 0,
            id: id.to_owned(),
            prediction: None,
            scores: Vec::new(),
            started: Duration::from_millis(index),
            content: Some(Box::new(RowContent {
                example_key: ContentKey::of(&example),
                scored_key: ContentKey::of(&example),
                example,
            })),
        };
        Self { row }
    }

    pub(crate) fn with_repeat(mut self, repeat: u32) -> Self {
        self.row.repeat = repeat;
        self
    }

    pub(crate) fn with_inputs(mut self, inputs: &str) -> Self {
        self.row.content.as_mut().unwrap().example.inputs = parsed(inputs);
        self
    }

    pub(crate) fn with_outputs(self, outputs: &str) -> Self {
        self.predicted(Ok(parsed(outputs)))
    }

    pub(crate) fn with_failed_prediction(self, kind: FailureKind, message: &str) -> Self {
        self.predicted(Err(Failure::new(kind, message)))
    }

    fn predicted(mut self, outputs: Result<Json, Failure>) -> Self {
        self.row.prediction = Some(Prediction {
            outputs,
            trace: None,
            log: Vec::new(),
            usage: Usage {
                requests: 1,
                input_tokens: 20,
                output_tokens: 4,
                cost: Cost::from_picodollars(5_500_000_000),
            },
            elapsed: Duration::from_millis(120),
            is_reused: false,
        });
        self
    }

    pub(crate) fn with_value(self, scorer: &str, value: Value, rationale: Option<&str>) -> Self {
        self.with_feedback(scorer, &[(scorer, value, rationale)])
    }

    pub(crate) fn with_feedback(self, scorer: &str, feedback: &[(&str, Value, Option<&str>)]) -> Self {
        let feedback = feedback.iter().map(|(name, value, rationale)| Feedback {
            name: (*name).to_owned(),
            value: value.clone(),
            rationale: rationale.map(str::to_owned),
            metadata: None,
            span_id: None,
        });
        let feedback = feedback.collect();
        self.scored(scorer, Outcome::Feedback(feedback))
    }

    pub(crate) fn with_error(self, scorer: &str, kind: FailureKind, message: &str) -> Self {
        self.scored(scorer, Outcome::Error(Failure::new(kind, message)))
    }

    pub(crate) fn with_skipped(self, scorer: &str) -> Self {
        self.scored(scorer, Outcome::Skipped(SkipReason::PredictionFailed))
    }

    fn scored(mut self, scorer: &str, outcome: Outcome) -> Self {
        self.row.scores.push(ScoreResult {
            scorer: scorer.into(),
            outcome,
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::from_micros(1_500),
            is_reused: false,
        });
        self
    }
}

fn parsed(text: &str) -> Json {
    Json::parse(text).unwrap()
}

pub(crate) fn number(value: f64) -> Value {
    Value::Number(value.try_into().unwrap())
}

pub(crate) fn text(label: &str) -> Value {
    Value::Text(label.to_owned())
}

/// The rows of a small run with one of everything: a pass, a label, a number, a failure, an error, a skipped score.
pub(crate) fn small_run() -> Vec<RowResult> {
    [
        row(0)
            .with_outputs(r#""Paris""#)
            .with_value("correct", Value::Boolean(true), None)
            .with_feedback("tone", &[("tone", text("formal"), None), ("tone/score", number(4.5), None)]),
        row(1)
            .with_outputs(r#""Lyon""#)
            .with_value("correct", Value::Boolean(false), Some("Lyon is not the capital."))
            .with_feedback(
                "tone",
                &[("tone", text("casual"), Some("It says hey.")), ("tone/score", number(2.0), None)],
            ),
        row(2).with_outputs(r#""Nice""#).with_value("correct", Value::Boolean(true), None).with_error(
            "tone",
            FailureKind::Gateway,
            "judge: the provider answered 503 three times; try again later",
        ),
        row(3)
            .with_failed_prediction(FailureKind::Deadline, "predict took longer than 30 s; raise `limits.deadline`")
            .with_skipped("correct")
            .with_skipped("tone"),
    ]
    .map(|row| row.row)
    .into()
}

/// The record of a finished run over these rows.
pub(crate) fn record(rows: &[RowResult]) -> RunRecord {
    let scorers: Vec<String> =
        rows.first().map_or_else(Vec::new, |row| row.scores.iter().map(|score| score.scorer.to_string()).collect());
    let mut summary = SummaryCollector::new(scorers.iter().map(|name| (name.clone(), Vec::new())));
    rows.iter().for_each(|row| summary.add(row));
    let function = |name: &str, role: &str, plugin: Digest| json!({ "name": name, "role": role, "plugin": plugin, "function": name, "config": {} });
    let mut functions = vec![function("predict", "predictor", Digest::of(b"app"))];
    functions.extend(scorers.iter().map(|name| function(name, "scorer", Digest::of(b"judges"))));
    let record = json!({
        "run_id": "run_01890a5d-ac96-774b-bcce-b302099a8057",
        "experiment": "support-qa",
        "status": "finished",
        "started_at": "2026-01-02T03:04:05Z",
        "ended_at": "2026-01-02T03:05:05Z",
        "host_version": "0.1.0",
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_branch": "main",
        "seed": 7,
        "config": {},
        "dataset": {
            "path": "evals/data.jsonl",
            "digest": Digest::of(b"data"),
            "snapshot": Digest::of(b"data"),
            "rows": rows.len(),
        },
        "plugins": [{ "name": "judges", "digest": Digest::of(b"judges") }],
        "functions": functions,
    });
    // From text, as `Json` keeps the text that it is read from.
    let mut record: RunRecord = serde_json::from_str(&record.to_string()).unwrap();
    record.summary = Some(summary.summary());
    record
}

/// A gate that let the run through.
pub(crate) fn passed_gate() -> GateReport {
    GateReport { passed: true, checks: vec![errors_check()] }
}

/// A gate that did not, for two reasons.
pub(crate) fn failed_gate() -> GateReport {
    let failed = Check {
        rule: "correct.mean >= 0.9".to_owned(),
        title: "correct mean >= 0.90".to_owned(),
        outcome: CheckOutcome::Failed,
        observed: Some(0.667),
        bound: Some(0.9),
        why: "0.667 [0.208, 0.939], n = 3".to_owned(),
    };
    let not_decidable = Check {
        rule: "baseline correct".to_owned(),
        title: "correct no worse than main".to_owned(),
        outcome: CheckOutcome::NotDecidable,
        observed: None,
        bound: None,
        why: "there is no run on main; evaluate main first".to_owned(),
    };
    GateReport { passed: false, checks: vec![errors_check(), failed, not_decidable] }
}

fn errors_check() -> Check {
    Check {
        rule: "error_rate <= 0.5".to_owned(),
        title: "error rate <= 0.50".to_owned(),
        outcome: CheckOutcome::Passed,
        observed: Some(0.5),
        bound: Some(0.5),
        why: "2 of 4 rows".to_owned(),
    }
}

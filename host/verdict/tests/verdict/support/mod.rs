//! Runs made by hand.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use scorebox_core::{Cost, Digest, Example, Failure, FailureKind, Feedback, Json, Number, Usage, Value};
use scorebox_eval::{
    ContentKey, FunctionRecord, FunctionRole, Outcome, Prediction, RowContent, RowResult, RunRecord, ScoreResult,
    SkipReason, Summary,
};
use scorebox_verdict::{CompareOptions, Comparison, ComparisonReport, FeedbackComparison, NumericComparison};
use serde_json::json;

/// A run with its rows.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) record: RunRecord,
    pub(crate) rows: Vec<RowResult>,
}

/// What a scorer came to on a row.
#[derive(Clone)]
pub(crate) enum Said {
    Values(Vec<(&'static str, Value)>),
    Error,
    NotCalled,
    EarlierTurn,
}

impl Run {
    /// A run of so many examples, each with its own inputs, and no scorers yet.
    pub(crate) fn new(examples: u64) -> Self {
        Self { record: record(), rows: (0..examples).map(|index| row(index, 0)).collect() }
    }

    /// Each example is evaluated so many times.
    pub(crate) fn repeated(examples: u64, repeats: u32) -> Self {
        let mut record = record();
        record.repeats = NonZeroU32::new(repeats).unwrap();
        let rows = (0..examples).flat_map(|index| (0..repeats).map(move |repeat| row(index, repeat)));
        Self { record, rows: rows.collect() }
    }

    /// A scorer, with what it said of each row in turn.
    pub(crate) fn scorer<V: Into<Said>>(mut self, name: &'static str, said: impl IntoIterator<Item = V>) -> Self {
        self.record.functions.push(function(name, FunctionRole::Scorer));
        let mut said = said.into_iter();
        for row in &mut self.rows {
            let outcome = match said.next().expect("something is said of every row").into() {
                Said::Values(values) => Outcome::Feedback(
                    values.into_iter().map(|(feedback, value)| feedback_of(name, feedback, value)).collect(),
                ),
                Said::Error => Outcome::Error(Failure::new(FailureKind::Trap, "it crashed")),
                Said::NotCalled => Outcome::Skipped(SkipReason::PredictionFailed),
                Said::EarlierTurn => Outcome::Skipped(SkipReason::EarlierTurn),
            };
            row.scores.push(ScoreResult {
                scorer: name.into(),
                outcome,
                log: Vec::new(),
                usage: Usage::default(),
                elapsed: Duration::from_millis(20),
                is_reused: false,
            });
        }
        assert!(said.next().is_none(), "there are as many rows as things said");
        self
    }

    /// A predict function that takes so many milliseconds and a thousandth of a cent for each token.
    pub(crate) fn predicted(mut self, millis: impl Fn(u64) -> u64, tokens: impl Fn(u64) -> u64) -> Self {
        self.record.functions.insert(0, function("predict", FunctionRole::Predictor));
        for row in &mut self.rows {
            let tokens = tokens(row.index);
            row.prediction = Some(Prediction {
                outputs: Ok(Json::from_value(&format!("answer {}", row.index)).unwrap()),
                trace: None,
                log: Vec::new(),
                usage: Usage {
                    requests: 1,
                    input_tokens: tokens,
                    output_tokens: 0,
                    cost: Cost::from_picodollars(tokens * 10_000_000),
                },
                elapsed: Duration::from_millis(millis(row.index)),
                is_reused: false,
            });
        }
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut RunRecord)) -> Self {
        change(&mut self.record);
        self
    }

    pub(crate) fn examples(mut self, change: impl Fn(&mut Example)) -> Self {
        for row in &mut self.rows {
            change(&mut row.content.as_mut().unwrap().example);
            row.id.clone_from(&row.content.as_ref().unwrap().example.id);
        }
        self
    }

    /// The same run on a dataset with another snapshot.
    pub(crate) fn on_another_dataset(self) -> Self {
        self.with(|record| {
            record.dataset.digest = Digest::of(b"another dataset");
            record.dataset.snapshot = Digest::of(b"another dataset");
        })
    }

    pub(crate) fn summary(&self) -> Summary {
        let mut collector = self.record.summary_collector();
        self.rows.iter().for_each(|row| collector.add(row));
        collector.summary()
    }

    pub(crate) fn summed_up(mut self) -> Self {
        self.record.summary = Some(self.summary());
        self
    }
}

pub(crate) fn compare(a: &Run, b: &Run) -> ComparisonReport {
    compare_with(a, b, CompareOptions::default())
}

/// Both passes.
pub(crate) fn compare_with(a: &Run, b: &Run, options: CompareOptions) -> ComparisonReport {
    let mut comparison = Comparison::new(a.record.clone(), b.record.clone(), options);
    a.rows.iter().for_each(|row| comparison.add_a(row).unwrap());
    b.rows.iter().for_each(|row| comparison.add_b(row).unwrap());
    let mut details = comparison.compare();
    let wanted = details.wanted();
    let position = |run: &Run, row: &RowResult| row.index * u64::from(run.record.repeats.get()) + u64::from(row.repeat);
    a.rows.iter().filter(|row| wanted.a.contains(&position(a, row))).for_each(|row| details.detail_a(row));
    b.rows.iter().filter(|row| wanted.b.contains(&position(b, row))).for_each(|row| details.detail_b(row));
    details.finish()
}

pub(crate) fn feedback<'r>(report: &'r ComparisonReport, name: &str) -> &'r FeedbackComparison {
    report.feedback.iter().find(|it| it.feedback == name).expect("the feedback is compared")
}

pub(crate) fn numbers<'r>(report: &'r ComparisonReport, name: &str) -> &'r NumericComparison {
    feedback(report, name).numbers.as_ref().expect("it has numbers")
}

pub(crate) fn number(value: f64) -> Value {
    Value::Number(Number::try_from(value).unwrap())
}

/// As JSON, in which a record may lack what it does not need.
fn record() -> RunRecord {
    let digest = Digest::of(b"data");
    let record = json!({
        "run_id": "run_01900000-0000-7000-8000-000000000001",
        "experiment": "support-qa",
        "status": "finished",
        "started_at": "2026-01-02T03:04:05Z",
        "ended_at": "2026-01-02T03:05:05Z",
        "host_version": "0.1.0",
        "seed": 7,
        "config": {},
        "dataset": { "path": "data.jsonl", "digest": digest, "snapshot": digest, "rows": 4 },
        "plugins": [{ "name": "text", "digest": Digest::of(b"text"), "version": "1.2.0" }],
    });
    // By way of a text, as JSON that is kept as it is written cannot be read from a value.
    serde_json::from_str(&record.to_string()).unwrap()
}

fn function(name: &str, role: FunctionRole) -> FunctionRecord {
    let plugin = Digest::of(b"text");
    let function = json!({ "name": name, "role": role, "plugin": plugin, "function": name, "config": {} });
    serde_json::from_str(&function.to_string()).unwrap()
}

fn row(index: u64, repeat: u32) -> RowResult {
    let example = Example {
        id: format!("q-{index}"),
        inputs: Json::parse(&format!(r#"{{"question":"{index}?"}}"#)).unwrap(),
        outputs: None,
        expectations: None,
        trace: None,
        tags: BTreeMap::new(),
    };
    let key = ContentKey::of(&example);
    RowResult {
        index,
        repeat,
        id: example.id.clone(),
        prediction: None,
        scores: Vec::new(),
        started: Duration::ZERO,
        content: Some(Box::new(RowContent { example, example_key: key, scored_key: key })),
    }
}

fn feedback_of(scorer: &str, feedback: &str, value: Value) -> Feedback {
    let name = if feedback.is_empty() { scorer } else { feedback };
    let rationale = Some(format!("because {}", serde_json::to_string(&value).unwrap()));
    Feedback { name: name.into(), value, rationale, metadata: None, span_id: None }
}

impl From<bool> for Said {
    fn from(value: bool) -> Self {
        Value::Boolean(value).into()
    }
}

impl From<f64> for Said {
    fn from(value: f64) -> Self {
        number(value).into()
    }
}

impl From<&str> for Said {
    fn from(value: &str) -> Self {
        Value::Text(value.into()).into()
    }
}

impl From<Value> for Said {
    fn from(value: Value) -> Self {
        Self::Values(vec![("", value)])
    }
}

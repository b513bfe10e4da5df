use std::collections::{BTreeMap, HashMap};

use scorebox_core::{Failure, FailureKind, Feedback, Json, SpanKind, SpanStatus, Trace, ValueKind};
use scorebox_engine::{LogLine, Predicted, Scored};
use serde::Serialize;
use serde_json::Value;

/// What came of one call, without what differs from run to run: durations, times, backtraces.
///
/// Equal calls of a well-behaved plugin give equal ones, whatever the plugin is written in; as JSON text, equal bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// The result.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was logged. After a failure it is part of the error's output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogLine>,
    /// The spans that were recorded, in the order of their start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<ObservedSpan>,
}

/// A result, or why there is none.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What a scorer said.
    Feedback(Vec<ObservedFeedback>),
    /// What a predict function answered.
    Outputs(Value),
    /// Why there is no result.
    Error(ObservedError),
}

/// One feedback, with the kind of its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of a feedback")]
pub struct ObservedFeedback {
    pub name: String,
    pub kind: ValueKind,
    pub value: Value,
    pub rationale: Option<String>,
    pub metadata: Option<Value>,
    pub span_id: Option<String>,
}

/// Why there is no result.
#[derive(Clone, Debug, Serialize)]
pub struct ObservedError {
    /// The class of the failure.
    pub kind: FailureKind,
    /// What happened.
    pub message: String,
    /// What the guest had logged and written to its standard error: for people, and not compared.
    #[serde(skip)]
    pub guest_output: Option<String>,
    /// The guest's call stack: for people, and not compared.
    #[serde(skip)]
    pub backtrace: Option<String>,
}

/// One span, without ids and times.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of a span")]
pub struct ObservedSpan {
    pub name: String,
    /// The name of the span that it is part of.
    pub parent: Option<String>,
    pub kind: SpanKind,
    pub status: SpanStatus,
    pub attributes: BTreeMap<String, Value>,
    pub inputs: Option<Value>,
    pub outputs: Option<Value>,
}

impl Observed {
    /// What the guest of a failed call had logged and written to its standard error.
    #[must_use]
    pub fn guest_output(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Error(error) => error.guest_output.as_deref(),
            Outcome::Feedback(_) | Outcome::Outputs(_) => None,
        }
    }

    pub(crate) fn scored(scored: Scored) -> Self {
        let outcome = match scored.result {
            Ok(feedback) => Outcome::Feedback(feedback.into_iter().map(observed_feedback).collect()),
            Err(failure) => Outcome::Error(failure.into()),
        };
        Self { outcome, log: scored.log, spans: Vec::new() }
    }

    pub(crate) fn predicted(predicted: Predicted) -> Self {
        let outcome = match predicted.result {
            Ok(outputs) => Outcome::Outputs(value(&outputs)),
            Err(failure) => Outcome::Error(failure.into()),
        };
        Self { outcome, log: predicted.log, spans: predicted.trace.map(spans).unwrap_or_default() }
    }
}

impl From<Failure> for ObservedError {
    fn from(failure: Failure) -> Self {
        Self {
            kind: failure.kind,
            message: failure.message,
            guest_output: failure.guest_output,
            backtrace: failure.backtrace,
        }
    }
}

fn observed_feedback(feedback: Feedback) -> ObservedFeedback {
    let kind = feedback.value.kind();
    let verdict = match feedback.value {
        scorebox_core::Value::Boolean(passed) => passed.into(),
        scorebox_core::Value::Integer(integer) => integer.into(),
        scorebox_core::Value::Number(number) => number.get().into(),
        scorebox_core::Value::Text(text) => text.into(),
        scorebox_core::Value::Json(json) => value(&json),
    };
    ObservedFeedback {
        name: feedback.name,
        kind,
        value: verdict,
        rationale: feedback.rationale,
        metadata: feedback.metadata.as_ref().map(value),
        span_id: feedback.span_id.map(|id| id.as_str().to_owned()),
    }
}

fn spans(trace: Trace) -> Vec<ObservedSpan> {
    let names: HashMap<_, _> = trace.spans.iter().map(|span| (span.span_id.clone(), span.name.clone())).collect();
    let observed = trace.spans.into_iter().map(|span| ObservedSpan {
        parent: span.parent_span_id.and_then(|id| names.get(&id).cloned()),
        name: span.name,
        kind: span.kind,
        status: span.status,
        attributes: span.attributes.iter().map(|(key, json)| (key.clone(), value(json))).collect(),
        inputs: span.inputs.as_ref().map(value),
        outputs: span.outputs.as_ref().map(value),
    });
    observed.collect()
}

/// The host has checked that the text is JSON; nothing is lost, because it also brings numbers into a form that survives.
fn value(json: &Json) -> Value {
    json.to().unwrap_or(Value::Null)
}

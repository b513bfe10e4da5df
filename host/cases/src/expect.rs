use std::collections::BTreeMap;

use scorebox_core::{FailureKind, ValueKind};
use scorebox_engine::LogLine;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What has to come of one call. What is not stated is not compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The feedbacks of a scorer: as many, in this order.
    pub feedback: Option<Vec<ExpectedFeedback>>,
    /// The outputs of a predict function.
    #[serde(default, deserialize_with = "stated")]
    pub outputs: Option<Value>,
    /// Why there is no result.
    pub error: Option<ExpectedError>,
    /// What is logged: as many lines, in this order.
    pub log: Option<Vec<LogLine>>,
    /// The spans that a predict function records: as many, in the order of their start.
    pub spans: Option<Vec<ExpectedSpan>>,
}

/// One feedback. What is not stated is not compared; `null` states that there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFeedback {
    /// The feedback's name, or the scorer's.
    pub name: Option<String>,
    /// The kind of the value, where more is to be said than the value does.
    pub kind: Option<ValueKind>,
    /// The value.
    #[serde(default, deserialize_with = "stated")]
    pub value: Option<Value>,
    /// How far a number may be from `value`.
    pub within: Option<f64>,
    /// The rationale.
    #[serde(default, deserialize_with = "stated")]
    pub rationale: Option<Value>,
    /// The metadata.
    #[serde(default, deserialize_with = "stated")]
    pub metadata: Option<Value>,
    /// The span that the feedback is about.
    #[serde(default, deserialize_with = "stated")]
    pub span_id: Option<Value>,
}

/// Why there is no result. What is not stated is not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedError {
    /// The class of the failure.
    pub kind: Option<FailureKind>,
    /// The whole message.
    pub message: Option<String>,
    /// A part of the message.
    pub contains: Option<String>,
}

/// One span. What is not stated is not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedSpan {
    /// What it is called.
    pub name: String,
    /// The name of the span that it is part of; `null` for the root.
    #[serde(default, deserialize_with = "stated")]
    pub parent: Option<Value>,
    /// What it stands for, as in a trace: `LLM`, `TOOL`, ….
    pub kind: Option<String>,
    /// How it ended, as in a trace: `{"code": "ERROR", "message": "…"}`.
    pub status: Option<Value>,
    /// Its attributes, all of them.
    pub attributes: Option<BTreeMap<String, Value>>,
    /// What it was given.
    #[serde(default, deserialize_with = "stated")]
    pub inputs: Option<Value>,
    /// What it gave.
    #[serde(default, deserialize_with = "stated")]
    pub outputs: Option<Value>,
}

/// Tells `null`, which states that there is nothing, from a key that is not there.
fn stated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Json, SpanId, TraceId};

/// How an answer came about: the spans of one request, in the order of their start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Names the trace.
    pub trace_id: TraceId,
    /// The steps.
    pub spans: Vec<Span>,
}

/// One step of a trace. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Names the span within its trace.
    pub span_id: SpanId,
    /// The span that this one is part of; none for the root.
    #[serde(default)]
    pub parent_span_id: Option<SpanId>,
    /// What the step is called.
    pub name: String,
    /// What the step stands for.
    #[serde(default)]
    pub kind: SpanKind,
    /// When it began.
    pub start_time_unix_nano: u64,
    /// When it ended; none while it runs.
    #[serde(default)]
    pub end_time_unix_nano: Option<u64>,
    /// How it ended.
    #[serde(default)]
    pub status: SpanStatus,
    /// Attributes with OpenTelemetry's names, such as `gen_ai.request.model`.
    #[serde(default)]
    pub attributes: BTreeMap<String, Json>,
    /// What the step was given.
    #[serde(default)]
    pub inputs: Option<Json>,
    /// What the step gave.
    #[serde(default)]
    pub outputs: Option<Json>,
    /// What happened on the way.
    #[serde(default)]
    pub events: Vec<SpanEvent>,
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanEvent {
    /// What happened, for instance `exception`.
    pub name: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// Details.
    #[serde(default)]
    pub attributes: BTreeMap<String, Json>,
}

/// How a span ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanStatus {
    /// The outcome.
    pub code: StatusCode,
    /// The error's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The outcome of a span, as OpenTelemetry names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusCode {
    /// Nobody said.
    #[default]
    Unset,
    /// It went well.
    Ok,
    /// It failed.
    Error,
}

/// What a span stands for, as MLflow names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are MLflow's and say it all")]
pub enum SpanKind {
    Llm,
    ChatModel,
    Chain,
    Agent,
    Tool,
    Retriever,
    Embedding,
    Parser,
    Reranker,
    Memory,
    Guardrail,
    Evaluator,
    Task,
    #[default]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimal_span_is_enough() {
        let trace: Trace = serde_json::from_str(
            r#"{"trace_id":"tr-1","spans":[{"span_id":"s1","name":"search","kind":"RETRIEVER","start_time_unix_nano":5}]}"#,
        )
        .unwrap();
        assert_eq!(trace.spans[0].kind, SpanKind::Retriever);
        assert_eq!(trace.spans[0].status.code, StatusCode::Unset);
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let error = serde_json::from_str::<Trace>(r#"{"trace_id":"t","spans":[],"span":1}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `span`"), "{error}");
    }
}

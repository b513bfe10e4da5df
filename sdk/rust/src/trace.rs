//! Reads the trace of an example: how its answer came about, span by span.
//!
//! ```
//! use scorebox_sdk::trace::Trace;
//! use scorebox_sdk::tracing::SpanKind;
//! use scorebox_sdk::{Example, json};
//!
//! # fn main() -> scorebox_sdk::Result<()> {
//! let example = Example::new("1").with_trace(json!({ "trace_id": "t", "spans": [
//!     { "span_id": "1", "name": "search", "kind": "RETRIEVER", "start_time_unix_nano": 0, "end_time_unix_nano": 2_000_000 },
//! ] }));
//! let trace = Trace::of(&example)?;
//! let search = trace.of_kind(SpanKind::Retriever).next().unwrap();
//! assert_eq!((search.name.as_str(), search.duration_ms()), ("search", Some(2.0)));
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tracing::SpanKind;
use crate::{Example, Result};

/// How an answer came about: the spans of one request, in the order of their start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Names the trace.
    pub trace_id: String,
    /// The steps.
    pub spans: Vec<Span>,
}

/// One step of a trace. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Names the span within its trace.
    pub span_id: String,
    /// The span that this one is part of; `None` for the root.
    #[serde(default)]
    pub parent_span_id: Option<String>,
    /// What the step is called.
    pub name: String,
    /// What the step stands for.
    #[serde(default)]
    pub kind: SpanKind,
    /// When it began.
    pub start_time_unix_nano: u64,
    /// When it ended; `None` where nobody said.
    #[serde(default)]
    pub end_time_unix_nano: Option<u64>,
    /// How it ended.
    #[serde(default)]
    pub status: Status,
    /// Attributes with OpenTelemetry's names, such as `gen_ai.request.model`.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    /// What the step was given.
    #[serde(default)]
    pub inputs: Option<Value>,
    /// What the step gave.
    #[serde(default)]
    pub outputs: Option<Value>,
    /// What happened on the way.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// How a span ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
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

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What happened, for instance `exception`.
    pub name: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// Details.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
}

impl Trace {
    /// The trace of an example.
    pub fn of(example: &Example) -> Result<Self> {
        example.trace()?.parse()
    }

    /// The spans of one kind, in the order of their start.
    pub fn of_kind(&self, kind: SpanKind) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.kind == kind)
    }

    /// The first span that is part of no other.
    #[must_use]
    pub fn root(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.parent_span_id.is_none())
    }

    /// The span with an id.
    #[must_use]
    pub fn span(&self, span_id: &str) -> Option<&Span> {
        self.spans.iter().find(|span| span.span_id == span_id)
    }

    /// From the first start to the last end, in milliseconds; `None` where no span has ended.
    #[must_use]
    pub fn duration_ms(&self) -> Option<f64> {
        let start = self.spans.iter().map(|span| span.start_time_unix_nano).min()?;
        let end = self.spans.iter().filter_map(|span| span.end_time_unix_nano).max()?;
        Some(milliseconds(end.saturating_sub(start)))
    }
}

impl Span {
    /// How long the step took, in milliseconds; `None` where nobody said when it ended.
    #[must_use]
    pub fn duration_ms(&self) -> Option<f64> {
        Some(milliseconds(self.end_time_unix_nano?.saturating_sub(self.start_time_unix_nano)))
    }

    /// Whether the step failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.status.code == StatusCode::Error
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to a hundred days")]
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trace() -> Trace {
        let example = Example::new("1").with_trace(json!({ "trace_id": "t", "spans": [
            { "span_id": "a", "name": "agent", "kind": "AGENT", "start_time_unix_nano": 1_000_000, "end_time_unix_nano": 9_000_000 },
            { "span_id": "b", "parent_span_id": "a", "name": "search", "kind": "TOOL", "start_time_unix_nano": 2_000_000,
              "status": { "code": "ERROR", "message": "no" }, "inputs": { "q": 1 } },
            { "span_id": "c", "parent_span_id": "a", "name": "other", "start_time_unix_nano": 3_000_000 },
        ] }));
        Trace::of(&example).unwrap()
    }

    #[test]
    fn spans_are_found_by_kind_and_id() {
        let trace = trace();
        assert_eq!(trace.root().unwrap().name, "agent");
        assert_eq!(trace.of_kind(SpanKind::Tool).count(), 1);
        assert!(trace.span("b").unwrap().has_failed());
        assert_eq!(trace.span("c").unwrap().kind, SpanKind::Unknown);
    }

    #[test]
    fn durations_are_milliseconds() {
        let trace = trace();
        assert_eq!(trace.duration_ms(), Some(8.0));
        assert_eq!(trace.span("b").unwrap().duration_ms(), None);
    }

    #[test]
    fn a_row_without_a_trace_lacks_a_field() {
        assert_eq!(Trace::of(&Example::new("1")).unwrap_err(), crate::Error::missing_field("trace"));
    }
}

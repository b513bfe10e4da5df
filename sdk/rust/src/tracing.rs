//! Records what a plugin does as spans of the example's trace.
//!
//! ```
//! use scorebox_sdk::tracing::{self, SpanKind};
//!
//! # fn look_up() -> Vec<String> { Vec::new() }
//! let span = tracing::span("search", SpanKind::Retriever);
//! let documents = look_up();
//! span.attribute("documents", &documents.len());
//! span.end_with(&documents); // or let it drop
//! ```
//!
//! Natively, in tests, nothing is recorded.

use serde::{Deserialize, Serialize};

use crate::json::to_json;

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
    #[serde(other)]
    Unknown,
}

/// Starts a span inside the innermost one that is still open.
pub fn span(name: &str, kind: SpanKind) -> Span {
    Span::start(name, kind, None)
}

/// Starts a span that records what the step is given.
pub fn span_with(name: &str, kind: SpanKind, inputs: &(impl Serialize + ?Sized)) -> Span {
    Span::start(name, kind, to_json(inputs).ok().as_deref())
}

/// An open span, which ends when it is dropped.
#[must_use = "a span ends when it is dropped"]
#[derive(Debug)]
pub struct Span {
    id: String,
    is_ended: bool,
}

impl Span {
    fn start(name: &str, kind: SpanKind, inputs: Option<&str>) -> Self {
        Self { id: host::start_span(name, kind, inputs), is_ended: false }
    }

    /// The span's id, for [`Feedback::about_span`](crate::Feedback::about_span).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds an attribute. OpenTelemetry's GenAI names, such as `gen_ai.request.model`, are understood by the host's
    /// reports. A value without a JSON form is left out.
    pub fn attribute(&self, name: &str, value: &(impl Serialize + ?Sized)) {
        if let Ok(value) = to_json(value) {
            host::set_attribute(&self.id, name, &value);
        }
    }

    /// Ends the span with what the step gave.
    pub fn end_with(mut self, outputs: &(impl Serialize + ?Sized)) {
        self.end(Ok(()), to_json(outputs).ok().as_deref());
    }

    /// Ends the span with an error.
    pub fn fail(mut self, error: &str) {
        self.end(Err(error), None);
    }

    fn end(&mut self, status: Result<(), &str>, outputs: Option<&str>) {
        if !self.is_ended {
            self.is_ended = true;
            host::end_span(&self.id, status, outputs);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.end(Ok(()), None);
    }
}

#[cfg(target_family = "wasm")]
mod host {
    use super::SpanKind;
    use crate::bindings::imports::scorebox::plugin::tracing as host;

    pub(super) fn start_span(name: &str, kind: SpanKind, inputs: Option<&str>) -> String {
        let kind = match kind {
            SpanKind::Llm => host::SpanKind::Llm,
            SpanKind::ChatModel => host::SpanKind::ChatModel,
            SpanKind::Chain => host::SpanKind::Chain,
            SpanKind::Agent => host::SpanKind::Agent,
            SpanKind::Tool => host::SpanKind::Tool,
            SpanKind::Retriever => host::SpanKind::Retriever,
            SpanKind::Embedding => host::SpanKind::Embedding,
            SpanKind::Parser => host::SpanKind::Parser,
            SpanKind::Reranker => host::SpanKind::Reranker,
            SpanKind::Memory => host::SpanKind::Memory,
            SpanKind::Guardrail => host::SpanKind::Guardrail,
            SpanKind::Evaluator => host::SpanKind::Evaluator,
            SpanKind::Task => host::SpanKind::Task,
            SpanKind::Unknown => host::SpanKind::Unknown,
        };
        host::start_span(name, kind, inputs)
    }

    pub(super) fn set_attribute(span_id: &str, name: &str, value: &str) {
        host::set_attributes(span_id, &[(name.to_owned(), value.to_owned())]);
    }

    pub(super) fn end_span(span_id: &str, status: Result<(), &str>, outputs: Option<&str>) {
        let status = match status {
            Ok(()) => host::SpanStatus::Ok,
            Err(error) => host::SpanStatus::Error(error.to_owned()),
        };
        host::end_span(span_id, &status, outputs);
    }
}

#[cfg(not(target_family = "wasm"))]
mod host {
    use super::SpanKind;

    pub(super) fn start_span(name: &str, _kind: SpanKind, _inputs: Option<&str>) -> String {
        name.to_owned()
    }

    pub(super) fn set_attribute(_span_id: &str, _name: &str, _value: &str) {}

    pub(super) fn end_span(_span_id: &str, _status: Result<(), &str>, _outputs: Option<&str>) {}
}

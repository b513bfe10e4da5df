use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use scorebox_core::{Digest, Json, Span, SpanId, SpanKind, SpanStatus, StatusCode, Trace, TraceId};

use crate::bindings::tracing::{self as wit, Host};
use crate::outgoing::Caller;
use crate::state::HostState;

impl Host for HostState {
    fn start_span(&mut self, name: String, kind: wit::SpanKind, inputs: Option<String>) -> wasmtime::Result<String> {
        self.count_host_call()?;
        let inputs = inputs.and_then(|text| self.span_json("inputs", text));
        Ok(self.spans.start(name, kind.into(), inputs))
    }

    fn set_attributes(&mut self, span_id: String, attributes: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.count_host_call()?;
        for (name, text) in attributes {
            if let Some(json) = self.span_json(&name, text) {
                self.spans.set_attribute(&span_id, name, json);
            }
        }
        Ok(())
    }

    fn end_span(&mut self, span_id: String, status: wit::SpanStatus, outputs: Option<String>) -> wasmtime::Result<()> {
        self.count_host_call()?;
        let outputs = outputs.and_then(|text| self.span_json("outputs", text));
        let status = match status {
            wit::SpanStatus::Ok => SpanStatus { code: StatusCode::Ok, message: None },
            wit::SpanStatus::Error(message) => SpanStatus { code: StatusCode::Error, message: Some(message) },
        };
        self.spans.end(&span_id, status, outputs);
        Ok(())
    }
}

impl HostState {
    /// Reads JSON that belongs to a span. A trace must not break the call that it describes, so what is not JSON is
    /// dropped with a warning.
    fn span_json(&mut self, what: &str, text: String) -> Option<Json> {
        let read =
            || Json::parse_bounded(text, self.settings.limits.output_json_depth).map_err(|error| error.to_string());
        match read().and_then(|json| json.canonical().map_err(|error| error.to_string())) {
            Ok(json) => Some(json),
            Err(error) => {
                let message = format!("a span's {what} was dropped: {error}");
                self.log.push(crate::capture::LogLevel::Warn, &message);
                None
            }
        }
    }
}

/// What a span or an attribute costs beside its texts, so that empty ones cannot pile up.
const SPAN_BYTES: usize = 64;

/// Collects the spans of one call, up to a number and a size; what is beyond is dropped, because a trace must not break
/// the call that it describes.
#[derive(Debug)]
pub(crate) struct SpanRecorder {
    spans: Vec<Span>,
    /// Indices of the spans that are still open, outermost first.
    open: Vec<usize>,
    max_spans: usize,
    /// Bytes that names, inputs, outputs and attributes may still fill.
    room: usize,
}

impl SpanRecorder {
    pub(crate) fn new(max_spans: usize, max_bytes: usize) -> Self {
        Self { spans: Vec::new(), open: Vec::new(), max_spans, room: max_bytes }
    }

    /// Takes room for something to be recorded, if there is enough.
    fn has_room(&mut self, bytes: usize) -> bool {
        let room = self.room.checked_sub(bytes);
        self.room = room.unwrap_or(self.room);
        room.is_some()
    }

    /// The id of a span beyond the limit: accepted everywhere, recorded nowhere.
    const DROPPED: &str = "dropped";

    fn start(&mut self, name: String, kind: SpanKind, inputs: Option<Json>) -> String {
        let bytes = SPAN_BYTES + name.len() + inputs.as_ref().map_or(0, |json| json.as_str().len());
        if self.spans.len() >= self.max_spans || !self.has_room(bytes) {
            return Self::DROPPED.to_owned();
        }
        // Numbered, so that two runs of one guest give the same ids.
        let Ok(span_id) = SpanId::try_from(format!("{:016x}", self.spans.len() + 1)) else {
            return Self::DROPPED.to_owned();
        };
        let parent_span_id = self.open.last().map(|&parent| self.spans[parent].span_id.clone());
        self.open.push(self.spans.len());
        let id = span_id.to_string();
        self.spans.push(Span {
            span_id,
            parent_span_id,
            name,
            kind,
            start_time_unix_nano: now_unix_nano(),
            end_time_unix_nano: None,
            status: SpanStatus::default(),
            attributes: BTreeMap::new(),
            inputs,
            outputs: None,
            events: Vec::new(),
        });
        id
    }

    fn set_attribute(&mut self, span_id: &str, name: String, value: Json) {
        if let Some(position) = self.position_of_open(span_id)
            && self.has_room(SPAN_BYTES + name.len() + value.as_str().len())
        {
            self.spans[self.open[position]].attributes.insert(name, value);
        }
    }

    fn end(&mut self, span_id: &str, status: SpanStatus, outputs: Option<Json>) {
        if let Some(position) = self.position_of_open(span_id) {
            let outputs_bytes = outputs.as_ref().map_or(0, |json| json.as_str().len());
            let has_room = self.has_room(status.message.as_ref().map_or(0, String::len) + outputs_bytes);
            let span = &mut self.spans[self.open.remove(position)];
            span.end_time_unix_nano = Some(now_unix_nano());
            span.status.code = status.code;
            if has_room {
                span.status = status;
                span.outputs = outputs;
            }
        }
    }

    fn position_of_open(&self, span_id: &str) -> Option<usize> {
        self.open.iter().position(|&index| self.spans[index].span_id.as_str() == span_id)
    }

    /// The trace of the call, if the guest recorded any span. Spans that are still open end now.
    pub(crate) fn take(&mut self, caller: &Caller) -> Option<Trace> {
        if self.spans.is_empty() {
            return None;
        }
        let now = now_unix_nano();
        for index in self.open.drain(..) {
            self.spans[index].end_time_unix_nano = Some(now);
        }
        let mut identity = format!("{}\n{}\n{}", caller.plugin, caller.function, caller.example_id);
        if caller.repeat > 0 {
            // Writing to a String cannot fail.
            let _ = write!(identity, "\n{}", caller.repeat);
        }
        let mut trace_id = Digest::of(identity.as_bytes()).hex();
        trace_id.truncate(32);
        let trace_id = TraceId::try_from(trace_id).ok()?;
        Some(Trace { trace_id, spans: std::mem::take(&mut self.spans) })
    }
}

fn now_unix_nano() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

impl From<wit::SpanKind> for SpanKind {
    fn from(kind: wit::SpanKind) -> Self {
        match kind {
            wit::SpanKind::Llm => Self::Llm,
            wit::SpanKind::ChatModel => Self::ChatModel,
            wit::SpanKind::Chain => Self::Chain,
            wit::SpanKind::Agent => Self::Agent,
            wit::SpanKind::Tool => Self::Tool,
            wit::SpanKind::Retriever => Self::Retriever,
            wit::SpanKind::Embedding => Self::Embedding,
            wit::SpanKind::Parser => Self::Parser,
            wit::SpanKind::Reranker => Self::Reranker,
            wit::SpanKind::Memory => Self::Memory,
            wit::SpanKind::Guardrail => Self::Guardrail,
            wit::SpanKind::Evaluator => Self::Evaluator,
            wit::SpanKind::Task => Self::Task,
            wit::SpanKind::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_nest_and_open_ones_are_ended() {
        let mut recorder = SpanRecorder::new(10, 10_000);
        let outer = recorder.start("agent".into(), SpanKind::Agent, None);
        let inner = recorder.start("tool".into(), SpanKind::Tool, None);
        recorder.end(&inner, SpanStatus::default(), None);
        let caller = Caller { plugin: Digest::of(b""), function: "f".into(), example_id: "1".into(), repeat: 0 };
        let trace = recorder.take(&caller).unwrap();
        assert_eq!(trace.spans[1].parent_span_id.as_ref().map(SpanId::as_str), Some(outer.as_str()));
        assert!(trace.spans.iter().all(|span| span.end_time_unix_nano.is_some()));
    }

    #[test]
    fn attributes_beyond_the_room_are_dropped() {
        let mut recorder = SpanRecorder::new(10, 2_000);
        let span = recorder.start("a".into(), SpanKind::Unknown, None);
        let value = Json::from_value(&"x".repeat(500)).unwrap();
        for number in 0..1_000 {
            recorder.set_attribute(&span, format!("attribute-{number}"), value.clone());
        }
        assert_eq!(recorder.spans[0].attributes.len(), 3);
    }

    #[test]
    fn spans_beyond_the_limit_are_dropped_without_an_error() {
        let mut recorder = SpanRecorder::new(1, 10_000);
        recorder.start("a".into(), SpanKind::Unknown, None);
        let beyond = recorder.start("b".into(), SpanKind::Unknown, None);
        recorder.end(&beyond, SpanStatus::default(), None);
        assert_eq!(recorder.spans.len(), 1);
    }
}

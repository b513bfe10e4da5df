//! Rows for the tests, and how they are scored.

use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Example, Feedback, Result, json};

/// A TOOL span of 10 ms.
pub(crate) fn tool(name: &str, arguments: &Value) -> Value {
    json!({
        "span_id": name, "name": name, "kind": "TOOL", "inputs": arguments,
        "start_time_unix_nano": 20_000_000, "end_time_unix_nano": 30_000_000,
    })
}

/// A CHAT_MODEL span.
pub(crate) fn chat(span_id: &str, parent: Option<&str>, outputs: &Value) -> Value {
    json!({
        "span_id": span_id, "parent_span_id": parent, "name": "chat", "kind": "CHAT_MODEL", "outputs": outputs,
        "start_time_unix_nano": 10_000_000, "end_time_unix_nano": 50_000_000,
    })
}

/// A row with a trace.
pub(crate) fn traced(spans: &[Value]) -> Example {
    Example::new("1").with_trace(json!({ "trace_id": "t", "spans": spans }))
}

/// A row whose trace has called tools, by name, without arguments.
pub(crate) fn called(names: &[&str]) -> Example {
    traced(&names.iter().map(|name| tool(name, &json!({}))).collect::<Vec<_>>())
}

/// The one feedback of a scorer.
pub(crate) fn score(scorer: &str, config: &Value, example: &Example) -> Result<Feedback> {
    crate::PLUGIN.score(scorer, config.to_string(), example.clone()).map(|mut all| all.remove(0))
}

/// A detail of a feedback, as JSON text.
pub(crate) fn metadata<'f>(feedback: &'f Feedback, key: &str) -> &'f str {
    feedback.metadata.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value.as_str())
}

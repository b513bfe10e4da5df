//! Reads the tool calls of a trace.

use std::fmt::Write as _;

use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::tracing::SpanKind;
use scorebox_sdk::{Error, Example, Result};

use crate::material::{input_of, input_text};
use crate::prompt::cut;

/// The most characters of a tool's result that a judge is shown.
const MAX_RESULT_CHARACTERS: usize = 2_000;

/// The attributes in which the tools that a model was offered are recorded.
const OFFERED_TOOLS: [&str; 2] = ["gen_ai.tool.definitions", "mlflow.chat.tools"];

/// One call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) arguments: Value,
    result: Option<Value>,
    error: Option<String>,
}

/// The tool calls of a row's trace, in the order of their start.
pub(crate) fn calls(example: &Example) -> Result<Vec<ToolCall>> {
    Ok(calls_of(&Trace::of(example)?))
}

/// The tool calls of a trace, in the order of their start.
pub(crate) fn calls_of(trace: &Trace) -> Vec<ToolCall> {
    trace.of_kind(SpanKind::Tool).map(ToolCall::of).collect()
}

/// What a scorer of tool calls answers where there are none.
pub(crate) fn no_tool_calls() -> Error {
    Error::missing_field("trace: a span of kind TOOL")
}

/// What the application was asked: the row's inputs, or those of the outermost span.
pub(crate) fn request(example: &Example, trace: &Trace) -> Result<String> {
    match (input_text(example), trace.root().and_then(|root| root.inputs.as_ref())) {
        (Err(Error::MissingField(_)), Some(inputs)) => Ok(input_of(inputs)),
        (text, _) => text,
    }
}

/// The tools that a model of the trace was offered, as JSON.
pub(crate) fn offered(trace: &Trace) -> Option<String> {
    let offered = trace.spans.iter().find_map(|span| OFFERED_TOOLS.iter().find_map(|key| span.attributes.get(*key)))?;
    let offered = decoded(offered.clone());
    Some(serde_json::to_string_pretty(&offered).unwrap_or_else(|_| offered.to_string()))
}

/// The calls as a numbered list, with their results.
pub(crate) fn rendered(calls: &[ToolCall]) -> String {
    let mut text = String::new();
    for (index, ToolCall { name, arguments, result, error }) in calls.iter().enumerate() {
        let _ = writeln!(text, "{}. {name} with {arguments}", index + 1);
        match (error, result) {
            (Some(error), _) => {
                let _ = writeln!(text, "   failed: {}", cut(error, MAX_RESULT_CHARACTERS));
            }
            (None, Some(result)) => {
                let _ = writeln!(text, "   gave: {}", cut(&result.to_string(), MAX_RESULT_CHARACTERS));
            }
            (None, None) => {}
        }
    }
    text
}

impl ToolCall {
    fn of(span: &Span) -> Self {
        let name = span.attributes.get("gen_ai.tool.name").and_then(Value::as_str).unwrap_or(&span.name);
        let error =
            span.has_failed().then(|| span.status.message.clone().unwrap_or_else(|| "no reason given".to_owned()));
        Self {
            name: name.to_owned(),
            arguments: span.inputs.clone().map_or_else(|| Value::Object(serde_json::Map::new()), decoded),
            result: span.outputs.clone(),
            error,
        }
    }
}

/// JSON that is written in a text, as some tracers do; anything else as it is.
pub(crate) fn decoded(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    match serde_json::from_str(text) {
        Ok(inner @ (Value::Object(_) | Value::Array(_))) => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    #[test]
    fn calls_are_the_tool_spans_with_arguments_results_and_errors() {
        let example = Example::new("1").with_trace(json!({ "trace_id": "t", "spans": [
            { "span_id": "1", "name": "agent", "kind": "AGENT", "start_time_unix_nano": 0,
              "attributes": { "mlflow.chat.tools": "[{\"name\": \"search\"}]" } },
            { "span_id": "2", "name": "search", "kind": "TOOL", "start_time_unix_nano": 1,
              "inputs": { "q": "x" }, "outputs": ["a"] },
            { "span_id": "3", "name": "execute", "kind": "TOOL", "start_time_unix_nano": 2, "inputs": "{\"q\": \"y\"}",
              "attributes": { "gen_ai.tool.name": "search" }, "status": { "code": "ERROR", "message": "too slow" } },
        ] }));
        let calls = calls(&example).unwrap();
        assert_eq!(
            rendered(&calls),
            "1. search with {\"q\":\"x\"}\n   gave: [\"a\"]\n2. search with {\"q\":\"y\"}\n   failed: too slow\n"
        );
        assert_eq!(offered(&Trace::of(&example).unwrap()).unwrap(), "[\n  {\n    \"name\": \"search\"\n  }\n]");
    }
}

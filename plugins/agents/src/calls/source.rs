use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::tracing::SpanKind;
use scorebox_sdk::{Error, Example, Result};

use super::ToolCall;
use super::call::decoded;
use super::messages::calls_in;
use crate::spans::{innermost, is_model};

/// The calls that were made, in the order of their start.
///
/// The trace's TOOL spans, as they are what really ran; without any, what the models in the trace asked for; without
/// that, what the outputs hold. A row that has neither a trace nor messages as outputs says nothing about tools.
pub(crate) fn made(example: &Example) -> Result<Vec<ToolCall>> {
    let traced = if_there(Trace::of(example))?.map(calls_of);
    if let Some(calls) = &traced
        && !calls.is_empty()
    {
        return Ok(calls.clone());
    }
    let answered = match if_there(example.outputs())? {
        Some(outputs) => calls_in(&outputs.value()?),
        None => None,
    };
    answered.or(traced).ok_or_else(|| Error::missing_field("trace"))
}

fn if_there<T>(field: Result<T>) -> Result<Option<T>> {
    match field {
        Ok(field) => Ok(Some(field)),
        Err(Error::MissingField(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The calls that `expectations.expected_tool_calls` holds, in its order.
pub(crate) fn expected(example: &Example) -> Result<Vec<ToolCall>> {
    const KEY: &str = "expected_tool_calls";

    let Value::Array(calls) = example.expectation(KEY)?.value()? else {
        return Err(Error::unsupported(format!("expectations.{KEY}: expected a list of calls, {{name, arguments}}")));
    };
    let call = |(index, value): (usize, &Value)| {
        ToolCall::from_value(value).ok_or_else(|| {
            Error::unsupported(format!(
                "expectations.{KEY}.{index}: expected a call, {{name, arguments}}, found {value}"
            ))
        })
    };
    calls.iter().enumerate().map(call).collect()
}

/// The names of the tools that a config lists or, if it lists none, of the expected calls.
pub(crate) fn expected_names(example: &Example, tools: Option<&Vec<String>>) -> Result<Vec<String>> {
    match tools {
        Some(tools) => Ok(tools.clone()),
        None => Ok(expected(example)?.into_iter().map(|call| call.name).collect()),
    }
}

fn calls_of(mut trace: Trace) -> Vec<ToolCall> {
    trace.spans.sort_by_key(|span| span.start_time_unix_nano);
    let tools: Vec<ToolCall> = trace.of_kind(SpanKind::Tool).map(tool_call).collect();
    if !tools.is_empty() {
        return tools;
    }
    let asks = |span: &Span| is_model(span) && !asked_for(span).is_empty();
    innermost(&trace, asks).into_iter().flat_map(asked_for).collect()
}

/// The call that a TOOL span records. OpenTelemetry names the tool in an attribute, as the span's name has a verb.
fn tool_call(span: &Span) -> ToolCall {
    let arguments = span.inputs.as_ref().and_then(decoded);
    ToolCall {
        name: tool_name(span).to_owned(),
        arguments: arguments.or_else(|| span.attributes.get("gen_ai.tool.call.arguments").and_then(decoded)),
    }
}

/// The name of the tool that a TOOL span calls.
pub(crate) fn tool_name(span: &Span) -> &str {
    span.attributes.get("gen_ai.tool.name").and_then(Value::as_str).unwrap_or(&span.name)
}

/// The calls that a model's reply asks for.
fn asked_for(span: &Span) -> Vec<ToolCall> {
    let from_outputs = span.outputs.as_ref().and_then(calls_in).unwrap_or_default();
    if !from_outputs.is_empty() {
        return from_outputs;
    }
    let messages = match span.attributes.get("gen_ai.output.messages") {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        other => other.cloned(),
    };
    messages.as_ref().and_then(calls_in).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;
    use crate::testing::{chat, tool, traced};

    fn shown(example: &Example) -> Vec<String> {
        made(example).unwrap().iter().map(ToString::to_string).collect()
    }

    fn reply(name: &str) -> Value {
        json!({ "choices": [{ "message": { "role": "assistant", "tool_calls": [
            { "function": { "name": name, "arguments": "{\"q\":1}" } },
        ] } }] })
    }

    #[test]
    fn tool_spans_are_calls_in_the_order_of_their_start() {
        let mut late = tool("late", &json!({ "a": 1 }));
        late["start_time_unix_nano"] = json!(90_000_000);
        assert_eq!(shown(&traced(&[late, tool("early", &json!({}))])), ["early({})", r#"late({"a":1})"#]);
    }

    #[test]
    fn attributes_name_a_tool_and_stand_in_for_inputs() {
        let span = json!({
            "span_id": "1", "name": "execute_tool search", "kind": "TOOL", "start_time_unix_nano": 0,
            "attributes": { "gen_ai.tool.name": "search", "gen_ai.tool.call.arguments": "{\"q\": \"x\"}" },
        });
        assert_eq!(shown(&traced(std::slice::from_ref(&span))), [r#"search({"q":"x"})"#]);
        let mut with_inputs = span;
        with_inputs["inputs"] = json!({ "q": "y" });
        assert_eq!(shown(&traced(&[with_inputs])), [r#"search({"q":"y"})"#]);
    }

    #[test]
    fn without_tool_spans_the_models_replies_say_what_was_called() {
        assert_eq!(
            shown(&traced(&[chat("1", None, &reply("a")), chat("2", None, &reply("b"))])),
            [r#"a({"q":1})"#, r#"b({"q":1})"#]
        );
        assert_eq!(shown(&traced(&[chat("1", None, &reply("a")), tool("ran", &json!({}))])), ["ran({})"]);
    }

    #[test]
    fn a_reply_that_a_wrapping_span_repeats_counts_once() {
        assert_eq!(shown(&traced(&[chat("1", None, &reply("a")), chat("2", Some("1"), &reply("a"))])).len(), 1);
    }

    #[test]
    fn opentelemetrys_output_messages_are_read() {
        let mut span = chat("1", None, &Value::Null);
        span["attributes"] = json!({ "gen_ai.output.messages":
            "[{\"role\": \"assistant\", \"parts\": [{\"type\": \"tool_call\", \"name\": \"a\", \"arguments\": {}}]}]" });
        assert_eq!(shown(&traced(&[span])), ["a({})"]);
    }

    #[test]
    fn outputs_are_read_where_the_trace_has_no_calls_or_is_not_there() {
        let outputs = json!({ "tool_calls": [{ "name": "a", "arguments": {} }] });
        assert_eq!(shown(&Example::new("1").with_outputs(&outputs)), ["a({})"]);
        assert_eq!(shown(&traced(&[]).with_outputs(&outputs)), ["a({})"]);
        assert_eq!(shown(&traced(&[tool("b", &json!({}))]).with_outputs(&outputs)), ["b({})"]);
    }

    #[test]
    fn a_trace_without_calls_says_that_there_were_none() {
        assert_eq!(shown(&traced(&[]).with_outputs("Hello")), [""; 0]);
    }

    #[test]
    fn a_row_that_says_nothing_about_tools_lacks_a_trace() {
        let missing = Error::missing_field("trace");
        assert_eq!(made(&Example::new("1")).unwrap_err(), missing);
        assert_eq!(made(&Example::new("1").with_outputs("Hello")).unwrap_err(), missing);
    }

    #[test]
    fn a_broken_trace_is_an_error_and_not_a_missing_one() {
        let example = Example::new("1").with_trace(json!({ "spans": 3 })).with_outputs(json!({ "tool_calls": [] }));
        assert!(matches!(made(&example), Err(Error::Failed(message)) if message.starts_with("trace: ")));
    }

    #[test]
    fn expected_calls_that_are_none_are_named_by_their_place() {
        let of = |calls: Value| expected(&Example::new("1").with_expectations(json!({ "expected_tool_calls": calls })));
        assert_eq!(of(json!(["a", { "name": "b" }])).unwrap().len(), 2);
        assert!(matches!(of(json!(["a", {}])), Err(Error::Unsupported(message)) if message.contains("calls.1: ")));
        assert!(matches!(of(json!("a")), Err(Error::Unsupported(message)) if message.contains("a list of calls")));
        let missing = Error::missing_field("expectations.expected_tool_calls");
        assert_eq!(expected(&Example::new("1")).unwrap_err(), missing);
    }
}

//! Compares the tool calls of a trace with those that were expected, exactly and without a model.

use std::fmt::Write as _;

use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Deserialize, Error, Example, Result};

use crate::tools::ToolCall;

/// One expected call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct ExpectedCall {
    pub(crate) name: String,
    /// The arguments; without them, only the name counts.
    #[serde(default)]
    pub(crate) arguments: Option<Value>,
}

/// The calls that a row expects, if it says so.
pub(crate) fn expected(example: &Example) -> Result<Option<Vec<ExpectedCall>>> {
    let expectations = match example.expectations() {
        Ok(expectations) => expectations,
        Err(Error::MissingField(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(field) = expectations.find("expected_tool_calls")? else { return Ok(None) };
    let wrong = |error| Error::unsupported(format!("{error}; expected a list of {{name, arguments}}"));
    field.parse().map(Some).map_err(|error| wrong(error.to_string()))
}

/// The expected calls as a numbered list.
pub(crate) fn rendered(expected: &[ExpectedCall]) -> String {
    expected.iter().enumerate().fold(String::new(), |mut text, (index, call)| {
        let _ = writeln!(text, "{}. {}", index + 1, worded(call));
        text
    })
}

/// Whether the calls are the expected ones, in their order; if not, the first difference.
pub(crate) fn compare_in_order(expected: &[ExpectedCall], calls: &[ToolCall]) -> Result<(), String> {
    for (index, (expected, call)) in expected.iter().zip(calls).enumerate() {
        if !expected.is_met_by(call) {
            let (number, expected) = (index + 1, worded(expected));
            return Err(format!("call {number}: expected {expected}, found {} with {}", call.name, call.arguments));
        }
    }
    match expected.len().cmp(&calls.len()) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(format!("{} was not called", worded(&expected[calls.len()]))),
        std::cmp::Ordering::Less => {
            let extra = &calls[expected.len()];
            Err(format!("{} with {} was not expected", extra.name, extra.arguments))
        }
    }
}

/// Whether the calls are the expected ones, in any order; if not, a difference.
pub(crate) fn compare_in_any_order(expected: &[ExpectedCall], calls: &[ToolCall]) -> Result<(), String> {
    // Calls that meet an expectation with arguments are equal, so it does not matter which one is taken; expectations
    // of a name alone take what is left.
    let (specific, general): (Vec<_>, Vec<_>) = expected.iter().partition(|call| call.arguments.is_some());
    let mut left: Vec<&ToolCall> = calls.iter().collect();
    for expected in specific.into_iter().chain(general) {
        match left.iter().position(|call| expected.is_met_by(call)) {
            Some(index) => drop(left.remove(index)),
            None => return Err(format!("{} was not called", worded(expected))),
        }
    }
    match left.first() {
        None => Ok(()),
        Some(extra) => Err(format!("{} with {} was not expected", extra.name, extra.arguments)),
    }
}

impl ExpectedCall {
    fn is_met_by(&self, call: &ToolCall) -> bool {
        let are_same = |arguments: &Value| is_same(arguments, &call.arguments);
        self.name == call.name && self.arguments.as_ref().is_none_or(are_same)
    }
}

fn worded(call: &ExpectedCall) -> String {
    match &call.arguments {
        Some(arguments) => format!("{} with {arguments}", call.name),
        None => format!("{} with any arguments", call.name),
    }
}

/// Whether two values are equal, where `1` equals `1.0`.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_in_other = |(key, value)| other.get(key).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(is_in_other)
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;
    use crate::tools;

    fn calls(calls: &[(&str, Value)]) -> Vec<ToolCall> {
        let spans: Vec<Value> = calls
            .iter()
            .map(|(name, inputs)| {
                json!({ "span_id": "s", "name": name, "kind": "TOOL", "start_time_unix_nano": 0, "inputs": inputs })
            })
            .collect();
        tools::calls(&Example::new("1").with_trace(json!({ "trace_id": "t", "spans": spans }))).unwrap()
    }

    fn expecting(calls: &Value) -> Vec<ExpectedCall> {
        let example = Example::new("1").with_expectations(json!({ "expected_tool_calls": calls }));
        expected(&example).unwrap().unwrap()
    }

    #[test]
    fn arguments_are_compared_as_json() {
        let expected = expecting(&json!([{ "name": "f", "arguments": { "a": 1, "b": [{ "c": 2.0 }] } }]));
        assert_eq!(compare_in_order(&expected, &calls(&[("f", json!({ "b": [{ "c": 2 }], "a": 1.0 }))])), Ok(()));
        for wrong in [json!({ "a": 1 }), json!({ "a": 1, "b": [] }), json!({ "a": "1", "b": [{ "c": 2 }] })] {
            assert!(compare_in_order(&expected, &calls(&[("f", wrong.clone())])).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_order_counts_or_not() {
        let expected = expecting(&json!([{ "name": "f" }, { "name": "g", "arguments": {} }]));
        let (made, swapped) =
            (calls(&[("f", json!({ "x": 1 })), ("g", json!({}))]), calls(&[("g", json!({})), ("f", json!({}))]));
        assert_eq!(compare_in_order(&expected, &made), Ok(()));
        assert_eq!(compare_in_any_order(&expected, &swapped), Ok(()));
        let difference = compare_in_order(&expected, &swapped).unwrap_err();
        assert_eq!(difference, "call 1: expected f with any arguments, found g with {}");
    }

    #[test]
    fn missing_and_further_calls_are_differences() {
        let expected = expecting(&json!([{ "name": "f", "arguments": { "x": 1 } }, { "name": "f" }]));
        let one = calls(&[("f", json!({ "x": 1 }))]);
        let three = calls(&[("f", json!({})), ("f", json!({ "x": 1 })), ("g", json!({}))]);
        for compare in [compare_in_order, compare_in_any_order] {
            assert_eq!(compare(&expected, &one).unwrap_err(), "f with any arguments was not called");
        }
        assert_eq!(compare_in_any_order(&expected, &three).unwrap_err(), "g with {} was not expected");
        assert_eq!(compare_in_order(&[], &one).unwrap_err(), "f with {\"x\":1} was not expected");
    }

    #[test]
    fn an_expectation_of_a_name_does_not_take_the_call_that_another_one_needs() {
        let expected = expecting(&json!([{ "name": "f" }, { "name": "f", "arguments": { "x": 1 } }]));
        let made = calls(&[("f", json!({ "x": 1 })), ("f", json!({ "x": 2 }))]);
        assert_eq!(compare_in_any_order(&expected, &made), Ok(()));
    }

    #[test]
    fn expectations_of_another_form_are_unsupported() {
        let example = Example::new("1").with_expectations(json!({ "expected_tool_calls": [{ "tool": "f" }] }));
        assert!(matches!(expected(&example), Err(Error::Unsupported(text)) if text.contains("expected_tool_calls")));
        assert_eq!(expected(&Example::new("1")), Ok(None));
        assert_eq!(expected(&Example::new("1").with_expectations(json!({}))), Ok(None));
    }
}

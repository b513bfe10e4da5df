use std::fmt;

use scorebox_sdk::serde_json::{self, Map, Value};

/// One call of a tool, made or expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToolCall {
    /// The tool's name.
    pub(crate) name: String,
    /// What the tool was given; `None` where nobody said.
    pub(crate) arguments: Option<Value>,
}

impl ToolCall {
    /// The call that a JSON value stands for: `{name, arguments}`, OpenAI's `{function: {name, arguments}}`, or the same
    /// with `args` or `input` for the arguments. A bare text is a tool's name.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        if let Value::String(name) = value {
            return Some(Self { name: name.clone(), arguments: None });
        }
        let call = value.get("function").filter(|function| function.is_object()).unwrap_or(value);
        let name = call.get("name")?.as_str()?.to_owned();
        let arguments = ["arguments", "args", "input"].into_iter().find_map(|key| call.get(key));
        Some(Self { name, arguments: arguments.and_then(decoded) })
    }
}

/// Arguments as a value: models write them as a text that holds JSON, and an empty one where there are none.
pub(crate) fn decoded(arguments: &Value) -> Option<Value> {
    match arguments {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => Some(Value::Object(Map::new())),
        Value::String(text) => Some(serde_json::from_str(text).unwrap_or_else(|_| arguments.clone())),
        other => Some(other.clone()),
    }
}

/// As a rationale shows it, cut where it is long.
impl fmt::Display for ToolCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 80;

        formatter.write_str(&self.name)?;
        let Some(arguments) = &self.arguments else { return Ok(()) };
        let json = arguments.to_string();
        match json.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(formatter, "({}…)", &json[..end]),
            None => write!(formatter, "({json})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn call(value: &Value) -> Option<(String, Option<Value>)> {
        ToolCall::from_value(value).map(|call| (call.name, call.arguments))
    }

    #[test]
    fn a_call_is_read_in_every_usual_shape() {
        let expected = Some(("search".to_owned(), Some(json!({ "q": "x" }))));
        assert_eq!(call(&json!({ "name": "search", "arguments": { "q": "x" } })), expected);
        assert_eq!(call(&json!({ "name": "search", "arguments": r#"{"q": "x"}"# })), expected);
        assert_eq!(call(&json!({ "type": "tool_use", "name": "search", "input": { "q": "x" } })), expected);
        assert_eq!(call(&json!({ "name": "search", "args": { "q": "x" }, "id": "1" })), expected);
        let openai = json!({ "type": "function", "function": { "name": "search", "arguments": "{\"q\":\"x\"}" } });
        assert_eq!(call(&openai), expected);
        assert_eq!(call(&json!("search")), Some(("search".to_owned(), None)));
    }

    #[test]
    fn an_empty_text_stands_for_no_arguments_and_nothing_for_any() {
        assert_eq!(call(&json!({ "name": "now", "arguments": "" })), Some(("now".to_owned(), Some(json!({})))));
        assert_eq!(call(&json!({ "name": "now", "arguments": null })), Some(("now".to_owned(), None)));
        assert_eq!(call(&json!({ "name": "now" })), Some(("now".to_owned(), None)));
    }

    #[test]
    fn what_has_no_name_is_no_call() {
        assert_eq!(call(&json!({ "arguments": {} })), None);
        assert_eq!(call(&json!({ "function": { "arguments": "{}" } })), None);
        assert_eq!(call(&json!(3)), None);
    }

    #[test]
    fn long_arguments_are_cut_where_they_are_shown() {
        let call = ToolCall { name: "a".into(), arguments: Some(json!({ "text": "é".repeat(100) })) };
        let shown = call.to_string();
        assert!(shown.starts_with(r#"a({"text":"éé"#) && shown.ends_with("é…)"), "{shown}");
        assert_eq!(ToolCall { name: "a".into(), arguments: Some(json!({})) }.to_string(), "a({})");
    }
}

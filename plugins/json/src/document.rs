use std::borrow::Cow;

use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::{Error, Example, Json, Result};

/// Why an output is not JSON, for the rationale.
pub(crate) type NotJson = String;

/// The document that the outputs are, or hold as a text.
pub(crate) fn output(example: &Example, strip_fence: bool) -> Result<Result<Value, NotJson>> {
    let outputs = example.outputs()?;
    match text_of(&outputs)? {
        Some(text) => Ok(parse(&text, strip_fence).map_err(|error| format!("the output is not JSON: {error}"))),
        None => outputs.value().map(Ok),
    }
}

/// The document that the expected response is, or holds as a text.
pub(crate) fn expected(example: &Example) -> Result<Value> {
    let expected = example.expectation("expected_response")?;
    match text_of(&expected)? {
        Some(text) => parse(&text, false).map_err(|error| Error::unsupported(format!("{}: {error}", expected.path()))),
        None => expected.value(),
    }
}

/// The part of a document that a JSON pointer (RFC 6901) names; the whole for the empty pointer.
pub(crate) fn at<'a>(document: &'a Value, pointer: &str) -> Option<&'a Value> {
    document.pointer(pointer)
}

/// Refuses what is not a JSON pointer.
pub(crate) fn check_pointer(setting: &str, pointer: &str) -> Result<()> {
    if pointer.is_empty() || pointer.starts_with('/') {
        return Ok(());
    }
    Err(Error::invalid_config(format!("{setting}: a JSON pointer starts with `/`, as in `/answer/0`: {pointer:?}")))
}

/// The content of a JSON string; nothing for any other value.
fn text_of<'a>(json: &Json<'a>) -> Result<Option<Cow<'a, str>>> {
    if json.as_str().trim_ascii_start().starts_with('"') { json.text().map(Some) } else { Ok(None) }
}

fn parse(text: &str, strip_fence: bool) -> Result<Value, serde_json::Error> {
    let text = if strip_fence { without_fence(text) } else { text };
    serde_json::from_str(text)
}

/// The content of a Markdown code fence that is the whole text, as models like to put around JSON.
fn without_fence(text: &str) -> &str {
    let fenced = text.trim().strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    match fenced.and_then(|fenced| fenced.split_once('\n')) {
        Some((_language, content)) => content,
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    #[test]
    fn a_text_stands_for_the_json_it_holds() {
        let example = Example::new("1").with_outputs(r#"{"a": 1}"#);
        assert_eq!(output(&example, false).unwrap(), Ok(json!({ "a": 1 })));
    }

    #[test]
    fn a_fence_is_removed_only_on_request() {
        let example = Example::new("1").with_outputs("```json\n[1]\n```");
        assert_eq!(output(&example, true).unwrap(), Ok(json!([1])));
        assert!(output(&example, false).unwrap().is_err());
    }

    #[test]
    fn an_expected_text_that_is_not_json_fails_the_row() {
        let example = Example::new("1").with_expectations(json!({ "expected_response": "{" }));
        let error = expected(&example).unwrap_err().to_string();
        assert!(error.starts_with("unsupported: expectations.expected_response: EOF"), "{error}");
    }
}

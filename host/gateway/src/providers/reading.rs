//! What all protocols need to read replies. Replies are not trusted: whatever is wrong with one is an [`Unreadable`].

use scorebox_core::Json;
use scorebox_engine::{ChatToolCall, FinishReason};
use serde::Deserialize;

use super::Unreadable;

/// The deepest that the arguments of a tool call may nest.
const MAX_ARGUMENTS_DEPTH: usize = 64;
/// How much of a provider's text an error may quote.
const MAX_QUOTED_CHARS: usize = 300;

/// Reads a body.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|error| {
        let start = shortened(&String::from_utf8_lossy(body));
        Unreadable(format!("the provider's reply is not what its API promises: {error}; it begins with `{start}`"))
    })
}

/// A provider's text made fit for an error message: on one line, and not long.
pub(super) fn shortened(text: &str) -> String {
    let mut words = text.split_whitespace().flat_map(|word| [" ", word]).skip(1).flat_map(str::chars);
    let mut short: String =
        words.by_ref().take(MAX_QUOTED_CHARS).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    if words.next().is_some() {
        short.push('…');
    }
    short
}

/// The `index`th tool call of a reply, with an id where the provider gives none.
pub(super) fn tool_call(
    index: usize,
    id: Option<String>,
    name: Option<String>,
    arguments: Option<Json>,
) -> Result<ChatToolCall, Unreadable> {
    let name = name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Unreadable(format!("tool call {index} of the provider's reply does not name a tool")))?;
    let arguments = tool_arguments(&name, arguments)?;
    let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| made_up_id(index));
    Ok(ChatToolCall { id, name, arguments })
}

/// Arguments come as an object or as a string that holds one, and tools without parameters are called with nothing.
fn tool_arguments(name: &str, arguments: Option<Json>) -> Result<Json, Unreadable> {
    let text = match arguments {
        None => String::new(),
        Some(json) => json.to::<String>().unwrap_or_else(|_| json.as_str().to_owned()),
    };
    let text = if matches!(text.trim(), "" | "null") { "{}".to_owned() } else { text };
    let called = shortened(name);
    let wrong = |why: &str| Unreadable(format!("the model called the tool `{called}` with arguments that are {why}"));
    match Json::parse_bounded(text, MAX_ARGUMENTS_DEPTH) {
        Ok(json) if json.is_object() => Ok(json),
        Ok(_) => Err(wrong("no JSON object")),
        Err(error) => Err(wrong(&error.to_string())),
    }
}

const MADE_UP_ID: &str = "call_";

fn made_up_id(index: usize) -> String {
    format!("{MADE_UP_ID}{index}")
}

/// Whether an id is one that [`tool_call`] made up.
pub(super) fn is_made_up(id: &str) -> bool {
    id.strip_prefix(MADE_UP_ID)
        .is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Providers differ in whether a reply with tool calls has stopped; here it has not.
pub(super) fn with_tool_calls(reason: FinishReason, calls: &[ChatToolCall]) -> FinishReason {
    match reason {
        FinishReason::Stop if !calls.is_empty() => FinishReason::ToolCalls,
        reason => reason,
    }
}

/// The vectors of a reply, if there are as many as texts were sent.
pub(super) fn complete(vectors: Vec<Vec<f32>>, count: usize) -> Result<Vec<Vec<f32>>, Unreadable> {
    if vectors.len() != count {
        let got = vectors.len();
        return Err(Unreadable(format!("the provider gave {got} vectors for {count} texts")));
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &str) -> Result<ChatToolCall, Unreadable> {
        tool_call(0, None, Some("search".into()), Some(Json::parse(arguments).unwrap()))
    }

    #[test]
    fn arguments_are_read_from_a_string_or_an_object() {
        assert_eq!(call(r#""{\"q\": 1.0}""#).unwrap().arguments.as_str(), r#"{"q": 1.0}"#);
        assert_eq!(call(r#"{"q": 1.0}"#).unwrap().arguments.as_str(), r#"{"q": 1.0}"#);
    }

    #[test]
    fn missing_arguments_are_an_empty_object() {
        for nothing in [r#""""#, "null", r#"" ""#] {
            assert_eq!(call(nothing).unwrap().arguments.as_str(), "{}", "{nothing}");
        }
        assert_eq!(tool_call(0, None, Some("now".into()), None).unwrap().arguments.as_str(), "{}");
    }

    #[test]
    fn broken_arguments_are_unreadable_and_name_the_tool() {
        let deep = serde_json::to_string(&format!("{}{}", "[".repeat(65), "]".repeat(65))).unwrap();
        for (broken, why) in
            [(r#""{\"q\": ""#, "not JSON"), ("[1]", "no JSON object"), (&deep, "nested deeper than 64")]
        {
            let error = call(broken).unwrap_err().0;
            assert!(error.contains("`search`") && error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_call_without_a_name_is_unreadable() {
        assert!(tool_call(1, None, Some(String::new()), None).unwrap_err().0.contains("tool call 1"));
    }

    #[test]
    fn ids_are_made_up_only_where_there_are_none() {
        assert_eq!(tool_call(2, None, Some("t".into()), None).unwrap().id, "call_2");
        assert_eq!(tool_call(2, Some("x9".into()), Some("t".into()), None).unwrap().id, "x9");
        assert!(is_made_up("call_12"));
        assert!(!is_made_up("call_") && !is_made_up("call_9fZ") && !is_made_up("12"));
    }

    #[test]
    fn quotes_of_a_provider_are_short_and_on_one_line() {
        assert_eq!(shortened(" a\n\tb\u{7} "), "a b\u{fffd}");
        let long = shortened(&"word ".repeat(1_000));
        assert_eq!(long.chars().count(), MAX_QUOTED_CHARS + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_body_that_is_no_json_is_quoted_in_part() {
        let body = format!("<html>{}", "x".repeat(1_000));
        let error = parse::<serde_json::Value>(body.as_bytes()).unwrap_err().0;
        assert!(error.contains("`<html>xxx") && error.len() < 600, "{error}");
    }

    #[test]
    fn vectors_must_be_complete() {
        assert!(complete(vec![vec![1.0]], 2).unwrap_err().0.contains("1 vectors for 2 texts"));
        assert_eq!(complete(vec![vec![1.0]], 1), Ok(vec![vec![1.0]]));
    }
}

//! JSON by prompt, for models whose provider has no feature for it: asking for it, and finding it in the reply.

use std::borrow::Cow;

use scorebox_core::Json;
use scorebox_engine::{ChatMessage, ChatRole};
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// The messages, with the demand for a reply that satisfies the schema where there is one. It goes to the end of the
/// system messages at the start, into the last of them: some providers take only one, and only there.
pub(super) fn asking_for<'a>(messages: &'a [ChatMessage], schema: Option<&Json>) -> Cow<'a, [ChatMessage]> {
    let Some(schema) = schema else { return Cow::Borrowed(messages) };
    let mut messages = messages.to_vec();
    let demand = demand(schema);
    let leading = messages.iter().take_while(|message| message.role == ChatRole::System).count();
    match messages[..leading].last_mut() {
        Some(system) if system.content.is_empty() => system.content = demand,
        Some(system) => system.content = format!("{}\n\n{demand}", system.content),
        None => messages.insert(
            0,
            ChatMessage { role: ChatRole::System, content: demand, tool_calls: Vec::new(), tool_call_id: None },
        ),
    }
    Cow::Owned(messages)
}

fn demand(schema: &Json) -> String {
    format!(
        "Your reply must be a single JSON value and nothing else: no words before or after it, no Markdown. It must \
         satisfy this JSON Schema:\n{schema}"
    )
}

/// The JSON in a reply that was asked for JSON: the whole reply if it is JSON, else what a Markdown fence holds, else
/// the longest object or array among the words. A reply without any comes back as it is.
pub(crate) fn json_in(text: &str) -> &str {
    let text = text.trim();
    if is_json(text) {
        return text;
    }
    fenced(text).or_else(|| longest(text)).unwrap_or(text)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn fenced(text: &str) -> Option<&str> {
    const FENCE: &str = "```";
    let (_, opened) = text.split_once(FENCE)?;
    let (_, content) = opened.split_once('\n')?;
    let end = content.rfind(FENCE)?;
    Some(content[..end].trim()).filter(|content| is_json(content))
}

/// What did not become a value is not looked into again: a part of a broken value is not what the model meant, and a
/// hostile reply costs no more than its length.
fn longest(text: &str) -> Option<&str> {
    let mut found = "";
    let mut rest = text;
    while let Some(start) = rest.find(['{', '[']) {
        rest = &rest[start..];
        let mut values = Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        let passed = match values.next() {
            Some(Ok(_)) => {
                let value = &rest[..values.byte_offset()];
                if value.len() > found.len() {
                    found = value;
                }
                value.len()
            }
            Some(Err(error)) if !error.is_eof() => rest.ceil_char_boundary(offset(rest, &error).max(1)),
            _ => break,
        };
        rest = &rest[passed..];
    }
    (!found.is_empty()).then_some(found)
}

/// Where in the text an error is.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line = error.line().checked_sub(2).and_then(|above| text.match_indices('\n').nth(above));
    line.map_or(0, |(end_of_line_above, _)| end_of_line_above + 1) + error.column().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: ChatRole, content: &str) -> ChatMessage {
        ChatMessage { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }

    fn schema() -> Json {
        Json::parse(r#"{"type":"object"}"#).unwrap()
    }

    #[test]
    fn the_demand_stands_in_the_last_of_the_leading_system_messages() {
        let messages = [
            message(ChatRole::System, "First."),
            message(ChatRole::System, "Second."),
            message(ChatRole::User, "Hello"),
            message(ChatRole::System, "Later."),
        ];
        let asked = asking_for(&messages, Some(&schema()));
        assert_eq!(asked.len(), 4);
        assert_eq!(asked[0], messages[0]);
        assert!(asked[1].content.starts_with("Second.\n\nYour reply must be a single JSON value"));
        assert!(asked[1].content.ends_with("\n{\"type\":\"object\"}"));
        assert_eq!(asked[2..], messages[2..]);
    }

    #[test]
    fn the_demand_becomes_the_system_message_where_there_is_none() {
        let messages = [message(ChatRole::User, "Hello")];
        let asked = asking_for(&messages, Some(&schema()));
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].role, ChatRole::System);
        assert!(asked[0].content.contains("JSON"));
        assert_eq!(asked[1], messages[0]);
    }

    #[test]
    fn nothing_is_asked_without_a_schema() {
        let messages = [message(ChatRole::User, "Hello")];
        assert_eq!(*asking_for(&messages, None), messages);
    }

    #[test]
    fn a_reply_that_is_json_is_taken_whole() {
        for text in [r#"{"a": "```"}"#, " [1, 2]\n", "\"yes\"", "3.5", "null"] {
            assert_eq!(json_in(text), text.trim());
        }
    }

    #[test]
    fn json_is_taken_out_of_a_fence() {
        assert_eq!(json_in("```json\n{\"a\": 1}\n```"), "{\"a\": 1}");
        assert_eq!(json_in("Sure!\n```\n\"yes\"\n```\nAnything else?"), "\"yes\"");
        assert_eq!(json_in("```json\n{\"code\": \"```x```\"}\n```"), "{\"code\": \"```x```\"}");
    }

    #[test]
    fn json_is_taken_out_of_prose() {
        assert_eq!(json_in("I think {\"a\": {\"b\": \"}\"}} is right."), "{\"a\": {\"b\": \"}\"}}");
        assert_eq!(json_in("As [1] says, {not json} but {\"score\": 5}"), "{\"score\": 5}");
        assert_eq!(json_in("```json\n[1, 2, 3]\nand no end"), "[1, 2, 3]");
        assert_eq!(json_in("{[1]\n{é {\n\n{\"a\": 1,\n\"b\": 2}"), "{\"a\": 1,\n\"b\": 2}");
    }

    #[test]
    fn a_part_of_a_broken_value_is_not_taken_for_the_reply() {
        for broken in [r#"{"score": 5, "notes": ["a", "b"], "#, r#"{"notes": ["a", "b"] "score": 5}"#] {
            assert_eq!(json_in(broken), broken.trim());
        }
    }

    #[test]
    fn a_reply_without_json_comes_back_as_it_is() {
        assert_eq!(json_in(" I cannot say {that "), "I cannot say {that");
    }

    #[test]
    fn a_hostile_reply_costs_linear_time() {
        for hostile in
            ["[".repeat(4_000_000), "[".repeat(4_000_000) + "x", "[\n".repeat(1_000_000), "[x".repeat(1_000_000)]
        {
            let began = std::time::Instant::now();
            assert_eq!(json_in(&hostile), hostile.trim());
            assert!(began.elapsed() < std::time::Duration::from_secs(2));
        }
    }
}

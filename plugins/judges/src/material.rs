//! Reads inputs, outputs and expectations of any shape as texts that a model can judge.

use scorebox_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use scorebox_sdk::serde::de::{Deserialize, Deserializer, Error as _};
use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::{Error, Example, Json, JsonSchema, Result};
use std::borrow::Cow;

use crate::prompt::{Prompt, Tag, list};

/// The question, or what else the application was asked.
pub(crate) fn input_text(example: &Example) -> Result<String> {
    Ok(input_of(&present(&example.inputs()?)?))
}

/// What the application answered.
pub(crate) fn output_text(example: &Example) -> Result<String> {
    Ok(output_of(&present(&example.outputs()?)?))
}

/// What the user says last: the last message of a chat, or the whole inputs.
pub(crate) fn last_user_text(example: &Example) -> Result<String> {
    let inputs = present(&example.inputs()?)?;
    let last = messages(&inputs).and_then(|messages| last_of_role(messages, "user"));
    Ok(last.unwrap_or_else(|| input_of(&inputs)))
}

/// What the system says to the application, where the inputs are a chat that shows it.
pub(crate) fn system_text(example: &Example) -> Result<Option<String>> {
    let inputs = present(&example.inputs()?)?;
    Ok(messages(&inputs).and_then(|messages| last_of_role(messages, "system")))
}

/// Adds what the application was asked, and what it answered.
pub(crate) fn with_question_and_answer(prompt: Prompt, example: &Example) -> Result<Prompt> {
    Ok(prompt.with(Tag::Input, &input_text(example)?).with(Tag::Output, &output_text(example)?))
}

/// Adds the expected facts, the expected response, or both; a row must have one of them.
pub(crate) fn with_expected(mut prompt: Prompt, example: &Example) -> Result<Prompt> {
    let expectations = example.expectations()?;
    let (response, facts) = (expectations.find("expected_response")?, expectations.find("expected_facts")?);
    let facts = facts.as_ref().map(texts).transpose()?.filter(|facts| !facts.is_empty());
    if response.is_none() && facts.is_none() {
        return Err(Error::missing_field("expectations.expected_response or expectations.expected_facts"));
    }
    if let Some(response) = response {
        prompt = prompt.with(Tag::ExpectedResponse, &output_of(&response.value()?));
    }
    if let Some(facts) = facts {
        prompt = prompt.with(Tag::ExpectedFacts, &list(&facts));
    }
    Ok(prompt)
}

/// A field as a text without loss: a string as it is, other JSON indented.
pub(crate) fn whole(field: &Json<'_>) -> Result<String> {
    Ok(pretty(&present(field)?))
}

/// A value as a text without loss: a string as it is, other JSON indented.
pub(crate) fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_else(|_| other.to_string()),
    }
}

/// An answer as a text: the content of a chat completion, of a chat's last message or of `content`, `answer` or
/// `response`; anything else without loss.
pub(crate) fn output_of(value: &Value) -> String {
    answer(value).unwrap_or_else(|| pretty(value))
}

fn answer(value: &Value) -> Option<String> {
    if let Some(choice) = value.get("choices").and_then(|choices| choices.get(0)) {
        return content(choice.get("message")?);
    }
    if let Some(messages) = messages(value) {
        return last_of_role(messages, "assistant").or_else(|| content(messages.last()?));
    }
    content(value).or_else(|| ["answer", "response"].iter().find_map(|key| Some(value.get(key)?.as_str()?.to_owned())))
}

/// A question as a text: the transcript of a chat, the only text of an object, anything else without loss.
pub(crate) fn input_of(value: &Value) -> String {
    if let Some(messages) = messages(value) {
        if let [message] = messages {
            return content(message).unwrap_or_else(|| pretty(message));
        }
        return messages.iter().map(transcript_line).collect::<Vec<_>>().join("\n\n");
    }
    let only = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.values().next());
    match only {
        Some(Value::String(text)) => text.clone(),
        _ => pretty(value),
    }
}

fn transcript_line(message: &Value) -> String {
    let role = message.get("role").and_then(Value::as_str).unwrap_or("message");
    format!("{role}: {}", content(message).unwrap_or_else(|| pretty(message)))
}

/// The messages of a chat, as the APIs of providers name them.
fn messages(value: &Value) -> Option<&[Value]> {
    let are_messages = |list: &&Vec<Value>| !list.is_empty() && list.iter().all(Value::is_object);
    ["messages", "input", "output"]
        .iter()
        .find_map(|key| value.get(key)?.as_array().filter(are_messages))
        .map(Vec::as_slice)
}

fn last_of_role(messages: &[Value], role: &str) -> Option<String> {
    let has_role = |message: &&Value| message.get("role").and_then(Value::as_str) == Some(role);
    messages.iter().rev().filter(has_role).find_map(content)
}

/// The text of a message: a string, or the texts among its parts.
fn content(message: &Value) -> Option<String> {
    match message.get("content")? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        _ => None,
    }
}

fn present(field: &Json<'_>) -> Result<Value> {
    if field.is_null() { Err(Error::missing_field(field.path())) } else { field.value() }
}

/// One text or several: an expectation that may be either.
fn texts(field: &Json<'_>) -> Result<Vec<String>> {
    match field.value()? {
        Value::String(text) => Ok(vec![text]),
        Value::Array(items) => Ok(items.iter().map(pretty).collect()),
        _ => Err(Error::unsupported(format!("{}: expected a text or an array of texts", field.path()))),
    }
}

/// One guideline or several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guidelines(Vec<String>);

impl Guidelines {
    /// The guidelines of a row.
    pub(crate) fn of(example: &Example) -> Result<Self> {
        let field = example.expectation("guidelines")?;
        Self::from_texts(texts(&field)?)
            .ok_or_else(|| Error::unsupported(format!("{}: expected one guideline at least", field.path())))
    }

    pub(crate) fn texts(&self) -> &[String] {
        &self.0
    }

    fn from_texts(texts: Vec<String>) -> Option<Self> {
        (!texts.is_empty() && texts.iter().all(|text| !text.trim().is_empty())).then_some(Self(texts))
    }
}

impl<'de> Deserialize<'de> for Guidelines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("guidelines: expected a text or an array of texts, none of them empty");
        let texts = match Value::deserialize(deserializer)? {
            Value::String(text) => vec![text],
            list => serde_json::from_value(list).map_err(|_| wrong())?,
        };
        Self::from_texts(texts).ok_or_else(wrong)
    }
}

impl JsonSchema for Guidelines {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Guidelines".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "array"],
            "minLength": 1,
            "minItems": 1,
            "items": { "type": "string", "minLength": 1 },
        })
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    #[test]
    fn answers_of_the_usual_shapes_are_their_text() {
        for outputs in [
            json!("Paris"),
            json!({ "choices": [{ "message": { "role": "assistant", "content": "Paris" } }] }),
            json!({ "messages": [{ "role": "user", "content": "?" }, { "role": "assistant", "content": "Paris" }] }),
            json!({ "output": [{ "type": "message", "role": "assistant", "content": [{ "text": "Paris" }] }] }),
            json!({ "content": "Paris" }),
            json!({ "answer": "Paris", "sources": [1] }),
            json!({ "response": "Paris" }),
        ] {
            assert_eq!(output_of(&outputs), "Paris", "{outputs}");
        }
        assert_eq!(output_of(&json!({ "city": "Paris" })), "{\n  \"city\": \"Paris\"\n}");
        assert_eq!(output_of(&json!(4.5)), "4.5");
    }

    #[test]
    fn questions_of_the_usual_shapes_are_their_text() {
        let input = |inputs: Value| input_text(&Example::new("1").with_inputs(inputs)).unwrap();
        assert_eq!(input(json!({ "question": "Why?" })), "Why?");
        assert_eq!(input(json!({ "messages": [{ "role": "user", "content": "Why?" }] })), "Why?");
        let chat = json!([{ "role": "system", "content": "Be kind." }, { "role": "user", "content": "Why?" }]);
        assert_eq!(input(json!({ "messages": chat })), "system: Be kind.\n\nuser: Why?");
        assert_eq!(input(json!({ "a": "x", "b": 1 })), "{\n  \"a\": \"x\",\n  \"b\": 1\n}");
    }

    #[test]
    fn a_chat_shows_the_last_user_message_and_the_system_message() {
        let messages = json!([
            { "role": "system", "content": "Be kind." },
            { "role": "user", "content": "Why?" },
            { "role": "assistant", "content": "So." },
            { "role": "user", "content": "How?" },
        ]);
        let example = Example::new("1").with_inputs(json!({ "messages": messages }));
        assert_eq!(last_user_text(&example).unwrap(), "How?");
        assert_eq!(system_text(&example).unwrap().as_deref(), Some("Be kind."));
    }

    #[test]
    fn a_null_is_a_missing_field() {
        let example = Example::new("1").with_outputs(Value::Null);
        assert_eq!(output_text(&example).unwrap_err(), Error::missing_field("outputs"));
    }

    #[test]
    fn guidelines_are_one_text_or_several_and_never_none() {
        let read = |value: Value| serde_json::from_value::<Guidelines>(value).map(|guidelines| guidelines.0);
        assert_eq!(read(json!("Be kind.")).unwrap(), ["Be kind."]);
        assert_eq!(read(json!(["a", "b"])).unwrap(), ["a", "b"]);
        for wrong in [json!([]), json!(""), json!(["a", " "]), json!([1]), json!({ "a": "b" })] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}

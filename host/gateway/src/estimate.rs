//! What a request will take, as far as that can be known before it is sent.

use std::cell::Cell;

use scorebox_core::Json;
use scorebox_engine::ChatRequest;
use serde_json::{Map, Value, json};

use crate::parameters::most_output_tokens;
use crate::providers::Tokens;

/// Characters of English text to a token, as OpenAI's help pages have it. A character of another script counts as one.
const CHARACTERS_PER_TOKEN: u64 = 4;
/// What a message takes beside its text.
const TOKENS_PER_MESSAGE: u64 = 4;
/// What a reply takes where nobody said how long it may be: a paragraph of rationale and a verdict.
const TOKENS_PER_REPLY: u64 = 200;
/// The most that a reply may take where nobody said, for budgets.
const MOST_TOKENS_PER_REPLY: u64 = 4_096;

/// The tokens that a text takes, about.
pub(crate) fn text_tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text.chars().filter(|character| !character.is_ascii()).count() as u64;
    ascii.div_ceil(CHARACTERS_PER_TOKEN) + others
}

fn input_tokens(request: &ChatRequest) -> u64 {
    let optional = |json: &Option<Json>| json.as_ref().map_or(0, |json| text_tokens(json.as_str()));
    let messages: u64 = request
        .messages
        .iter()
        .map(|message| {
            let calls: u64 = message.tool_calls.iter().map(|call| text_tokens(call.arguments.as_str())).sum();
            TOKENS_PER_MESSAGE + text_tokens(&message.content) + calls
        })
        .sum();
    let tools: u64 =
        request.tools.iter().map(|tool| text_tokens(&tool.description) + text_tokens(tool.parameters.as_str())).sum();
    messages + tools + optional(&request.response_schema)
}

/// The tokens that a request will take, about.
pub(crate) fn likely_tokens(request: &ChatRequest) -> Tokens {
    let output = request.max_tokens.map_or(TOKENS_PER_REPLY, |most| u64::from(most).min(TOKENS_PER_REPLY));
    Tokens { input: input_tokens(request), cached_input: 0, output }
}

/// The tokens that a request may take, for a budget to make room for.
pub(crate) fn most_tokens(request: &ChatRequest) -> Tokens {
    let in_parameters = request.parameters.as_ref().and_then(most_output_tokens);
    let output = request.max_tokens.map(u64::from).max(in_parameters).unwrap_or(MOST_TOKENS_PER_REPLY);
    Tokens { input: input_tokens(request), cached_input: 0, output }
}

/// A reply that nobody gave, of the form that was asked for.
pub(crate) fn made_up_reply(schema: Option<&Json>) -> String {
    let schema = schema.and_then(|schema| schema.to::<Value>().ok());
    match &schema {
        Some(schema) => instance(schema, schema, 0, &Cell::new(MAX_BYTES)).to_string(),
        None => "A reply.".to_owned(),
    }
}

/// Deeper schemas are recursive.
const MAX_DEPTH: usize = 16;
/// About the most that a made-up reply takes: schemas multiply, and they come from plugins.
const MAX_BYTES: usize = 256 * 1024;

/// A value that satisfies a schema, as far as schemas of replies go.
fn instance(schema: &Value, root: &Value, depth: usize, left: &Cell<usize>) -> Value {
    let takes = |bytes: usize| left.replace(left.get().saturating_sub(bytes)) >= bytes;
    if depth > MAX_DEPTH || !takes(8) {
        return Value::Null;
    }
    let inner = |schema: &Value| instance(schema, root, depth + 1, left);
    if let Some(referred) =
        schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#')))
    {
        return inner(referred);
    }
    if let Some(value) = schema.get("const").or_else(|| schema.get("enum").and_then(|values| values.get(0))) {
        return if takes(value.to_string().len()) { value.clone() } else { Value::Null };
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema.get(choice).and_then(|choices| choices.get(0)) {
            return inner(first);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("string") => json!("A text."),
        Some("array") => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).min(16);
            (0..least).map(|_| schema.get("items").map_or(Value::Null, inner)).collect()
        }
        Some("null") => Value::Null,
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let affordable = properties.into_iter().flatten().filter(|(name, _)| takes(name.len()));
            let members: Map<_, _> = affordable.map(|(name, schema)| (name.clone(), inner(schema))).collect();
            Value::Object(members)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_reply_satisfies_the_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "rationale": { "type": "string" },
                "result": { "enum": ["a", "b"] },
                "scores": { "type": "array", "items": { "$ref": "#/$defs/score" }, "minItems": 2 },
                "maybe": { "anyOf": [{ "type": "integer", "minimum": 3 }, { "type": "null" }] },
            },
            "required": ["rationale", "result", "scores", "maybe"],
            "additionalProperties": false,
            "$defs": { "score": { "type": "number", "minimum": 0.5 } },
        });
        let reply: Value = serde_json::from_str(&made_up_reply(Some(&Json::from_value(&schema).unwrap()))).unwrap();
        assert!(jsonschema::is_valid(&schema, &reply), "{reply}");
        assert_eq!(made_up_reply(None), "A reply.");
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = Json::parse(r##"{"type":"object","properties":{"next":{"$ref":"#"}}}"##).unwrap();
        assert!(made_up_reply(Some(&schema)).contains("null"));
    }

    #[test]
    fn a_schema_that_multiplies_ends_in_a_reply_of_bounded_size() {
        let lists = (0..15).fold(
            json!({"const": "x".repeat(1_000)}),
            |items, _| json!({ "type": "array", "minItems": 16, "items": items }),
        );
        let names: Map<_, _> = (0..20).map(|number| (format!("{number}"), json!({ "$ref": "#" }))).collect();
        for schema in [lists, json!({ "type": "object", "properties": names })] {
            let reply = made_up_reply(Some(&Json::from_value(&schema).unwrap()));
            assert!(reply.len() < 8 * MAX_BYTES, "{}", reply.len());
        }
    }

    #[test]
    fn tokens_grow_with_the_text() {
        let request = |text: &str| -> ChatRequest {
            serde_json::from_value(json!({ "model": "m", "messages": [{ "role": "user", "content": text }] })).unwrap()
        };
        assert_eq!(likely_tokens(&request("12345678")).input, TOKENS_PER_MESSAGE + 2);
        assert_eq!(most_tokens(&ChatRequest { max_tokens: Some(7), ..request("") }).output, 7);
    }
}

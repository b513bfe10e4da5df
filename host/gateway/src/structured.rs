//! Replies that must satisfy a JSON Schema: checked here whatever the provider promises.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{PatternOptions, Validator};
use scorebox_core::{Digest, Json, SchemaGrowth, schema_growth};
use scorebox_engine::{ChatMessage, ChatRequest, ChatRole, LlmError};
use serde_json::Value;

use crate::providers::instructions::json_in;

/// Schemas that were compiled: the calls of a scorer share one.
#[derive(Debug, Default)]
pub(crate) struct Schemas(Mutex<HashMap<Digest, Arc<Schema>>>);

/// A schema, ready to check replies.
#[derive(Debug)]
pub(crate) struct Schema {
    validator: Validator,
    growth: SchemaGrowth,
}

/// Beyond so many schemas, all are forgotten: a plugin that makes a schema for every row gains nothing from keeping them.
const MAX_SCHEMAS: usize = 256;
/// Problems that a model is told of, and a user.
const MAX_PROBLEMS: usize = 5;

impl Schemas {
    /// The schema, ready to check replies. It comes from a plugin, so it is not trusted: it cannot refer to elsewhere,
    /// its patterns take linear time, and its references do not multiply beyond a limit.
    pub(crate) fn validator(&self, schema: &Json) -> Result<Arc<Schema>, LlmError> {
        let digest = Digest::of(schema.as_str().as_bytes());
        if let Some(known) = self.lock().get(&digest) {
            return Ok(known.clone());
        }
        let invalid = |reason: String| LlmError::InvalidRequest(format!("response-schema is no JSON Schema: {reason}"));
        let value: Value = schema.to().map_err(|error| invalid(error.to_string()))?;
        let growth = schema_growth(&value).map_err(invalid)?;
        let options = jsonschema::draft202012::options().with_pattern_options(PatternOptions::regex());
        let validator = options.build(&value).map_err(|error| invalid(error.to_string()))?;
        let schema = Arc::new(Schema { validator, growth });
        let mut known = self.lock();
        if known.len() >= MAX_SCHEMAS {
            known.clear();
        }
        known.insert(digest, schema.clone());
        Ok(schema)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Schema>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The JSON in a reply, or what is wrong with it.
pub(crate) fn check(schema: &Schema, text: &str) -> Result<String, Vec<String>> {
    // A model that was only asked in words wraps its JSON into some.
    let json = json_in(text);
    let value: Value = serde_json::from_str(json).map_err(|error| vec![format!("it is no JSON: {error}")])?;
    if !schema.growth.allows(&value) {
        return Err(vec!["it nests too deep for a schema that refers to itself in several ways".to_owned()]);
    }
    let problem = |error: jsonschema::ValidationError<'_>| match error.instance_path().to_string() {
        place if place.is_empty() => error.to_string(),
        place => format!("{place}: {error}"),
    };
    let problems: Vec<_> = schema.validator.iter_errors(&value).take(MAX_PROBLEMS).map(problem).collect();
    if problems.is_empty() { Ok(json.to_owned()) } else { Err(problems) }
}

/// The request that asks to repair a reply.
pub(crate) fn repair(request: &ChatRequest, reply: &str, problems: &[String]) -> ChatRequest {
    let message = |role, content| ChatMessage { role, content, tool_calls: Vec::new(), tool_call_id: None };
    let mut repair = request.clone();
    // Some providers refuse an empty message.
    let said = if reply.trim().is_empty() { "(an empty reply)" } else { reply };
    repair.messages.push(message(ChatRole::Assistant, said.to_owned()));
    let wanted = format!(
        "Your reply does not satisfy the JSON Schema that was asked for:\n- {}\nAnswer again with the whole corrected \
         JSON and nothing else.",
        problems.join("\n- ")
    );
    repair.messages.push(message(ChatRole::User, wanted));
    repair
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator() -> Arc<Schema> {
        let schema = r#"{"type":"object","properties":{"score":{"type":"integer","maximum":5}},"required":["score"]}"#;
        Schemas::default().validator(&Json::parse(schema).unwrap()).unwrap()
    }

    #[test]
    fn json_is_found_in_a_talkative_reply() {
        assert_eq!(check(&validator(), "Sure!\n```json\n{\"score\": 3}\n```\n").unwrap(), "{\"score\": 3}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problems = check(&validator(), r#"{"score": 7}"#).unwrap_err();
        assert_eq!(problems, ["/score: 7 is greater than the maximum of 5"]);
        assert!(check(&validator(), "seven").unwrap_err()[0].starts_with("it is no JSON"));
    }

    #[test]
    fn a_broken_schema_is_an_invalid_request() {
        let schemas = Schemas::default();
        for schema in [r#"{"type":"nonsense"}"#, r#"{"$ref":"http://127.0.0.1:1/x.json"}"#, r#"{"pattern":"("}"#] {
            let refused = schemas.validator(&Json::parse(schema).unwrap());
            assert!(matches!(refused, Err(LlmError::InvalidRequest(_))), "{schema}");
        }
    }
}

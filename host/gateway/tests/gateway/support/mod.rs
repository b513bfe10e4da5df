//! What the tests share: a gateway in the making, an open one, names that resolve as a test wants.

mod child;
mod names;
mod setup;
mod way;

use scorebox_core::{Digest, Json};
use scorebox_engine::{Caller, ChatMessage, ChatRequest, ChatRole};
use serde_json::Value;

pub(crate) use child::run_as_child;
pub(crate) use names::Names;
pub(crate) use setup::{Api, MODEL, Setup};
pub(crate) use way::{Way, http_request};

/// The alias by which tests ask for their model.
pub(crate) const ALIAS: &str = "judge";

/// On whose behalf tests ask.
pub(crate) fn caller() -> Caller {
    Caller { plugin: Digest::of(b"a plugin"), function: "scorer".to_owned(), example_id: "row-1".to_owned(), repeat: 0 }
}

/// A message of a conversation.
pub(crate) fn message(role: ChatRole, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.to_owned(), tool_calls: Vec::new(), tool_call_id: None }
}

/// A request with one message of the user.
pub(crate) fn chat(text: &str) -> ChatRequest {
    ChatRequest {
        model: ALIAS.to_owned(),
        messages: vec![message(ChatRole::User, text)],
        temperature: None,
        max_tokens: None,
        seed: None,
        response_schema: None,
        tools: Vec::new(),
        parameters: None,
        repeat: 0,
    }
}

/// A value as JSON text.
pub(crate) fn json(value: &Value) -> Json {
    Json::from_value(value).unwrap()
}

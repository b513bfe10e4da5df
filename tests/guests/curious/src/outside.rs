//! Other machines.

use crate::scorebox::plugin::llm::{self, ChatRequest, LlmError, Message, Role};
use crate::wasi::http::outgoing_handler::handle;
use crate::wasi::http::types::{Fields, OutgoingRequest, Scheme};
use crate::{Scored, failed, text};

/// Asks the model that is named in the row.
pub(crate) fn ask_model(model: &str) -> Scored {
    match llm::complete(&request(model)) {
        Ok(reply) => text(reply.text),
        Err(error) => failed(shown(&error)),
    }
}

pub(crate) fn ask_model_many_times(model: &str) -> Scored {
    let mut replies = 0;
    loop {
        match llm::complete(&request(model)) {
            Ok(_) => replies += 1,
            Err(error) => return failed(format!("after {replies} replies: {}", shown(&error))),
        }
    }
}

pub(crate) fn embed(model: &str) -> Scored {
    match llm::embed(model, &["text".to_owned()]) {
        Ok(embeddings) => text(embeddings.vectors.len().to_string()),
        Err(error) => failed(shown(&error)),
    }
}

fn request(model: &str) -> ChatRequest {
    let content = "Is it true?".to_owned();
    ChatRequest {
        model: model.to_owned(),
        messages: vec![Message { role: Role::User, content, tool_calls: Vec::new(), tool_call_id: None }],
        temperature: None,
        max_tokens: None,
        seed: None,
        response_schema: None,
        tools: Vec::new(),
        parameters: None,
    }
}

fn shown(error: &LlmError) -> String {
    match error {
        LlmError::Denied(reason) => format!("denied: {reason}"),
        LlmError::OverBudget(reason) => format!("over budget: {reason}"),
        LlmError::InvalidRequest(reason) => format!("invalid request: {reason}"),
        LlmError::Unavailable(reason) => format!("unavailable: {reason}"),
        LlmError::InvalidReply(reason) => format!("invalid reply: {reason}"),
        LlmError::Timeout(reason) => format!("timeout: {reason}"),
    }
}

/// Sends a request to the host that is named in the row.
pub(crate) fn fetch(host: &str) -> Scored {
    let request = OutgoingRequest::new(Fields::new());
    let is_set = request.set_scheme(Some(&Scheme::Https)).is_ok()
        && request.set_authority(Some(host)).is_ok()
        && request.set_path_with_query(Some("/")).is_ok();
    if !is_set {
        return failed("the request cannot be written");
    }
    let response = match handle(request, None) {
        Ok(response) => response,
        Err(code) => return failed(format!("not sent: {code:?}")),
    };
    response.subscribe().block();
    match response.get() {
        Some(Ok(Ok(response))) => text(response.status().to_string()),
        Some(Ok(Err(code))) => failed(format!("no response: {code:?}")),
        _ => failed("no response"),
    }
}

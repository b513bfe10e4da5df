//! Asks the host.

use super::{Embeddings, Error, FinishReason, Message, Request, Response, Role, Tool, ToolCall, Usage};
use crate::bindings::imports::scorebox::plugin::llm as contract;

pub(super) fn complete(request: &Request) -> Result<Response, Error> {
    received(contract::complete(&sent(request)))
}

pub(super) fn complete_all(requests: &[Request]) -> Vec<Result<Response, Error>> {
    let requests: Vec<_> = requests.iter().map(sent).collect();
    contract::complete_all(&requests).into_iter().map(received).collect()
}

pub(super) fn embed(model: &str, texts: &[String]) -> Result<Embeddings, Error> {
    match contract::embed(model, texts) {
        Ok(reply) => Ok(Embeddings { vectors: reply.vectors, usage: usage(reply.usage), model: reply.model }),
        Err(error) => Err(failure(error)),
    }
}

fn sent(request: &Request) -> contract::ChatRequest {
    contract::ChatRequest {
        model: request.model.clone(),
        messages: request.messages.iter().map(message).collect(),
        temperature: request.temperature,
        max_tokens: request.max_tokens,
        seed: request.seed,
        response_schema: request.response_schema.clone(),
        tools: request.tools.iter().map(tool).collect(),
        parameters: request.parameters.clone(),
    }
}

fn message(message: &Message) -> contract::Message {
    contract::Message {
        role: match message.role {
            Role::System => contract::Role::System,
            Role::User => contract::Role::User,
            Role::Assistant => contract::Role::Assistant,
            Role::Tool => contract::Role::Tool,
        },
        content: message.content.clone(),
        tool_calls: message.tool_calls.iter().map(tool_call).collect(),
        tool_call_id: message.tool_call_id.clone(),
    }
}

fn tool(tool: &Tool) -> contract::Tool {
    let Tool { name, description, parameters } = tool.clone();
    contract::Tool { name, description, parameters }
}

fn tool_call(call: &ToolCall) -> contract::ToolCall {
    let ToolCall { id, name, arguments } = call.clone();
    contract::ToolCall { id, name, arguments }
}

fn received(reply: Result<contract::ChatResponse, contract::LlmError>) -> Result<Response, Error> {
    let reply = reply.map_err(failure)?;
    let call = |call: contract::ToolCall| ToolCall { id: call.id, name: call.name, arguments: call.arguments };
    Ok(Response {
        text: reply.text,
        tool_calls: reply.tool_calls.into_iter().map(call).collect(),
        usage: usage(reply.usage),
        model: reply.model,
        finish_reason: match reply.finish_reason {
            contract::FinishReason::Stop => FinishReason::Stop,
            contract::FinishReason::Length => FinishReason::Length,
            contract::FinishReason::ToolCalls => FinishReason::ToolCalls,
            contract::FinishReason::ContentFilter => FinishReason::ContentFilter,
            contract::FinishReason::Other => FinishReason::Other,
        },
    })
}

fn usage(usage: contract::Usage) -> Usage {
    Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
}

fn failure(error: contract::LlmError) -> Error {
    match error {
        contract::LlmError::Denied(text) => Error::Denied(text),
        contract::LlmError::OverBudget(text) => Error::OverBudget(text),
        contract::LlmError::InvalidRequest(text) => Error::InvalidRequest(text),
        contract::LlmError::Unavailable(text) => Error::Unavailable(text),
        contract::LlmError::InvalidReply(text) => Error::InvalidReply(text),
        contract::LlmError::Timeout(text) => Error::Timeout(text),
    }
}

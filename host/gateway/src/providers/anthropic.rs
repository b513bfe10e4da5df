//! Anthropic's messages, read from platform.claude.com/docs/en/api/messages (version 2023-06-01). JSON by schema is
//! the generally available `output_config.format`, not the earlier beta's `output_format`.

use http::{HeaderMap, HeaderValue};
use scorebox_core::Json;
use scorebox_engine::{ChatMessage, ChatRequest, ChatRole, ChatTool, FinishReason};
use serde::{Deserialize, Serialize};

use super::body::{Body, finite};
use super::instructions::asking_for;
use super::reading::{parse, tool_call, with_tool_calls};
use super::{NotSupported, Structure, Tokens, Unreadable, WireReply, WireRequest, schema};

const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// The API has no default for the limit on tokens.
const DEFAULT_MAX_TOKENS: u32 = 4_096;

/// What the request itself says, and parameters cannot.
const RESERVED: &[&str] = &["messages", "model", "stream", "system"];

/// Why there are no embeddings.
pub(super) const NO_EMBEDDINGS: &str = "Anthropic has no API for embeddings; map the alias to a model of a provider \
                                        that has one, such as openai, gemini or ollama";

/// A request to `/v1/messages`. The API takes no seed, so that is left out: a seed asks for repeatability only where
/// it can be had.
pub(super) fn chat(model: &str, request: &ChatRequest, structure: Structure) -> Result<WireRequest, NotSupported> {
    let schema = request.response_schema.as_ref();
    let format = schema
        .filter(|_| structure == Structure::Schema)
        .and_then(|schema| schema::translated(schema, &schema::ANTHROPIC))
        .map(|schema| OutputConfig { format: Format { r#type: "json_schema", schema } });
    let messages = asking_for(&request.messages, schema.filter(|_| format.is_none()));

    let mut body = Body::default();
    body.set("model", model)?;
    body.set("max_tokens", &request.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS))?;
    body.set("messages", &conversation(&messages)?)?;
    body.set_some("system", system(&messages))?;
    body.set_some("temperature", finite(request.temperature)?)?;
    body.set_some("output_config", format)?;
    if !request.tools.is_empty() {
        body.set("tools", &request.tools.iter().map(Tool::of).collect::<Vec<_>>())?;
    }
    body.merge(request.parameters.as_ref(), RESERVED, &["output_config"])?;
    Ok(WireRequest {
        path: "/v1/messages".into(),
        headers: HeaderMap::from_iter([(super::ANTHROPIC_VERSION, VERSION)]),
        body: body.finish()?,
    })
}

#[derive(Serialize)]
struct OutputConfig {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    r#type: &'static str,
    schema: Json,
}

/// The system messages, which stand apart.
fn system(messages: &[ChatMessage]) -> Option<String> {
    let system: Vec<_> = messages
        .iter()
        .filter(|message| message.role == ChatRole::System && !message.content.is_empty())
        .map(|message| message.content.as_str())
        .collect();
    (!system.is_empty()).then(|| system.join("\n\n"))
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: &'a Json },
    ToolResult { tool_use_id: &'a str, content: &'a str },
}

/// The other messages. Roles alternate, so what follows in the same role joins the message before; that also brings
/// the results of parallel tool calls into one message, as the API wants them. Empty texts have no form.
fn conversation(messages: &[ChatMessage]) -> Result<Vec<Message<'_>>, NotSupported> {
    let mut conversation: Vec<Message<'_>> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let (role, blocks) = match message.role {
            ChatRole::System => continue,
            ChatRole::User => ("user", text(message).collect()),
            ChatRole::Assistant => ("assistant", text(message).chain(tool_uses(message)).collect()),
            ChatRole::Tool => {
                let tool_use_id = super::answered_call(index, message)?;
                ("user", vec![Block::ToolResult { tool_use_id, content: &message.content }])
            }
        };
        match conversation.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ if blocks.is_empty() => {}
            _ => conversation.push(Message { role, content: blocks }),
        }
    }
    if conversation.is_empty() {
        return Err(NotSupported(
            "Anthropic's API wants a message of the user, and the request has none with any text; add one".into(),
        ));
    }
    Ok(conversation)
}

fn text(message: &ChatMessage) -> impl Iterator<Item = Block<'_>> {
    (!message.content.is_empty()).then_some(Block::Text { text: &message.content }).into_iter()
}

fn tool_uses(message: &ChatMessage) -> impl Iterator<Item = Block<'_>> {
    message.tool_calls.iter().map(|call| Block::ToolUse { id: &call.id, name: &call.name, input: &call.arguments })
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: &'a Json,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a ChatTool) -> Self {
        Self { name: &tool.name, description: &tool.description, input_schema: &tool.parameters }
    }
}

#[derive(Deserialize)]
struct Reply {
    model: Option<String>,
    content: Vec<ReplyBlock>,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct ReplyBlock {
    r#type: String,
    text: Option<String>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Json>,
}

#[derive(Default, Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Usage {
    /// `input_tokens` are only those that the cache had nothing to do with.
    fn tokens(self) -> Tokens {
        let cached_input = self.cache_read_input_tokens.unwrap_or(0);
        Tokens {
            input: [self.input_tokens, self.cache_creation_input_tokens, Some(cached_input)]
                .into_iter()
                .flatten()
                .fold(0, u64::saturating_add),
            cached_input,
            output: self.output_tokens.unwrap_or(0),
        }
    }
}

/// Reads the reply of `/v1/messages`.
pub(super) fn read_chat(body: &[u8]) -> Result<WireReply, Unreadable> {
    let reply: Reply = parse(body)?;
    let mut text = String::new();
    let mut tool_calls = Vec::new();
    for block in reply.content {
        match block.r#type.as_str() {
            "text" => text.push_str(block.text.as_deref().unwrap_or_default()),
            "tool_use" => tool_calls.push(tool_call(tool_calls.len(), block.id, block.name, block.input)?),
            // Thoughts, and what the provider's own tools did, are not part of the reply.
            _ => {}
        }
    }
    let finish_reason = match reply.stop_reason.as_deref() {
        Some("end_turn" | "stop_sequence") => FinishReason::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("refusal") => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    };
    Ok(WireReply {
        text,
        finish_reason: with_tool_calls(finish_reason, &tool_calls),
        tool_calls,
        tokens: reply.usage.unwrap_or_default().tokens(),
        model: reply.model.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;

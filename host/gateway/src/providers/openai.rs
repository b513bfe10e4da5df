//! OpenAI's chat completions and embeddings, read from platform.openai.com/docs/api-reference (v1), as OpenAI, Azure
//! and the many servers speak them that are compatible with OpenAI.

use http::HeaderMap;
use scorebox_core::Json;
use scorebox_engine::{ChatMessage, ChatRequest, ChatRole, ChatTool, FinishReason};
use serde::{Deserialize, Serialize};

use super::body::{Body, finite, folded};
use super::instructions::asking_for;
use super::path::{escaped, segment};
use super::reading::{complete, parse, shortened, tool_call, with_tool_calls};
use super::{
    MaxTokensField, NotSupported, SeedField, Structure, Tokens, Unreadable, WireEmbeddings, WireOptions, WireReply,
    WireRequest, schema,
};

/// What the request itself says, and parameters cannot. `models` is OpenRouter's list of models to fall back to.
const RESERVED: &[&str] = &["messages", "model", "models", "stream"];

/// A request to `/chat/completions`; `deployment_version` is Azure's `api-version`.
pub(super) fn chat(
    deployment_version: Option<&str>,
    options: &WireOptions,
    model: &str,
    request: &ChatRequest,
    structure: Structure,
) -> Result<WireRequest, NotSupported> {
    let schema = request.response_schema.as_ref();
    let format = schema.and_then(|schema| ResponseFormat::of(schema, structure));
    let in_prompt = schema.filter(|_| !matches!(format, Some(ResponseFormat::JsonSchema { .. })));
    let messages = asking_for(&request.messages, in_prompt);
    let messages: Vec<_> = messages.iter().enumerate().map(|(index, message)| Message::of(index, message)).collect();
    let (max_tokens_field, other_field) = match options.max_tokens_field {
        MaxTokensField::MaxTokens => ("max_tokens", "max_completion_tokens"),
        MaxTokensField::MaxCompletionTokens => ("max_completion_tokens", "max_tokens"),
    };
    let seed_field = match options.seed_field {
        SeedField::Seed => "seed",
        SeedField::RandomSeed => "random_seed",
    };
    let mut parameters = Body::default();
    parameters.merge(request.parameters.as_ref(), RESERVED, &[])?;

    let mut body = Body::default();
    if deployment_version.is_none() {
        body.set("model", model)?;
    }
    body.set("messages", &messages.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    body.set_some("temperature", finite(request.temperature)?)?;
    // The two names of the limit exclude each other.
    if !parameters.has(other_field) {
        body.set_some(max_tokens_field, request.max_tokens)?;
    }
    body.set_some(seed_field, folded(request.seed, 64))?;
    body.set_some("response_format", format)?;
    if !request.tools.is_empty() {
        body.set("tools", &request.tools.iter().map(Tool::of).collect::<Vec<_>>())?;
    }
    body.append(parameters);
    Ok(WireRequest {
        path: path(deployment_version, model, "chat/completions")?,
        headers: HeaderMap::new(),
        body: body.finish()?,
    })
}

/// A request to `/embeddings`.
pub(super) fn embed(
    deployment_version: Option<&str>,
    model: &str,
    texts: &[String],
) -> Result<WireRequest, NotSupported> {
    let mut body = Body::default();
    if deployment_version.is_none() {
        body.set("model", model)?;
    }
    body.set("input", texts)?;
    let path = path(deployment_version, model, "embeddings")?;
    Ok(WireRequest { path, headers: HeaderMap::new(), body: body.finish()? })
}

/// Azure's dated versions have a path for each deployment (learn.microsoft.com/azure/ai-foundry/openai/reference); its
/// v1 API has OpenAI's paths.
fn path(deployment_version: Option<&str>, model: &str, operation: &str) -> Result<String, NotSupported> {
    let Some(version) = deployment_version else { return Ok(format!("/{operation}")) };
    Ok(format!("/openai/deployments/{}/{operation}?api-version={}", segment(model)?, escaped(version)))
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat {
    JsonSchema { json_schema: NamedSchema },
    JsonObject,
}

#[derive(Serialize)]
struct NamedSchema {
    name: &'static str,
    strict: bool,
    schema: Json,
}

impl ResponseFormat {
    /// Both forms make an object and nothing else, so they cannot be asked for other values.
    fn of(schema: &Json, structure: Structure) -> Option<Self> {
        if !schema::describes_an_object(schema) {
            return None;
        }
        match structure {
            Structure::Schema => {
                let strict = schema::translated(schema, &schema::OPENAI);
                let json_schema = NamedSchema {
                    name: "reply",
                    strict: strict.is_some(),
                    schema: strict.unwrap_or_else(|| schema.clone()),
                };
                Some(Self::JsonSchema { json_schema })
            }
            Structure::AnyJson => Some(Self::JsonObject),
            Structure::PromptOnly => None,
        }
    }
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: CalledFunction<'a>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: &'a str,
    arguments: &'a str,
}

impl<'a> Message<'a> {
    fn of(index: usize, message: &'a ChatMessage) -> Result<Self, NotSupported> {
        let tool_calls: Vec<_> = match message.role {
            ChatRole::Assistant => message
                .tool_calls
                .iter()
                .map(|call| ToolCall {
                    id: &call.id,
                    r#type: "function",
                    function: CalledFunction { name: &call.name, arguments: call.arguments.as_str() },
                })
                .collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            role: match message.role {
                ChatRole::System => "system",
                ChatRole::User => "user",
                ChatRole::Assistant => "assistant",
                ChatRole::Tool => "tool",
            },
            content: (tool_calls.is_empty() || !message.content.is_empty()).then_some(message.content.as_str()),
            tool_calls,
            tool_call_id: match message.role {
                ChatRole::Tool => Some(super::answered_call(index, message)?),
                _ => None,
            },
        })
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: DescribedFunction<'a>,
}

#[derive(Serialize)]
struct DescribedFunction<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: &'a Json,
}

impl<'a> Tool<'a> {
    fn of(tool: &'a ChatTool) -> Self {
        let function =
            DescribedFunction { name: &tool.name, description: &tool.description, parameters: &tool.parameters };
        Self { r#type: "function", function }
    }
}

#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    error: Option<Json>,
}

#[derive(Deserialize)]
struct Choice {
    message: ReplyMessage,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct ReplyMessage {
    content: Option<Content>,
    refusal: Option<String>,
    tool_calls: Option<Vec<ReplyToolCall>>,
}

/// Some servers give a list of parts, of which those that are not text, such as thoughts, are not part of the reply.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    r#type: Option<String>,
    text: Option<String>,
}

impl Content {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts
                .into_iter()
                .filter(|part| part.r#type.as_deref().is_none_or(|kind| kind == "text"))
                .filter_map(|part| part.text)
                .collect(),
        }
    }
}

#[derive(Deserialize)]
struct ReplyToolCall {
    id: Option<String>,
    function: ReplyFunction,
}

#[derive(Deserialize)]
struct ReplyFunction {
    name: Option<String>,
    arguments: Option<Json>,
}

#[derive(Default, Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptTokens>,
    /// DeepSeek's name for the cached tokens.
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct PromptTokens {
    cached_tokens: Option<u64>,
}

impl Usage {
    fn tokens(self) -> Tokens {
        let input = self.prompt_tokens.unwrap_or(0);
        let cached = self.prompt_tokens_details.and_then(|details| details.cached_tokens);
        // xAI leaves reasoning out of the completion's tokens, but not out of the total.
        let beyond_the_prompt = self.total_tokens.map_or(0, |total| total.saturating_sub(input));
        Tokens {
            input,
            cached_input: cached.or(self.prompt_cache_hit_tokens).unwrap_or(0).min(input),
            output: self.completion_tokens.unwrap_or(0).max(beyond_the_prompt),
        }
    }
}

/// Reads the reply of `/chat/completions`.
pub(super) fn read_chat(body: &[u8]) -> Result<WireReply, Unreadable> {
    let completion: Completion = parse(body)?;
    let Some(choice) = completion.choices.and_then(|choices| choices.into_iter().next()) else {
        return Err(Unreadable(match completion.error {
            Some(error) => format!("the provider answered with an error: {}", shortened(error.as_str())),
            None => "the provider's reply has no choices".into(),
        }));
    };
    let message = choice.message;
    let tool_calls: Vec<_> = message
        .tool_calls
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(index, call)| tool_call(index, call.id, call.function.name, call.function.arguments))
        .collect::<Result<_, _>>()?;
    let text = message.content.map(Content::into_text).unwrap_or_default();
    let refused = message.refusal.filter(|refusal| !refusal.is_empty() && text.is_empty());
    let finish_reason = match choice.finish_reason.as_deref() {
        _ if refused.is_some() => FinishReason::ContentFilter,
        Some("stop") | None => FinishReason::Stop,
        // Mistral tells the context's limit from the request's.
        Some("length" | "model_length") => FinishReason::Length,
        Some("tool_calls" | "function_call") => FinishReason::ToolCalls,
        Some("content_filter") => FinishReason::ContentFilter,
        Some(_) => FinishReason::Other,
    };
    Ok(WireReply {
        text: refused.unwrap_or(text),
        finish_reason: with_tool_calls(finish_reason, &tool_calls),
        tool_calls,
        tokens: completion.usage.unwrap_or_default().tokens(),
        model: completion.model.unwrap_or_default(),
    })
}

#[derive(Deserialize)]
struct EmbeddingList {
    model: Option<String>,
    data: Vec<Embedding>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Embedding {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Reads the reply of `/embeddings`, whose vectors may stand in any order.
pub(super) fn read_embeddings(body: &[u8], count: usize) -> Result<WireEmbeddings, Unreadable> {
    let list: EmbeddingList = parse(body)?;
    let mut vectors: Vec<_> = list
        .data
        .into_iter()
        .enumerate()
        .map(|(position, embedding)| (embedding.index.unwrap_or(position), embedding.embedding))
        .collect();
    vectors.sort_by_key(|(index, _)| *index);
    if vectors.iter().enumerate().any(|(position, (index, _))| position != *index) {
        return Err(Unreadable("the provider's vectors are not numbered 0, 1, 2 and so on".into()));
    }
    Ok(WireEmbeddings {
        vectors: complete(vectors.into_iter().map(|(_, vector)| vector).collect(), count)?,
        tokens: list.usage.unwrap_or_default().tokens(),
        model: list.model.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;

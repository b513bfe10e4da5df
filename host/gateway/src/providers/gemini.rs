//! Google's `generateContent` and `batchEmbedContents`, read from ai.google.dev/api (v1beta).

use http::HeaderMap;
use scorebox_core::Json;
use scorebox_engine::{ChatMessage, ChatRequest, ChatRole, ChatTool, FinishReason};
use serde::{Deserialize, Serialize};

use super::body::{Body, finite, folded};
use super::call_id::CallId;
use super::instructions::asking_for;
use super::path::segment;
use super::reading::{complete, parse, shortened, tool_call, with_tool_calls};
use super::{NotSupported, Structure, Tokens, Unreadable, WireEmbeddings, WireReply, WireRequest};

/// What the request itself says, and parameters cannot.
const RESERVED: &[&str] = &["contents", "model", "stream", "systemInstruction", "system_instruction"];

/// A request to `:generateContent`.
pub(super) fn chat(model: &str, request: &ChatRequest, structure: Structure) -> Result<WireRequest, NotSupported> {
    let schema = request.response_schema.as_ref();
    // Gemini has either functions or JSON: "Function calling with a response mime type: 'application/json' is unsupported".
    let structure = if request.tools.is_empty() { structure } else { Structure::PromptOnly };
    let messages = asking_for(&request.messages, schema.filter(|_| structure != Structure::Schema));

    let mut config = Body::default();
    config.set_some("temperature", finite(request.temperature)?)?;
    config.set_some("maxOutputTokens", request.max_tokens)?;
    config.set_some("seed", folded(request.seed, 32))?;
    if schema.is_some() && structure != Structure::PromptOnly {
        config.set("responseMimeType", "application/json")?;
    }
    config.set_some("responseJsonSchema", schema.filter(|_| structure == Structure::Schema))?;

    let mut body = Body::default();
    body.set("contents", &contents(&messages)?)?;
    body.set_some("systemInstruction", system(&messages))?;
    if !config.is_empty() {
        body.set("generationConfig", &config.finish()?)?;
    }
    if !request.tools.is_empty() {
        let function_declarations = request.tools.iter().map(FunctionDeclaration::of).collect();
        body.set("tools", &[Tools { function_declarations }])?;
    }
    body.merge(request.parameters.as_ref(), RESERVED, &["generationConfig"])?;
    let path = format!("/{}:generateContent", segments(&resource(model))?);
    Ok(WireRequest { path, headers: HeaderMap::new(), body: body.finish()? })
}

/// A request to `:batchEmbedContents`.
pub(super) fn embed(model: &str, texts: &[String]) -> Result<WireRequest, NotSupported> {
    let resource = resource(model);
    let requests: Vec<_> = texts
        .iter()
        .map(|text| EmbedRequest { model: &resource, content: Content { role: None, parts: vec![Part::text(text)] } })
        .collect();
    let mut body = Body::default();
    body.set("requests", &requests)?;
    let path = format!("/{}:batchEmbedContents", segments(&resource)?);
    Ok(WireRequest { path, headers: HeaderMap::new(), body: body.finish()? })
}

/// A model's full name: `models/…` unless it says another collection, such as `tunedModels/…`.
fn resource(model: &str) -> String {
    if model.contains('/') { model.to_owned() } else { format!("models/{model}") }
}

fn segments(resource: &str) -> Result<String, NotSupported> {
    Ok(resource.split('/').map(segment).collect::<Result<Vec<_>, _>>()?.join("/"))
}

#[derive(Serialize)]
struct EmbedRequest<'a> {
    model: &'a str,
    content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<Part<'a>>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<FunctionCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<FunctionResponse<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
}

#[derive(Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    args: &'a Json,
}

#[derive(Serialize)]
struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    response: Json,
}

impl<'a> Part<'a> {
    fn text(text: &'a str) -> Self {
        Self { text: Some(text), ..Self::default() }
    }
}

fn system(messages: &[ChatMessage]) -> Option<Content<'_>> {
    let parts: Vec<_> = messages
        .iter()
        .filter(|message| message.role == ChatRole::System)
        .map(|message| Part::text(&message.content))
        .collect();
    (!parts.is_empty()).then_some(Content { role: None, parts })
}

/// The other messages. What follows in the same role joins the content before, so that the results of parallel calls
/// stand together.
fn contents(messages: &[ChatMessage]) -> Result<Vec<Content<'_>>, NotSupported> {
    let mut contents: Vec<Content<'_>> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let (role, parts) = match message.role {
            ChatRole::System => continue,
            ChatRole::User => ("user", vec![Part::text(&message.content)]),
            ChatRole::Assistant => ("model", said(message)),
            ChatRole::Tool => ("user", vec![function_response(index, message, &messages[..index])?]),
        };
        match contents.last_mut() {
            Some(last) if last.role == Some(role) => last.parts.extend(parts),
            _ => contents.push(Content { role: Some(role), parts }),
        }
    }
    if contents.is_empty() {
        return Err(NotSupported("Gemini's API wants a message of the user, and the request has none; add one".into()));
    }
    Ok(contents)
}

fn said(message: &ChatMessage) -> Vec<Part<'_>> {
    let text = (message.tool_calls.is_empty() || !message.content.is_empty()).then(|| Part::text(&message.content));
    let calls = message.tool_calls.iter().map(|call| {
        let id = CallId::read(&call.id);
        Part {
            function_call: Some(FunctionCall { id: id.given(), name: &call.name, args: &call.arguments }),
            thought_signature: id.signature,
            ..Part::default()
        }
    });
    text.into_iter().chain(calls).collect()
}

/// The API wants the function's name with its result, which stands in the call that has the same id.
fn function_response<'a>(
    index: usize,
    message: &'a ChatMessage,
    earlier: &'a [ChatMessage],
) -> Result<Part<'a>, NotSupported> {
    let id = super::answered_call(index, message)?;
    let calls = earlier.iter().rev().flat_map(|message| &message.tool_calls);
    let name = calls.into_iter().find(|call| call.id == id).map(|call| call.name.as_str()).ok_or_else(|| {
        NotSupported(format!(
            "message {index} is the result of the tool call `{}`, which no earlier message makes; keep the \
             assistant's message with the call in the conversation",
            shortened(id)
        ))
    })?;
    let response = FunctionResponse { id: CallId::read(id).given(), name, response: result_object(&message.content)? };
    Ok(Part { function_response: Some(response), ..Part::default() })
}

/// A function's result must be an object; other results become the member `result` of one.
fn result_object(content: &str) -> Result<Json, NotSupported> {
    match Json::parse(content) {
        Ok(json) if json.is_object() => Ok(json),
        _ => {
            let mut object = Body::default();
            object.set("result", content)?;
            object.finish()
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tools<'a> {
    function_declarations: Vec<FunctionDeclaration<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionDeclaration<'a> {
    name: &'a str,
    description: &'a str,
    parameters_json_schema: &'a Json,
}

impl<'a> FunctionDeclaration<'a> {
    fn of(tool: &'a ChatTool) -> Self {
        Self { name: &tool.name, description: &tool.description, parameters_json_schema: &tool.parameters }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    candidates: Option<Vec<Candidate>>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<Usage>,
    model_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<ReplyContent>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct ReplyContent {
    parts: Option<Vec<ReplyPart>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReplyPart {
    text: Option<String>,
    thought: Option<bool>,
    function_call: Option<ReplyCall>,
    thought_signature: Option<String>,
}

#[derive(Deserialize)]
struct ReplyCall {
    id: Option<String>,
    name: Option<String>,
    args: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    prompt_token_count: Option<u64>,
    tool_use_prompt_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
}

impl Usage {
    fn tokens(self) -> Tokens {
        let sum = |counts: [Option<u64>; 2]| counts.into_iter().flatten().fold(0, u64::saturating_add);
        let input = sum([self.prompt_token_count, self.tool_use_prompt_token_count]);
        Tokens {
            input,
            cached_input: self.cached_content_token_count.unwrap_or(0).min(input),
            output: sum([self.candidates_token_count, self.thoughts_token_count]),
        }
    }
}

/// Reads the reply of `:generateContent`. A prompt that the provider blocked has a reply without text.
pub(super) fn read_chat(body: &[u8]) -> Result<WireReply, Unreadable> {
    let reply: Reply = parse(body)?;
    let candidate = reply.candidates.and_then(|candidates| candidates.into_iter().next());
    let blocked = reply.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some());
    let candidate = match candidate {
        Some(candidate) => candidate,
        None if blocked => Candidate { content: None, finish_reason: Some("SAFETY".into()) },
        None => return Err(Unreadable("the provider's reply has no candidates".into())),
    };
    let mut text = String::new();
    let mut tool_calls = Vec::new();
    for part in candidate.content.and_then(|content| content.parts).into_iter().flatten() {
        if let Some(call) = part.function_call {
            let mut call = tool_call(tool_calls.len(), call.id, call.name, call.args)?;
            call.id = CallId { id: &call.id, signature: part.thought_signature.as_deref() }.to_string();
            tool_calls.push(call);
        } else if part.thought != Some(true) {
            text.push_str(part.text.as_deref().unwrap_or_default());
        }
    }
    let finish_reason = match candidate.finish_reason.as_deref() {
        Some("STOP") => FinishReason::Stop,
        Some("MAX_TOKENS") => FinishReason::Length,
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY") => {
            FinishReason::ContentFilter
        }
        _ => FinishReason::Other,
    };
    Ok(WireReply {
        text,
        finish_reason: with_tool_calls(finish_reason, &tool_calls),
        tool_calls,
        tokens: reply.usage_metadata.unwrap_or_default().tokens(),
        model: reply.model_version.unwrap_or_default(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmbeddingReply {
    embeddings: Vec<Embedding>,
    usage_metadata: Option<Usage>,
}

#[derive(Deserialize)]
struct Embedding {
    values: Vec<f32>,
}

/// Reads the reply of `:batchEmbedContents`, which is in the order of the request and does not name the model.
pub(super) fn read_embeddings(body: &[u8], count: usize) -> Result<WireEmbeddings, Unreadable> {
    let reply: EmbeddingReply = parse(body)?;
    Ok(WireEmbeddings {
        vectors: complete(reply.embeddings.into_iter().map(|embedding| embedding.values).collect(), count)?,
        tokens: reply.usage_metadata.unwrap_or_default().tokens(),
        model: String::new(),
    })
}

#[cfg(test)]
mod tests;

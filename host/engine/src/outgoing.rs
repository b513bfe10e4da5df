use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use scorebox_core::{Digest, Json, Usage};
use serde::{Deserialize, Serialize};

/// Everything that leaves the sandbox. The gateway implements it; [`NothingGranted`] refuses everything.
///
/// Implementations enforce the operator's policy and hold the secrets. The engine bounds the call as a whole
/// (deadline, number of requests, bytes, tokens) and drops the future when the call is over.
#[async_trait]
pub trait Outgoing: Debug + Send + Sync {
    /// Asks a chat model once.
    async fn complete(&self, caller: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError>;

    /// Asks a chat model several times at once; answers in the order of the requests.
    async fn complete_all(&self, caller: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>>;

    /// Embeds texts with the model behind an alias.
    async fn embed(&self, caller: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError>;

    /// Whether a request may be sent at all, asked before its body is read. [`Outgoing::http`] decides for good.
    async fn admit_http(&self, caller: &Caller, request: &http::request::Parts) -> Result<(), HttpError>;

    /// Sends an HTTP request. The response body has at most `max_body_bytes`.
    async fn http(&self, caller: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// On whose behalf something leaves the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The component.
    pub plugin: Digest,
    /// The scorer or predict function.
    pub function: String,
    /// The example that it works on.
    pub example_id: String,
    /// Which repetition of the example it is, from 0, where a run evaluates each example several times.
    #[serde(default, skip_serializing_if = "is_first")]
    pub repeat: u32,
}

impl Caller {
    /// What tells the n-th equal request of one call from all others: every repetition of the example wants samples of
    /// its own. A call that asks the same more often than 65,536 times gets the last of them again.
    pub(crate) fn sample(&self, n: u32) -> u32 {
        self.repeat.saturating_mul(1 << 16).saturating_add(n.min((1 << 16) - 1))
    }
}

/// One request to a chat model; the fields mean what `wit/llm.wit` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub struct ChatRequest {
    pub model: String,
    pub messages: Vec<ChatMessage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_schema: Option<Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ChatTool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Json>,
    /// How many times the same call of the guest has asked exactly this before, plus 65,536 for each earlier repetition of
    /// the example in the run. A repeat wants another sample, so a cache must not answer it with an earlier one's reply.
    #[serde(default, skip_serializing_if = "is_first")]
    pub repeat: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(repeat: &u32) -> bool {
    *repeat == 0
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub struct ChatMessage {
    pub role: ChatRole,
    pub content: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ChatToolCall>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub enum ChatRole {
    System,
    User,
    Assistant,
    Tool,
}

/// A tool that the model wants called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub struct ChatToolCall {
    pub id: String,
    pub name: String,
    pub arguments: Json,
}

/// A tool that the model may ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub struct ChatTool {
    pub name: String,
    pub description: String,
    pub parameters: Json,
}

/// A model's reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub struct ChatResponse {
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ChatToolCall>,
    pub usage: Usage,
    pub model: String,
    pub finish_reason: FinishReason,
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented in wit/llm.wit")]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    Other,
}

/// Vectors for a list of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embeddings {
    /// One vector for each text, in order.
    pub vectors: Vec<Vec<f32>>,
    /// What the request used up.
    pub usage: Usage,
    /// The model that answered.
    pub model: String,
}

/// Why there is no reply from a model; the texts are for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LlmError {
    /// The operator did not grant this.
    #[error("denied: {0}")]
    Denied(String),
    /// A budget would be exceeded.
    #[error("over budget: {0}")]
    OverBudget(String),
    /// The request itself is wrong.
    #[error("invalid request: {0}")]
    InvalidRequest(String),
    /// The provider could not be reached, or kept failing.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The reply does not satisfy the schema.
    #[error("invalid reply: {reason}")]
    InvalidReply {
        /// What is wrong with it.
        reason: String,
        /// What asking for it took.
        usage: Usage,
    },
    /// The deadline passed.
    #[error("timeout: {0}")]
    Timeout(String),
}

/// An HTTP request with its whole body.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// Method, URI and headers as the guest gave them, and the body.
    pub request: http::Request<Bytes>,
    /// How long the guest is willing to wait for a connection and for the first byte, where it said so.
    pub timeout: Option<Duration>,
    /// The largest response body that is of use.
    pub max_body_bytes: u64,
    /// How many times the same call of the guest has sent exactly this before, counted as [`ChatRequest::repeat`] is.
    pub repeat: u32,
}

/// An HTTP response with its whole body.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// Status, headers and body.
    pub response: http::Response<Bytes>,
}

/// Why there is no HTTP response; the texts are for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HttpError {
    /// The operator did not grant this.
    #[error("denied: {0}")]
    Denied(String),
    /// The request itself is wrong.
    #[error("invalid request: {0}")]
    InvalidRequest(String),
    /// The peer could not be reached, or broke the protocol.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The response body is larger than `max_body_bytes`.
    #[error("the response body is larger than {0} bytes")]
    BodyTooLarge(u64),
    /// The deadline passed.
    #[error("timeout: {0}")]
    Timeout(String),
}

/// Refuses everything: what a host offers that has no gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingGranted;

impl NothingGranted {
    const NO_MODEL: &str = "no model is configured";
    const NO_HTTP: &str = "no HTTP access is granted";
}

#[async_trait]
impl Outgoing for NothingGranted {
    async fn complete(&self, _: &Caller, _: ChatRequest) -> Result<ChatResponse, LlmError> {
        Err(LlmError::Denied(Self::NO_MODEL.into()))
    }

    async fn complete_all(&self, _: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        requests.iter().map(|_| Err(LlmError::Denied(Self::NO_MODEL.into()))).collect()
    }

    async fn embed(&self, _: &Caller, _: String, _: Vec<String>) -> Result<Embeddings, LlmError> {
        Err(LlmError::Denied(Self::NO_MODEL.into()))
    }

    async fn admit_http(&self, _: &Caller, _: &http::request::Parts) -> Result<(), HttpError> {
        Err(HttpError::Denied(Self::NO_HTTP.into()))
    }

    async fn http(&self, _: &Caller, _: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::Denied(Self::NO_HTTP.into()))
    }
}

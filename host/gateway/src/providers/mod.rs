//! What each provider's API wants to be asked and how it answers: values in, JSON out, and back. Nothing here sends
//! anything, knows a key, or decides whether to try again.

mod anthropic;
mod body;
mod call_id;
mod gemini;
pub(crate) mod instructions;
mod openai;
mod path;
pub(crate) mod presets;
mod reading;
mod refusal;
mod schema;

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use scorebox_core::Json;
use scorebox_engine::{ChatMessage, ChatRequest, ChatToolCall, FinishReason};

const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// The API that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// OpenAI's chat completions and embeddings, which most others speak too.
    OpenAi,
    /// The same on Azure: the key goes into another header, and older versions want `api-version` and a path by
    /// deployment.
    Azure,
    /// Anthropic's messages.
    Anthropic,
    /// Google's `generateContent` and `batchEmbedContents`.
    Gemini,
}

impl Protocol {
    /// The request that asks a chat model once. A structure that cannot express the request's schema gives way to a
    /// weaker one, so a reply may hold words around its JSON whatever was asked for.
    pub(crate) fn chat(
        self,
        options: &WireOptions,
        model: &str,
        request: &ChatRequest,
        structure: Structure,
    ) -> Result<WireRequest, NotSupported> {
        match self {
            Self::OpenAi => openai::chat(None, options, model, request, structure),
            Self::Azure => openai::chat(options.api_version.as_deref(), options, model, request, structure),
            Self::Anthropic => anthropic::chat(model, request, structure),
            Self::Gemini => gemini::chat(model, request, structure),
        }
    }

    /// Reads the body of a successful response to [`Protocol::chat`].
    pub(crate) fn read_chat(self, body: &[u8]) -> Result<WireReply, Unreadable> {
        match self {
            Self::OpenAi | Self::Azure => openai::read_chat(body),
            Self::Anthropic => anthropic::read_chat(body),
            Self::Gemini => gemini::read_chat(body),
        }
    }

    /// The request that embeds texts.
    pub(crate) fn embed(
        self,
        options: &WireOptions,
        model: &str,
        texts: &[String],
    ) -> Result<WireRequest, NotSupported> {
        match self {
            Self::OpenAi => openai::embed(None, model, texts),
            Self::Azure => openai::embed(options.api_version.as_deref(), model, texts),
            Self::Anthropic => Err(NotSupported(anthropic::NO_EMBEDDINGS.into())),
            Self::Gemini => gemini::embed(model, texts),
        }
    }

    /// Reads the body of a successful response to [`Protocol::embed`] with `count` texts: a vector for each, in their
    /// order.
    pub(crate) fn read_embeddings(self, body: &[u8], count: usize) -> Result<WireEmbeddings, Unreadable> {
        match self {
            Self::OpenAi | Self::Azure => openai::read_embeddings(body, count),
            Self::Anthropic => Err(Unreadable(anthropic::NO_EMBEDDINGS.into())),
            Self::Gemini => gemini::read_embeddings(body, count),
        }
    }

    /// Reads the body of a response with an error's status, whatever shape it has: servers that speak a protocol do
    /// not always answer with its errors.
    pub(crate) fn refusal(self, status: u16, body: &[u8]) -> Refusal {
        refusal::read(status, body)
    }

    /// The header that carries the key, and what stands before the key in it.
    pub(crate) fn key_header(self) -> (HeaderName, &'static str) {
        match self {
            Self::OpenAi => (AUTHORIZATION, "Bearer "),
            Self::Azure => (HeaderName::from_static("api-key"), ""),
            Self::Anthropic => (HeaderName::from_static("x-api-key"), ""),
            Self::Gemini => (HeaderName::from_static("x-goog-api-key"), ""),
        }
    }

    /// What to ask for after a structure was refused; `None` if it was none.
    pub(crate) fn weaker(self, structure: Structure) -> Option<Structure> {
        match (structure, self) {
            (Structure::Schema, Self::OpenAi | Self::Azure | Self::Gemini) => Some(Structure::AnyJson),
            (Structure::Schema, Self::Anthropic) | (Structure::AnyJson, _) => Some(Structure::PromptOnly),
            (Structure::PromptOnly, _) => None,
        }
    }
}

/// How requests to one provider differ from requests to others of the same protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WireOptions {
    /// The dated version of Azure's API, such as `2024-10-21`; without one, its v1 API is meant, which has OpenAI's
    /// paths behind a base URL that ends in `/openai/v1`.
    pub(crate) api_version: Option<String>,
    /// How the limit on tokens is called.
    pub(crate) max_tokens_field: MaxTokensField,
    /// How the seed is called.
    pub(crate) seed_field: SeedField,
}

/// How a provider that speaks OpenAI's API calls the limit on tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MaxTokensField {
    /// `max_tokens`: OpenAI's old name, which most others took over.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`: the name that OpenAI's reasoning models insist on.
    MaxCompletionTokens,
}

/// How a provider that speaks OpenAI's API calls the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeedField {
    /// `seed`, as with OpenAI.
    #[default]
    Seed,
    /// `random_seed`, as with Mistral.
    RandomSeed,
}

/// How a provider is asked for JSON that satisfies a schema, from the strictest way to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Structure {
    /// The provider's own feature with the schema.
    Schema,
    /// The provider's own feature for any JSON object, where it has one; the schema stands in the prompt.
    AnyJson,
    /// Only the prompt asks.
    PromptOnly,
}

/// One HTTP POST as the provider wants it, without the key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WireRequest {
    /// What comes after the base URL, such as `/chat/completions`, with its query where there is one.
    pub(crate) path: String,
    /// Headers that belong to the protocol, such as `anthropic-version`.
    pub(crate) headers: HeaderMap,
    /// The body, in which schemas and arguments are as they were given, down to the order of their members: models
    /// write the members of a reply in the order of the schema.
    pub(crate) body: Json,
}

/// A chat model's reply, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WireReply {
    pub(crate) text: String,
    pub(crate) tool_calls: Vec<ChatToolCall>,
    pub(crate) tokens: Tokens,
    /// The model that answered, as the provider names it; empty if it does not.
    pub(crate) model: String,
    pub(crate) finish_reason: FinishReason,
}

/// Vectors, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WireEmbeddings {
    pub(crate) vectors: Vec<Vec<f32>>,
    pub(crate) tokens: Tokens,
    /// The model that answered, as the provider names it; empty if it does not.
    pub(crate) model: String,
}

/// Tokens as providers bill them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Tokens read, those from the provider's prompt cache included.
    pub(crate) input: u64,
    /// Those among them that came from the provider's prompt cache.
    pub(crate) cached_input: u64,
    /// Tokens written, reasoning included.
    pub(crate) output: u64,
}

impl Tokens {
    /// Tokens read and written together.
    pub(crate) fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cached_input: self.cached_input.saturating_add(other.cached_input),
            output: self.output.saturating_add(other.output),
        }
    }
}

/// Why a request has no form in a provider's API; the text is for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotSupported(pub(crate) String);

/// Why a body is no reply; the text is for the user, and never quotes more than a little of the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);

/// What a provider said when it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Its message, shortened; never empty.
    pub(crate) message: String,
    /// Its own code or type, such as `insufficient_quota`.
    pub(crate) code: Option<String>,
    /// It does not know the structure that was asked for: a weaker one may do.
    pub(crate) refuses_structure: bool,
    /// It does not know the key, whatever the status says.
    pub(crate) refuses_key: bool,
    /// Trying again cannot help although the status says so, as with an exhausted quota.
    pub(crate) is_final: bool,
    /// How long it wants to be left alone, where the body says so; others say it in the header `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
}

/// The id of the call that a tool's message answers.
fn answered_call(index: usize, message: &ChatMessage) -> Result<&str, NotSupported> {
    message.tool_call_id.as_deref().ok_or_else(|| {
        NotSupported(format!("message {index} is a tool's result without a `tool-call-id`; give the id of the call"))
    })
}

#[cfg(test)]
mod tests;

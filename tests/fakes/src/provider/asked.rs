use http::HeaderMap;
use serde_json::Value;

use crate::schema_instance::schema_in_text;

/// The API that a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `/v1/…` with a bearer token.
    OpenAi,
    /// `/openai/…` with the header `api-key`.
    Azure,
    /// `/v1/messages` with the header `x-api-key`.
    Anthropic,
    /// `/v1beta/models/…` with the header `x-goog-api-key`.
    Gemini,
}

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A chat model's reply.
    Chat,
    /// Vectors for texts.
    Embed,
}

/// A request that passed every check.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The API that it came in.
    pub protocol: Protocol,
    /// What it wants.
    pub operation: Operation,
    /// The model, or Azure's deployment.
    pub model: String,
    /// The path with its query.
    pub path: String,
    /// The headers, the key among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// The text of the last message of the user; the last text to embed.
    pub text: String,
    /// All text of the request: the system's, the conversation's, the texts to embed.
    pub prompt: String,
    /// The JSON Schema that the reply must satisfy, where the provider's own feature was used to ask for it.
    pub schema: Option<Value>,
    /// The most tokens that the reply may have.
    pub max_tokens: Option<u64>,
}

impl Asked {
    /// The schema that the provider was asked for, or else the first one in the prompt.
    pub fn any_schema(&self) -> Option<Value> {
        self.schema.clone().or_else(|| schema_in_text(&self.prompt))
    }

    /// A header's value, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What the checks found in a body.
pub(crate) struct Read {
    pub(crate) model: String,
    pub(crate) text: String,
    pub(crate) prompt: String,
    pub(crate) schema: Option<Value>,
    pub(crate) max_tokens: Option<u64>,
    /// The texts to embed.
    pub(crate) texts: Vec<String>,
}

/// Collects a request's text while it is checked.
#[derive(Default)]
pub(crate) struct Texts {
    /// All of it, one line or more for each text.
    pub(crate) prompt: String,
    /// The last message of the user.
    pub(crate) last_of_user: String,
}

impl Texts {
    pub(crate) fn add(&mut self, text: &str) {
        if !self.prompt.is_empty() {
            self.prompt.push('\n');
        }
        self.prompt.push_str(text);
    }

    pub(crate) fn start_user_message(&mut self) {
        self.last_of_user.clear();
    }

    pub(crate) fn add_of_user(&mut self, text: &str) {
        if !self.last_of_user.is_empty() {
            self.last_of_user.push('\n');
        }
        self.last_of_user.push_str(text);
        self.add(text);
    }
}

impl Read {
    /// A request for vectors.
    pub(crate) fn of_texts(model: String, texts: Vec<String>) -> Self {
        Self {
            model,
            text: texts.last().cloned().unwrap_or_default(),
            prompt: texts.join("\n"),
            schema: None,
            max_tokens: None,
            texts,
        }
    }
}

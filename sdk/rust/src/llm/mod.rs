//! Models, reached through the host: it holds the keys, picks the provider, retries, and keeps the budget.
//!
//! ```no_run
//! use scorebox_sdk::llm;
//!
//! # fn judge(answer: &str) -> scorebox_sdk::Result<bool> {
//! let reply = llm::Request::new("judge")
//!     .system("Answer with yes or no.")
//!     .user(format!("Is this answer polite?\n\n{answer}"))
//!     .temperature(0.0)
//!     .max_tokens(5)
//!     .complete()?;
//! # Ok(reply.text.starts_with("yes"))
//! # }
//! ```
//!
//! Natively there is no host to ask: every call answers [`Error::Denied`], unless a test sets
//! [`testing::answer_with`].

mod name;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::config_schema;
use crate::json::to_json;

pub use name::ModelName;

/// Asks a model once.
pub fn complete(request: &Request) -> Result<Response, Error> {
    host::complete(request)
}

/// Asks several times at once and answers in the order of the requests.
pub fn complete_all(requests: &[Request]) -> Vec<Result<Response, Error>> {
    host::complete_all(requests)
}

/// Embeds texts with the model behind an alias.
pub fn embed(model: &str, texts: &[String]) -> Result<Embeddings, Error> {
    host::embed(model, texts)
}

/// One request to a chat model.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// A model alias, such as `judge`, that the operator maps to a provider and a model.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// Sampling temperature; `None` leaves it to the provider.
    pub temperature: Option<f64>,
    /// The most tokens that the reply may have; `None` leaves it to the operator.
    pub max_tokens: Option<u32>,
    /// Asks the provider for repeatable sampling, where it can.
    pub seed: Option<u64>,
    /// A JSON Schema that the reply's text must satisfy.
    pub response_schema: Option<String>,
    /// The tools that the model may ask for.
    pub tools: Vec<Tool>,
    /// Further inference parameters, a JSON object, passed on to the provider as they are.
    pub parameters: Option<String>,
}

impl Request {
    /// An empty conversation with the model behind an alias.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            messages: Vec::new(),
            temperature: None,
            max_tokens: None,
            seed: None,
            response_schema: None,
            tools: Vec::new(),
            parameters: None,
        }
    }

    /// Adds a system message.
    #[must_use]
    pub fn system(self, content: impl Into<String>) -> Self {
        self.message(Message::new(Role::System, content))
    }

    /// Adds a message of the user.
    #[must_use]
    pub fn user(self, content: impl Into<String>) -> Self {
        self.message(Message::new(Role::User, content))
    }

    /// Adds a message of the model.
    #[must_use]
    pub fn assistant(self, content: impl Into<String>) -> Self {
        self.message(Message::new(Role::Assistant, content))
    }

    /// Adds any message.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Sets the sampling temperature.
    #[must_use]
    pub fn temperature(self, temperature: f64) -> Self {
        Self { temperature: Some(temperature), ..self }
    }

    /// Sets the most tokens that the reply may have.
    #[must_use]
    pub fn max_tokens(self, max_tokens: u32) -> Self {
        Self { max_tokens: Some(max_tokens), ..self }
    }

    /// Asks for repeatable sampling.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Asks for a reply that [`Response::parse`] can turn into a `T`.
    #[must_use]
    pub fn respond_with<T: JsonSchema>(self) -> Self {
        Self { response_schema: Some(config_schema::<T>()), ..self }
    }

    /// Asks for a reply that satisfies a JSON Schema.
    #[must_use]
    pub fn response_schema(self, schema: &serde_json::Value) -> Self {
        Self { response_schema: Some(schema.to_string()), ..self }
    }

    /// Offers the model a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Sets further inference parameters, an object.
    #[must_use]
    pub fn parameters(self, parameters: &serde_json::Value) -> Self {
        Self { parameters: Some(parameters.to_string()), ..self }
    }

    /// Asks the model.
    pub fn complete(&self) -> Result<Response, Error> {
        complete(self)
    }
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one who sets the rules.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// One message of a conversation with a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The text; may be empty when there are tool calls.
    pub content: String,
    /// The tool calls of an assistant's message.
    pub tool_calls: Vec<ToolCall>,
    /// For a tool's message: the id of the call that it answers.
    pub tool_call_id: Option<String>,
}

impl Message {
    /// A message without tool calls.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }

    /// The result of a tool call.
    pub fn tool_result(call: &ToolCall, content: impl Into<String>) -> Self {
        Self { tool_call_id: Some(call.id.clone()), ..Self::new(Role::Tool, content) }
    }
}

/// A tool that the model may ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// The tool's name.
    pub name: String,
    /// What it does, for the model to read.
    pub description: String,
    /// A JSON Schema for its arguments.
    pub parameters: String,
}

impl Tool {
    /// A tool whose arguments are a `T`.
    pub fn new<T: JsonSchema>(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), description: description.into(), parameters: config_schema::<T>() }
    }
}

/// A tool that the model wants called.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// Ties the result to the call.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, a JSON object.
    pub arguments: String,
}

/// A model's reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The text; JSON that satisfies the schema when the request had one.
    pub text: String,
    /// The tools that the model asks for.
    pub tool_calls: Vec<ToolCall>,
    /// What the request used up.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    pub model: String,
    /// Why the reply ended.
    pub finish_reason: FinishReason,
}

impl Response {
    /// A reply for tests: a text that the model was done with.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tool_calls: Vec::new(),
            usage: Usage::default(),
            model: "test".to_owned(),
            finish_reason: FinishReason::Stop,
        }
    }

    /// A reply for tests: a value as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, Error> {
        to_json(value).map(Self::new).map_err(|error| Error::InvalidReply(error.to_string()))
    }

    /// Reads the text as JSON.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|error| Error::InvalidReply(error.to_string()))
    }
}

/// What a request used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The limit on tokens was reached.
    Length,
    /// The model asks for tools.
    ToolCalls,
    /// The provider's filter stepped in.
    ContentFilter,
    /// The provider gave another reason.
    Other,
}

/// Vectors for a list of texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    /// One vector for each text, in order.
    pub vectors: Vec<Vec<f32>>,
    /// What the request used up.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    pub model: String,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The operator did not grant this; the text says which rule, and how to grant it.
    Denied(String),
    /// The request would exceed the budget of the call, the scorer or the run.
    OverBudget(String),
    /// The request itself is wrong: an empty conversation, a schema that is none.
    InvalidRequest(String),
    /// The provider could not be reached, or kept failing.
    Unavailable(String),
    /// The reply does not satisfy the schema, after one attempt at repair.
    InvalidReply(String),
    /// The deadline passed.
    Timeout(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, text) = match self {
            Self::Denied(text) => ("denied", text),
            Self::OverBudget(text) => ("over budget", text),
            Self::InvalidRequest(text) => ("invalid request", text),
            Self::Unavailable(text) => ("unavailable", text),
            Self::InvalidReply(text) => ("invalid reply", text),
            Self::Timeout(text) => ("timeout", text),
        };
        write!(formatter, "model: {class}: {text}")
    }
}

impl std::error::Error for Error {}

#[cfg(target_family = "wasm")]
#[path = "host.rs"]
mod host;

#[cfg(not(target_family = "wasm"))]
#[path = "native.rs"]
mod host;

#[cfg(not(target_family = "wasm"))]
pub use host::testing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use scorebox_engine::{
    Caller, ChatRequest, ChatResponse, Embeddings, HttpError, HttpRequest, HttpResponse, LlmError, Outgoing,
};
use serde::Deserialize;
use serde_json::Value;

/// A way out of the sandbox that answers from a file. A request that is not in it is denied and remembered: that is how
/// a guest is caught which asks for something else than the others do.
#[derive(Clone, Debug)]
pub struct Recorded {
    file: Arc<File>,
    unknown: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    chat: Vec<Chat>,
    embed: Vec<Embed>,
    http: Vec<Http>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chat {
    request: Value,
    reply: Option<ChatResponse>,
    error: Option<LlmError>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Embed {
    model: String,
    texts: Vec<String>,
    reply: Embeddings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    method: String,
    url: String,
    body: String,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    reply: String,
    error: Option<HttpFailure>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HttpFailure {
    Denied,
    Unavailable,
}

impl Recorded {
    /// Reads what `vectors/outside.json` says; panics where it is wrong.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let file = serde_json::from_str(text).expect("the recorded answers are well-formed");
        Self { file: Arc::new(file), unknown: Arc::default() }
    }

    /// What was asked for that has no answer.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        self.unknown.lock().expect("no test panics while it holds the lock").clone()
    }

    fn remember(&self, request: String) {
        self.unknown.lock().expect("no test panics while it holds the lock").push(request);
    }

    fn chat(&self, request: &ChatRequest) -> Result<ChatResponse, LlmError> {
        let asked = ChatRequest { repeat: 0, ..request.clone() };
        let asked = serde_json::to_value(asked).expect("a request has a JSON form");
        match self.file.chat.iter().find(|chat| chat.request == asked) {
            Some(Chat { reply: Some(reply), .. }) => Ok(reply.clone()),
            Some(Chat { error: Some(error), .. }) => Err(error.clone()),
            _ => {
                self.remember(asked.to_string());
                Err(LlmError::Denied("not recorded".to_owned()))
            }
        }
    }

    fn find_http(&self, method: &http::Method, url: &http::Uri, body: Option<&[u8]>) -> Option<&Http> {
        self.file.http.iter().find(|known| {
            known.method == method.as_str()
                && *url == *known.url
                && body.is_none_or(|body| body == known.body.as_bytes())
        })
    }
}

#[async_trait]
impl Outgoing for Recorded {
    async fn complete(&self, _: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.chat(&request)
    }

    async fn complete_all(&self, _: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        requests.iter().map(|request| self.chat(request)).collect()
    }

    async fn embed(&self, _: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        match self.file.embed.iter().find(|known| known.model == model && known.texts == texts) {
            Some(known) => Ok(known.reply.clone()),
            None => {
                self.remember(format!("embed {texts:?} with {model}"));
                Err(LlmError::Denied("not recorded".to_owned()))
            }
        }
    }

    async fn admit_http(&self, _: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        match self.find_http(&request.method, &request.uri, None) {
            Some(Http { error: Some(HttpFailure::Denied), .. }) => Err(HttpError::Denied("not granted".to_owned())),
            Some(_) => Ok(()),
            None => {
                self.remember(format!("{} {}", request.method, request.uri));
                Err(HttpError::Denied("not recorded".to_owned()))
            }
        }
    }

    async fn http(&self, _: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.request;
        let has_header = request.headers().get("x-conformance").is_some_and(|value| value == "yes");
        let known = self.find_http(request.method(), request.uri(), Some(request.body())).filter(|_| has_header);
        let Some(known) = known else {
            self.remember(format!("{request:?}"));
            return Err(HttpError::Denied("not recorded".to_owned()));
        };
        if known.error.is_some() {
            return Err(HttpError::Unavailable("connection refused".to_owned()));
        }
        let mut response = http::Response::builder().status(known.status);
        for (name, value) in &known.headers {
            response = response.header(name, value);
        }
        let response = response.body(known.reply.clone().into()).expect("the recorded response is well-formed");
        Ok(HttpResponse { response })
    }
}

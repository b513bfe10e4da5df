use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use scorebox_engine::{
    ChatRequest, ChatResponse, Embeddings, HttpError, HttpRequest, HttpResponse, LlmError, Outgoing as _,
};
use scorebox_gateway::{Door, Gateway, ModelReading};
use tempfile::TempDir;

use super::{ALIAS, caller, chat};

/// An open gateway and one way out of it.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) gateway: Gateway,
    pub(crate) door: Door,
    /// Keeps the files of the setup.
    pub(super) _folder: Arc<TempDir>,
}

impl Way {
    /// Sends a request.
    pub(crate) async fn complete(&self, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.door.complete(&caller(), request).await
    }

    /// Asks one thing.
    pub(crate) async fn ask(&self, text: &str) -> Result<ChatResponse, LlmError> {
        self.complete(chat(text)).await
    }

    /// Sends requests at once.
    pub(crate) async fn complete_all(&self, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        self.door.complete_all(&caller(), requests).await
    }

    /// Embeds texts.
    pub(crate) async fn embed(&self, texts: &[&str]) -> Result<Embeddings, LlmError> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.door.embed(&caller(), ALIAS.to_owned(), texts).await
    }

    /// Sends an HTTP request, if the door admits it as it decides later.
    pub(crate) async fn http(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, _) = request.request.clone().into_parts();
        let admitted = self.door.admit_http(&caller(), &parts).await;
        let outcome = self.door.http(&caller(), request).await;
        if let Err(refusal) = admitted {
            assert_eq!(outcome.err(), Some(refusal.clone()), "one check refuses what the other lets through");
            return Err(refusal);
        }
        outcome
    }

    /// Gets a URL.
    pub(crate) async fn get(&self, url: &str) -> Result<HttpResponse, HttpError> {
        self.http(http_request(Method::GET, url)).await
    }

    /// What happened to all models.
    pub(crate) fn reading(&self) -> ModelReading {
        self.gateway.reading().total()
    }
}

/// A request without headers and body, whose answer may have a mebibyte.
pub(crate) fn http_request(method: Method, url: &str) -> HttpRequest {
    let request = Request::builder().method(method).uri(url).body(Bytes::new()).unwrap();
    HttpRequest { request, timeout: None, max_body_bytes: 1 << 20, repeat: 0 }
}

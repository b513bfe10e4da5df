use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use scorebox_engine::{
    Caller, ChatRequest, ChatResponse, Embeddings, HttpError, HttpRequest, HttpResponse, LlmError, Outgoing,
};

use crate::config::Permissions;
use crate::gateway::Gateway;
use crate::http::check;
use crate::spending::Ledger;

/// The way out for one scorer or predict function: the gateway, behind what this function may do.
#[derive(Clone, Debug)]
pub struct Door {
    gateway: Gateway,
    function: String,
    permissions: Permissions,
    ledger: Arc<Ledger>,
}

impl Door {
    pub(crate) fn new(gateway: Gateway, function: &str, permissions: Permissions) -> Self {
        let ledger = Ledger::new(format!("the budget of `{function}`"), permissions.budget);
        Self { gateway, function: function.to_owned(), permissions, ledger }
    }

    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    pub(crate) fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }
}

#[async_trait]
impl Outgoing for Door {
    async fn complete(&self, _: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.gateway.inner.complete(self, request).await
    }

    async fn complete_all(&self, _: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        join_all(requests.into_iter().map(|request| self.gateway.inner.complete(self, request))).await
    }

    async fn embed(&self, _: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        self.gateway.inner.embed(self, model, texts).await
    }

    async fn admit_http(&self, _: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        check(&self.permissions.http, &request.method, &request.uri)
    }

    async fn http(&self, _: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.gateway.inner.http(self, request).await
    }
}

//! Ways out of the sandbox that watch when who asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use scorebox_engine::{
    Caller, ChatRequest, ChatResponse, Embeddings, HttpError, HttpRequest, HttpResponse, LlmError, Outgoing,
};
use scorebox_eval::{StopReason, Stopper};
use scorebox_tests::FakeGateway;
use tokio::sync::Semaphore;

/// What happens while someone asks for an embedding; the guest asks for nothing else.
#[async_trait]
pub(crate) trait Watch: std::fmt::Debug + Send + Sync + 'static {
    async fn asked(&self, caller: &Caller);
}

/// A way out that is watched.
#[derive(Debug)]
pub(crate) struct Watched<W>(pub(crate) W);

#[async_trait]
impl<W: Watch> Outgoing for Watched<W> {
    async fn complete(&self, caller: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        FakeGateway::Answers.complete(caller, request).await
    }

    async fn complete_all(&self, caller: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        FakeGateway::Answers.complete_all(caller, requests).await
    }

    async fn embed(&self, caller: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        self.0.asked(caller).await;
        FakeGateway::Answers.embed(caller, model, texts).await
    }

    async fn admit_http(&self, caller: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        FakeGateway::Answers.admit_http(caller, request).await
    }

    async fn http(&self, caller: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        FakeGateway::Answers.http(caller, request).await
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nobody;

#[async_trait]
impl Watch for Nobody {
    async fn asked(&self, _: &Caller) {}
}

/// Lets the prediction of a second row wait until a first row is scored.
#[derive(Debug)]
pub(crate) struct FirstRowFirst {
    first: &'static str,
    second: &'static str,
    first_is_scored: Semaphore,
}

impl FirstRowFirst {
    pub(crate) fn new(first: &'static str, second: &'static str) -> Self {
        Self { first, second, first_is_scored: Semaphore::new(0) }
    }
}

#[async_trait]
impl Watch for FirstRowFirst {
    async fn asked(&self, caller: &Caller) {
        if caller.function == "row" && caller.example_id == self.first {
            self.first_is_scored.add_permits(1);
        }
        if caller.function == "echo" && caller.example_id == self.second {
            let _permit = self.first_is_scored.acquire().await.unwrap();
        }
    }
}

/// Counts how many ask at once, sessions aside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crowd(Arc<(AtomicUsize, AtomicUsize)>);

impl Crowd {
    /// The most that ever asked at once.
    pub(crate) fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Watch for Crowd {
    async fn asked(&self, caller: &Caller) {
        if caller.function == "session" {
            return;
        }
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Brings the run to an end while a row is scored.
#[derive(Debug)]
pub(crate) struct StopAt {
    row: &'static str,
    stopper: Stopper,
    reason: StopReason,
}

impl StopAt {
    pub(crate) fn new(row: &'static str, stopper: Stopper, reason: StopReason) -> Self {
        Self { row, stopper, reason }
    }
}

#[async_trait]
impl Watch for StopAt {
    async fn asked(&self, caller: &Caller) {
        if caller.example_id == self.row {
            self.stopper.stop(self.reason);
        }
    }
}

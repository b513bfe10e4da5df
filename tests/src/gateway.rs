use async_trait::async_trait;
use scorebox_core::{Cost, Usage};
use scorebox_engine::{
    Caller, ChatRequest, ChatResponse, Embeddings, FinishReason, HttpError, HttpRequest, HttpResponse, LlmError,
    Outgoing,
};

/// A way out of the sandbox that leads nowhere: it makes its answers up, or never answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FakeGateway {
    /// Answers at once; a model's reply costs ten tokens.
    Answers,
    /// Leaves every call waiting.
    NeverAnswers,
}

impl FakeGateway {
    /// What one reply of a model costs, in tokens.
    pub const USAGE: Usage =
        Usage { requests: 1, input_tokens: 7, output_tokens: 3, cost: Cost::from_picodollars(1_000) };

    async fn wait(self) {
        if self == Self::NeverAnswers {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Outgoing for FakeGateway {
    async fn complete(&self, _: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.wait().await;
        Ok(ChatResponse {
            text: format!("{} says yes", request.model),
            tool_calls: Vec::new(),
            usage: Self::USAGE,
            model: request.model,
            finish_reason: FinishReason::Stop,
        })
    }

    async fn complete_all(&self, caller: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        let mut replies = Vec::new();
        for request in requests {
            replies.push(self.complete(caller, request).await);
        }
        replies
    }

    async fn embed(&self, _: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        self.wait().await;
        Ok(Embeddings { vectors: texts.iter().map(|_| vec![0.5, 0.5]).collect(), usage: Self::USAGE, model })
    }

    async fn admit_http(&self, _: &Caller, _: &http::request::Parts) -> Result<(), HttpError> {
        Ok(())
    }

    async fn http(&self, _: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.wait().await;
        let host = request.request.uri().host().unwrap_or_default().to_owned();
        Ok(HttpResponse { response: http::Response::new(bytes::Bytes::from(host)) })
    }
}

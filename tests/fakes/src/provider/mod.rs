//! A model provider over HTTP that checks what it is asked as strictly as the real ones.

mod answer;
mod anthropic;
mod anthropic_messages;
mod asked;
mod builder;
mod check;
mod counts;
mod dialect;
mod gemini;
mod gemini_contents;
mod openai;
mod openai_messages;
mod openai_reply;
mod reply;
mod route;
mod schema_rules;
mod service;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::Result;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::provider::builder::Settings;
use crate::provider::counts::add;
use crate::provider::service::Provider;
use crate::serve::{ResetSwitch, Server, Socket};
use crate::tls::Tls;

pub use answer::{Answer, AskedToolCall, DEFAULT_TEXT, TokenUsage, default_answer, default_embedding};
pub use asked::{Asked, Operation, Protocol};
pub use builder::{DEFAULT_KEY, FakeProviderBuilder, StructureSupport};
pub use counts::Counts;

/// A model provider that listens on loopback until it is dropped.
pub struct FakeProvider {
    provider: Arc<Provider>,
    tls: Option<Tls>,
    server: Server,
}

impl FakeProvider {
    /// A provider to be put together.
    pub fn builder() -> FakeProviderBuilder {
        FakeProviderBuilder::new()
    }

    /// A provider that answers at once, with [`default_answer`].
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    async fn serve(settings: Settings, ip: IpAddr, port: u16, tls: Option<Tls>) -> Result<Self> {
        let provider = Arc::new(Provider::new(settings));
        let (serving, acceptor) = (Arc::clone(&provider), tls.as_ref().and_then(Tls::acceptor));
        let server = Server::start(ip, port, move |socket: Socket| {
            let (provider, acceptor) = (Arc::clone(&serving), acceptor.clone());
            add(&provider.counters.connections, 1);
            async move {
                let reset = socket.reset_switch();
                match acceptor {
                    None => serve_connection(provider, socket, reset).await,
                    Some(acceptor) => match acceptor.accept(socket).await {
                        Ok(stream) => serve_connection(provider, stream, reset).await,
                        Err(_) => add(&provider.counters.failed_handshakes, 1),
                    },
                }
            }
        })
        .await?;
        Ok(Self { provider, tls, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Scheme, address and port, such as `http://127.0.0.1:34567`; `https` when it was to speak TLS.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address())
    }

    /// The base URL of one of the APIs, to which a client adds paths such as `/chat/completions`, `/messages` or
    /// `/models/…:generateContent`.
    pub fn base_url(&self, protocol: Protocol) -> String {
        let path = match protocol {
            Protocol::OpenAi | Protocol::Anthropic => "/v1",
            Protocol::Azure => "/openai/v1",
            Protocol::Gemini => "/v1beta",
        };
        format!("{}{path}", self.url())
    }

    /// The CA that a client must trust, in PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_ref().map(Tls::ca_pem)
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        self.provider.counters.snapshot()
    }

    /// The last requests that passed the checks, oldest first.
    pub fn recorded(&self) -> Vec<Arc<Asked>> {
        self.provider.recorded()
    }

    /// The last requests that did not, as status and message: what to look at when a test gets an unexpected 400.
    pub fn refusals(&self) -> Vec<String> {
        self.provider.refusals()
    }
}

impl fmt::Debug for FakeProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FakeProvider").field("url", &self.url()).finish_non_exhaustive()
    }
}

async fn serve_connection(
    provider: Arc<Provider>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    reset: ResetSwitch,
) {
    let service = service_fn(move |request| {
        let (provider, reset) = (Arc::clone(&provider), reset.clone());
        async move { provider.serve(request, &reset).await }
    });
    // That a client goes away, or is sent away on purpose, is no error here.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

//! Fakes of outside services, for tests and benchmarks. They listen on loopback only, each on a free port, and stop
//! when they are dropped.
//!
//! - [`FakeProvider`]: a model provider that speaks OpenAI's, Azure's, Anthropic's and Gemini's API, checks every
//!   request strictly, and fails when it is told to.
//! - [`MisbehavingServer`]: an HTTP peer with bad manners.
//! - [`CountingListener`]: proves that nothing arrived.
//! - `PostgresServer`: no fake, but the real server, in a temporary folder.
//!
//! A test says what the model answers and what goes wrong, and looks at what was asked:
//!
//! ```
//! use scorebox_fakes::{Answer, Failure, FakeProvider, Protocol};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! let provider = FakeProvider::builder()
//!     .key("sk-test")
//!     .answer(|asked| Answer::text(format!("You said: {}", asked.text)))
//!     .fail_first(vec![Failure::status(503)])
//!     .start()
//!     .await?;
//! let base_url = provider.base_url(Protocol::OpenAi);
//! // … the code under test sends its requests to `base_url` with the key `sk-test` …
//! # let _ = base_url;
//! assert_eq!(provider.counts().server_error, 0);
//! assert!(provider.recorded().is_empty());
//! assert!(provider.refusals().is_empty(), "what was asked is not what the API wants");
//! # Ok(())
//! # }
//! ```
//!
//! Checks come before failures: a request that the API would not take is a 400 in any weather, and only those that it
//! would take are numbered for [`FakeProviderBuilder::fail_first`] and [`Chaos`]. The binary `scorebox-fake-provider`
//! is the same provider as a process of its own.

mod chaos;
mod counting;
mod http_date;
mod misbehaving;
#[cfg(unix)]
mod postgres;
mod provider;
mod schema_instance;
mod serve;
mod tls;

pub use chaos::{Chaos, Failure, RetryAfter};
pub use counting::CountingListener;
pub use misbehaving::{MisbehavingServer, Misbehaviour};
#[cfg(unix)]
pub use postgres::PostgresServer;
pub use provider::{
    Answer, Asked, AskedToolCall, Counts, DEFAULT_KEY, DEFAULT_TEXT, FakeProvider, FakeProviderBuilder, Operation,
    Protocol, StructureSupport, TokenUsage, default_answer, default_embedding,
};
pub use schema_instance::{instance_of, schema_in_text};
pub use tls::BrokenTls;

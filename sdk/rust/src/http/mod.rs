//! HTTP, sent by the host: it checks every request against the operator's grants, adds the secrets, and bounds the bytes.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use scorebox_sdk::{http, json};
//!
//! # fn answer(question: &str) -> scorebox_sdk::Result<String> {
//! let reply = http::Request::post("https://app.example/chat")
//!     .json(&json!({ "question": question }))
//!     .timeout(Duration::from_secs(20))
//!     .send()?;
//! # Ok(reply.text()?.to_owned())
//! # }
//! ```
//!
//! A reply of any status is a [`Response`]. Bodies are whole: nothing is streamed. A plugin that sends nothing imports
//! nothing of HTTP.
//!
//! Natively there is no host to send for it: every request answers [`Error::Denied`], unless a test sets
//! [`testing::answer_with`].

mod error;
mod redirect;
mod request;
mod response;
mod url;

pub use error::Error;
pub use request::{Method, Request};
pub use response::Response;
pub use url::Url;

#[cfg(target_family = "wasm")]
#[path = "host.rs"]
mod host;

#[cfg(not(target_family = "wasm"))]
#[path = "native.rs"]
mod host;

#[cfg(not(target_family = "wasm"))]
pub use host::testing;

//! All that leaves the sandbox: models and HTTP peers, reached under the operator's policy.
//!
//! The gateway holds the keys, keeps the budgets, retries, caches, records and replays. It is the only crate that opens a
//! connection for a guest. It must never know what a component is or how it runs, what a dataset is, or where results go:
//! it implements the engine's [`Outgoing`](scorebox_engine::Outgoing), and nothing else of the engine.

mod config;
mod door;
mod estimate;
mod gateway;
mod http;
mod model;
mod net;
mod pace;
mod parameters;
mod provider;
mod providers;
mod replies;
mod secret;
mod spending;
mod structured;

pub use config::{Budget, GatewayConfig, ModelConfig, Permissions, ProviderConfig, Replies};
pub use door::Door;
pub use gateway::{Estimate, Gateway, GatewayError, ModelProblem};
pub use model::{InvalidModelReference, ModelReference};
pub use net::{HttpGrant, InvalidHttpGrant, Lookup, SystemLookup};
pub use provider::ProviderProblem;
pub use providers::Protocol;
pub use replies::{CacheError, CacheInfo, CassetteError, ReplyCache};
pub use secret::{SecretProblem, SecretSource};
pub use spending::{MeterReading, ModelReading, Price};

//! Components in, typed calls out: this crate loads untrusted components, bounds and isolates them, and calls them.
//!
//! It must never know what a dataset is, where results go, or how a provider is reached: outgoing calls leave through
//! [`Outgoing`], which the gateway implements. Its public face is plain, serialisable values, so that a process
//! boundary can be put behind it without changing a caller.

mod bindings;
mod budget;
mod call;
mod capture;
mod compile;
mod config;
mod cost;
mod cpu;
mod engine;
mod error;
mod exports;
mod failure;
mod fields;
mod grants;
mod idle;
mod imports;
mod inspect;
mod limiter;
mod linker;
mod machine;
mod outgoing;
mod output;
mod plugin;
mod predictor;
mod scorer;
mod signature;
mod state;
mod ticker;
mod wasi;

pub use capture::{LogLevel, LogLine};
pub use compile::{CompileIn, WorkerCommand, run_compile_worker};
pub use config::{CallLimits, CompileLimits, CompileObserver, Compiling, EngineConfig};
pub use cost::InstanceCost;
pub use engine::Engine;
pub use error::{EngineError, LoadError, SetupError};
pub use grants::{DirAccess, DirGrant, Grants};
pub use inspect::{ContractVersion, Inspection, inspect};
pub use outgoing::{
    Caller, ChatMessage, ChatRequest, ChatResponse, ChatRole, ChatTool, ChatToolCall, Embeddings, FinishReason,
    HttpError, HttpRequest, HttpResponse, LlmError, NothingGranted, Outgoing,
};
pub use plugin::Plugin;
pub use predictor::{Predicted, Predictor};
pub use scorer::{Isolation, Scored, Scorer};
pub use state::CallSettings;

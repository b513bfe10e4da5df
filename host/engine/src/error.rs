use std::path::PathBuf;
use std::time::Duration;

use scorebox_core::{Digest, Failure};

use crate::inspect::ContractVersion;

/// Why an engine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The settings do not fit together, or not this machine.
    #[error("the WebAssembly engine cannot be set up: {0}")]
    Config(String),
    /// The thread that interrupts guests could not be started.
    #[error("the engine's ticker thread cannot be started: {0}")]
    Ticker(#[source] std::io::Error),
    /// The compile cache cannot be used.
    #[error("the compile cache {path} cannot be used: {reason}")]
    Cache {
        /// The cache directory.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
}

/// Why a component was refused. Nothing of it has run unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The component is larger than allowed.
    #[error("the component has {size} bytes, more than the limit component_bytes of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes are a core module.
    #[error(
        "this is a core WebAssembly module, not a component; make a component of it with the SDK's build or with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// The bytes are neither a component nor a module, or damaged.
    #[error("not a valid component: {message} (at byte {offset})")]
    Malformed {
        /// Where the first defect is.
        offset: usize,
        /// What it is.
        message: String,
    },
    /// The component exports neither scorers nor predict functions.
    #[error(
        "the component exports neither scorebox:plugin/scorers nor scorebox:plugin/predictors, so it is no Scorebox \
         plugin; it exports {}", list_or_nothing(.exports)
    )]
    NotAPlugin {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// The component was built against a version of the contract that this host does not speak.
    #[error(
        "the component was built against scorebox:plugin@{found}; this host supports {oldest} to {newest}: \
         {}", if .found > .newest { "update Scorebox" } else { "rebuild the plugin with a newer SDK" }
    )]
    UnsupportedContract {
        /// The version in the component.
        found: ContractVersion,
        /// The oldest supported version.
        oldest: ContractVersion,
        /// The newest supported version.
        newest: ContractVersion,
    },
    /// The component imports what this host does not offer.
    #[error(
        "the component imports what Scorebox does not offer: {}; a plugin may import scorebox:plugin/*, \
         wasi:http/outgoing-handler and the WASI 0.2 interfaces for cli, clocks, filesystem, io and random (never sockets)",
        .imports.join(", ")
    )]
    ImportsNotOffered {
        /// The imports in question.
        imports: Vec<String>,
    },
    /// The component does not fit the contract or the engine's bounds.
    #[error("the component does not fit the contract: {0}")]
    DoesNotFit(String),
    /// Compiling took longer than allowed and was given up.
    #[error("compiling the component took longer than the limit compile.time of {} s and was given up", .limit.as_secs_f64())]
    CompileTimeout {
        /// The limit.
        limit: Duration,
    },
    /// The compiler failed.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    /// The component was instantiated to ask what it holds, and that failed.
    #[error("the component ({digest}) cannot be asked what it holds: describe failed with {}: {failure}", .failure.kind)]
    Describe {
        /// The component.
        digest: Digest,
        /// What happened.
        failure: Box<Failure>,
    },
    /// The component describes itself in a way that the contract rules out.
    #[error("the component ({digest}) describes itself wrongly: {reason}")]
    InvalidDescription {
        /// The component.
        digest: Digest,
        /// What is wrong.
        reason: String,
    },
}

/// Why a scorer or predict function cannot be set up for calls.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The component holds nothing of that name.
    #[error("there is no {what} named `{name}` in this component; it has {}", list_or_nothing(.known))]
    Unknown {
        /// `scorer` or `predict function`.
        what: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The limits do not fit the engine.
    #[error("{0}")]
    Limits(String),
    /// A granted directory cannot be opened.
    #[error("the granted directory {path} cannot be opened: {reason}")]
    Grant {
        /// The directory on the host.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn list_or_nothing(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

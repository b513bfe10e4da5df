use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use scorebox_core::{Cost, Digest};

use crate::compile::CompileIn;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// How an engine is set up. Everything here holds for all plugins that it loads.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// How many guests may be alive at once; further calls wait for a place.
    pub max_instances: NonZeroUsize,
    /// The most linear memory that any guest can be granted, in bytes: the size of a slot in the pool.
    /// [`CallLimits::memory_bytes`] says what a call gets.
    pub max_memory_bytes: usize,
    /// How much linear memory all guests together are to have, in bytes: further ones wait until what guests of their kind
    /// were seen to need fits. A guest that suddenly takes more, up to its own limit, is not stopped. None takes half of what
    /// is available to this process when the engine starts.
    pub memory_budget_bytes: Option<u64>,
    /// The most elements that any table can be granted.
    pub max_table_elements: usize,
    /// The stack of a guest, in bytes.
    pub stack_bytes: usize,
    /// How often running guests are interrupted, to measure their CPU time and to let others run.
    pub tick: Duration,
    /// Counts instructions, so that [`CallLimits::fuel`] can be set. Makes guests slower by about 15 %.
    pub counts_fuel: bool,
    /// Where compiled components are kept, a directory that only this user can write to; none keeps them nowhere.
    pub cache_dir: Option<PathBuf>,
    /// What compiling a component may cost.
    pub compile: CompileLimits,
    /// Where components are compiled.
    pub compile_in: CompileIn,
    /// Hears of compilations that take a while.
    pub compile_observer: Option<Arc<dyn CompileObserver>>,
}

/// Hears of compilations that take a while, to tell a person who waits.
pub trait CompileObserver: Debug + Send + Sync {
    /// A component is about to be compiled; called for components of more than 1.5 MB, which take seconds.
    fn compiling(&self, component: &Compiling<'_>);
}

/// A component that is being compiled.
#[derive(Clone, Copy, Debug)]
pub struct Compiling<'a> {
    /// What it was called when it was loaded.
    pub label: Option<&'a str>,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size_bytes: usize,
    /// Whether what comes out is kept for later.
    pub is_kept: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            max_instances: NonZeroUsize::new(64).unwrap_or(NonZeroUsize::MIN),
            max_memory_bytes: 1024 * MIB,
            memory_budget_bytes: None,
            max_table_elements: 100_000,
            stack_bytes: 512 * KIB,
            tick: Duration::from_millis(10),
            counts_fuel: false,
            cache_dir: None,
            compile: CompileLimits::default(),
            compile_in: CompileIn::Thread,
            compile_observer: None,
        }
    }
}

/// What loading an untrusted component may cost.
#[derive(Clone, Debug)]
pub struct CompileLimits {
    /// The largest component that is looked at, in bytes.
    pub component_bytes: usize,
    /// How long compiling may take, on the wall clock.
    pub time: Duration,
    /// How much address space a compile worker may use, in bytes. Not enforced for [`CompileIn::Thread`].
    pub memory_bytes: usize,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self { component_bytes: 128 * MIB, time: Duration::from_secs(120), memory_bytes: 8 * 1024 * MIB }
    }
}

/// What one call into a guest may use. A call that exceeds a limit fails with an error that names it; for
/// `score-batch` every limit on amounts and time counts per example.
#[derive(Clone, Debug)]
pub struct CallLimits {
    /// Wall-clock time for instantiation and call together.
    pub deadline: Duration,
    /// CPU time of the guest, measured in ticks of [`EngineConfig::tick`].
    pub cpu: Duration,
    /// Instructions, roughly; needs [`EngineConfig::counts_fuel`]. Unlike time, it does not depend on the machine.
    pub fuel: Option<u64>,
    /// Linear memory, all memories of a guest together, in bytes.
    pub memory_bytes: usize,
    /// Elements of all tables together.
    pub table_elements: usize,
    /// Bytes of all that a call returns.
    pub output_bytes: usize,
    /// Nesting of arrays and objects in the JSON that a call returns.
    pub output_json_depth: usize,
    /// Feedbacks for one example.
    pub feedbacks: usize,
    /// Calls of the host's own imports, all together.
    pub host_calls: u64,
    /// Bytes that one host call may carry from the guest to the host.
    pub host_call_bytes: usize,
    /// Handles to host resources (streams, requests, directories) open at once.
    pub resources: usize,
    /// Bytes of log messages that are kept; the rest is counted and dropped.
    pub log_bytes: usize,
    /// Bytes of standard output and standard error that are kept; the rest is counted and dropped.
    pub stderr_bytes: usize,
    /// Spans that are recorded; their texts together fill at most `output_bytes`. The rest is dropped.
    pub spans: usize,
    /// Requests that leave through [`crate::Outgoing`].
    pub outgoing_requests: u64,
    /// Bytes of HTTP bodies, sent and received together.
    pub http_bytes: u64,
    /// Tokens of all model calls, read and written together; checked before each further request.
    pub tokens: u64,
    /// What all model calls may cost; checked before each further request.
    pub cost: Option<Cost>,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(300),
            cpu: Duration::from_secs(5),
            fuel: None,
            memory_bytes: 256 * MIB,
            table_elements: 50_000,
            output_bytes: MIB,
            output_json_depth: 64,
            feedbacks: 256,
            host_calls: 100_000,
            host_call_bytes: 8 * MIB,
            resources: 512,
            log_bytes: 64 * KIB,
            stderr_bytes: 64 * KIB,
            spans: 1_000,
            outgoing_requests: 256,
            http_bytes: 64 * MIB as u64,
            tokens: 2_000_000,
            cost: None,
        }
    }
}

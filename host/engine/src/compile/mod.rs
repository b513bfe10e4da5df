//! From untrusted bytes to machine code, within bounds.
//!
//! Compiling is the one thing that happens to a component before any limit on its execution can help, so it is
//! bounded by itself: in size, in time and, in a worker process, in memory. What comes out is cached; compiled code
//! from anywhere else is never loaded.

mod cache;
mod component;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use scorebox_core::Digest;
use wasmtime::component::Component;

pub(crate) use cache::CompileCache;
pub use worker::run_compile_worker;

use crate::config::CompileLimits;
use crate::error::LoadError;

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum CompileIn {
    /// In a thread of this process. A compilation that takes too long is given up; its thread runs on until it is
    /// done.
    Thread,
    /// In a process that is killed when it takes too long or wants too much memory.
    Worker(WorkerCommand),
}

/// How to start a compile worker: a program that calls [`run_compile_worker`].
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// How much of a guest's call stack is shown after a trap.
const MAX_BACKTRACE_FRAMES: usize = 20;

/// The settings that compiled code depends on.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct CodeSettings {
    pub(crate) counts_fuel: bool,
    pub(crate) stack_bytes: usize,
}

impl CodeSettings {
    /// The part of wasmtime's configuration that decides what code comes out.
    pub(crate) fn wasmtime_config(self) -> wasmtime::Config {
        let mut config = wasmtime::Config::new();
        config
            .wasm_component_model(true)
            .concurrency_support(false)
            .relaxed_simd_deterministic(true)
            .cranelift_nan_canonicalization(true)
            .wasm_backtrace_max_frames(NonZeroUsize::new(MAX_BACKTRACE_FRAMES))
            .epoch_interruption(true)
            .consume_fuel(self.counts_fuel)
            .max_wasm_stack(self.stack_bytes)
            .memory_init_cow(true);
        config
    }
}

/// The compiled component: from the cache, or compiled now and cached.
pub(crate) async fn load(
    engine: &wasmtime::Engine,
    bytes: &[u8],
    digest: Digest,
    cache: Option<&Arc<CompileCache>>,
    settings: CodeSettings,
    place: &CompileIn,
    limits: &CompileLimits,
) -> Result<Component, LoadError> {
    if let Some(cache) = cache
        && let Some(component) = cache.load(engine, digest)
    {
        return Ok(component);
    }
    let code = match place {
        CompileIn::Thread => worker::compile_in_thread(engine.clone(), bytes.to_vec(), limits).await?,
        CompileIn::Worker(command) => worker::compile_in_process(command, settings, bytes, limits).await?,
    };
    if let Some(cache) = cache {
        cache.store(digest, &code);
    }
    component::from_code(engine, &code).map_err(|error| LoadError::DoesNotFit(format!("{error:#}")))
}

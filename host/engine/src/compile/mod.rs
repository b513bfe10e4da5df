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

use scorebox_core::Digest;
use wasmtime::component::Component;

pub(crate) use cache::CompileCache;
pub use worker::run_compile_worker;

use crate::config::Compiling;
use crate::engine::{EngineInner, code_settings};
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

/// A component that is to be loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) digest: Digest,
    /// What a person calls it.
    pub(crate) label: Option<&'a str>,
}

/// The compiled component: from the cache, or compiled now and cached.
pub(crate) async fn load(engine: &EngineInner, source: Source<'_>) -> Result<Component, LoadError> {
    let cached = engine.cache.as_ref().and_then(|cache| cache.load(&engine.wasmtime, source.digest));
    if let Some(component) = cached {
        return Ok(component);
    }
    let code = compile(engine, source).await?;
    if let Some(cache) = &engine.cache {
        cache.store(source.digest, &code);
    }
    component::from_code(&engine.wasmtime, &code).map_err(|error| LoadError::DoesNotFit(format!("{error:#}")))
}

/// Compiles, and tells the observer where that takes a while.
async fn compile(engine: &EngineInner, source: Source<'_>) -> Result<Vec<u8>, LoadError> {
    // By its size, not by the time it takes: what a command prints must not depend on how busy the machine is.
    const LARGE_BYTES: usize = 1_500_000;
    let (config, bytes) = (&engine.config, source.bytes);
    if let Some(observer) = config.compile_observer.as_ref().filter(|_| bytes.len() > LARGE_BYTES) {
        let Source { label, digest, .. } = source;
        let is_kept = engine.cache.is_some();
        observer.compiling(&Compiling { label, digest, size_bytes: bytes.len(), is_kept });
    }
    match &config.compile_in {
        CompileIn::Thread => worker::compile_in_thread(engine.wasmtime.clone(), bytes.to_vec(), &config.compile).await,
        CompileIn::Worker(command) => {
            worker::compile_in_process(command, code_settings(config), bytes, &config.compile).await
        }
    }
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use scorebox_core::Digest;
use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::budget::MemoryBudget;
use crate::compile::{CodeSettings, CompileCache, Source};
use crate::config::EngineConfig;
use crate::error::{EngineError, LoadError};
use crate::idle::IdleGuests;
use crate::linker;
use crate::machine;
use crate::plugin::{Plugin, PluginInner};
use crate::state::{HostState, lock};
use crate::ticker::Ticker;

/// Loads components and runs them; the one place that holds wasmtime. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<EngineInner>,
}

pub(crate) struct EngineInner {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<HostState>,
    pub(crate) config: EngineConfig,
    pub(crate) cache: Option<Arc<CompileCache>>,
    /// One permit for each guest that may be alive.
    pub(crate) instances: Arc<Semaphore>,
    /// The memory of all guests.
    pub(crate) memory: Arc<MemoryBudget>,
    /// Guests that keep their place between two calls.
    pub(crate) idle: IdleGuests,
    /// The plugins in use, so that a component is linked once however often it is loaded.
    loaded: Mutex<HashMap<Digest, Weak<PluginInner>>>,
    _ticker: Ticker,
}

impl Engine {
    /// Sets up wasmtime and starts the thread that interrupts guests.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let wasmtime = wasmtime::Engine::new(&wasmtime_config(&config))
            .map_err(|error| EngineError::Config(format!("{error:#}")))?;
        let linker = linker::build(&wasmtime).map_err(|error| EngineError::Config(format!("{error:#}")))?;
        let cache = config.cache_dir.as_deref().map(|dir| CompileCache::open(dir, &wasmtime)).transpose()?;
        let ticker = Ticker::start(&wasmtime, config.tick).map_err(EngineError::Ticker)?;
        let instances = Arc::new(Semaphore::new(config.max_instances.get()));
        let budget = config.memory_budget_bytes.or_else(|| Some(machine::available_memory()? / 2));
        let inner = EngineInner {
            wasmtime,
            linker,
            cache: cache.map(Arc::new),
            instances,
            memory: MemoryBudget::new(budget.unwrap_or(u64::MAX)),
            idle: IdleGuests::default(),
            loaded: Mutex::default(),
            _ticker: ticker,
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Loads an untrusted component: checks it, compiles it, and asks it what it holds. Loading the same bytes again
    /// gives the same plugin. With a cache, loading once is what warms it.
    pub async fn load(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        self.load_source(bytes, None).await
    }

    /// [`Engine::load`] for a component that has a name, which an observer of compilations hears.
    pub async fn load_named(&self, label: &str, bytes: &[u8]) -> Result<Plugin, LoadError> {
        self.load_source(bytes, Some(label)).await
    }

    async fn load_source(&self, bytes: &[u8], label: Option<&str>) -> Result<Plugin, LoadError> {
        let limit = self.inner.config.compile.component_bytes;
        if bytes.len() > limit {
            return Err(LoadError::TooLarge { size: bytes.len(), limit });
        }
        let digest = Digest::of(bytes);
        if let Some(inner) = lock(&self.inner.loaded).get(&digest).and_then(Weak::upgrade) {
            return Ok(Plugin { inner });
        }
        let inner = Arc::new(PluginInner::load(&self.inner, Source { bytes, digest, label }).await?);
        let mut loaded = lock(&self.inner.loaded);
        loaded.retain(|_, plugin| plugin.strong_count() > 0);
        loaded.insert(digest, Arc::downgrade(&inner));
        Ok(Plugin { inner })
    }

    /// The settings of this engine.
    #[must_use]
    pub fn config(&self) -> &EngineConfig {
        &self.inner.config
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

pub(crate) fn code_settings(config: &EngineConfig) -> CodeSettings {
    CodeSettings { counts_fuel: config.counts_fuel, stack_bytes: config.stack_bytes }
}

fn wasmtime_config(config: &EngineConfig) -> wasmtime::Config {
    let mut wasmtime = code_settings(config).wasmtime_config();
    wasmtime
        .async_stack_size(config.stack_bytes + HOST_STACK_BYTES)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    wasmtime
}

/// What host functions may use of the stack that they share with the guest.
const HOST_STACK_BYTES: usize = 256 * 1024;

/// A language runtime brings several core modules (the program, adapters, shims, one for each native library): Python's
/// nearly forty. One component may use this many.
const CORE_INSTANCES_PER_COMPONENT: u32 = 64;
/// Memories and tables for each component: nearly all have one memory and one or two tables.
const MEMORIES_PER_COMPONENT: u32 = 4;
const TABLES_PER_COMPONENT: u32 = 8;
/// Memory of a guest that is kept and reset, rather than given back to the system and faulted in again.
const KEEP_RESIDENT_BYTES: usize = 4 * 1024 * 1024;
/// How many memories wait to be given back to the system in one go, where every guest's memory is. Until then they count
/// as used, however large they are.
const DECOMMIT_BATCH: usize = 8;

/// A pool with room for all guests that may be alive at once. Address space is reserved, memory is not.
fn pool(config: &EngineConfig) -> PoolingAllocationConfig {
    let instances = u32::try_from(config.max_instances.get()).unwrap_or(u32::MAX);
    let scan = if PoolingAllocationConfig::is_pagemap_scan_available() { Enabled::Yes } else { Enabled::No };
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_stacks(instances.saturating_mul(2))
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_PER_COMPONENT))
        .total_memories(instances.saturating_mul(MEMORIES_PER_COMPONENT))
        .total_tables(instances.saturating_mul(TABLES_PER_COMPONENT))
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(MEMORIES_PER_COMPONENT)
        .max_tables_per_component(TABLES_PER_COMPONENT)
        .max_tables_per_module(TABLES_PER_COMPONENT)
        .max_memories_per_module(1)
        .max_memory_size(config.max_memory_bytes)
        .table_elements(config.max_table_elements)
        .max_unused_warm_slots(instances)
        .decommit_batch_size(DECOMMIT_BATCH)
        .pagemap_scan(scan);
    if matches!(scan, Enabled::Yes) {
        // Without the scan the whole range would be cleared at each reset, which costs more than faults do.
        // With it, only guests that fill more than that give anything back, and those give it back at once.
        pool.linear_memory_keep_resident(KEEP_RESIDENT_BYTES).table_keep_resident(64 * 1024).decommit_batch_size(1);
    }
    pool
}

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use scorebox_engine::{CompileIn, CompileObserver, Compiling, Engine, EngineConfig, EngineError, WorkerCommand};
use scorebox_eval::PlanRequest;

use crate::arguments::COMPILE_WORKER;
use crate::terminal::{self, STRONG};

/// What the engine must have room for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    max_instances: Option<NonZeroUsize>,
    memory_bytes: usize,
    table_elements: usize,
    counts_fuel: bool,
    memory_budget_bytes: Option<u64>,
    is_quiet: bool,
}

impl Needs {
    /// What an evaluation needs: for each row at work the instances of its scorers, which may all wait for models at once,
    /// and for each scorer that keeps its instances one that waits for the next row.
    pub(crate) fn of(request: &PlanRequest, reused_scorers: usize) -> Self {
        const LEAST_CONCURRENCY: usize = 16;
        // Each reserves address space for its memories, of which there is not without end; the others wait for a place.
        const MOST_INSTANCES: usize = 4096;
        let concurrency = request.concurrency.map_or(LEAST_CONCURRENCY, NonZeroUsize::get).max(LEAST_CONCURRENCY);
        let wanted = concurrency.saturating_mul(1 + request.scorers.len() + reused_scorers);
        let scorers = request.scorers.iter().map(|scorer| &scorer.function);
        let limits = || scorers.clone().chain(&request.predictor).map(|function| &function.settings.limits);
        Self {
            max_instances: NonZeroUsize::new(wanted.min(MOST_INSTANCES)),
            memory_bytes: limits().map(|limits| limits.memory_bytes).max().unwrap_or(0),
            table_elements: limits().map(|limits| limits.table_elements).max().unwrap_or(0),
            counts_fuel: limits().any(|limits| limits.fuel.is_some()),
            ..Self::default()
        }
    }

    /// The same with a bound on the memory of all instances together; the engine chooses one where there is none.
    pub(crate) fn within(self, memory_budget_bytes: Option<u64>) -> Self {
        Self { memory_budget_bytes, ..self }
    }

    /// The same for a person who wants to hear of nothing but problems.
    pub(crate) fn quiet(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }
}

/// Says what a person waits for, when compiling takes a while.
#[derive(Debug)]
struct CompileNotes;

impl CompileObserver for CompileNotes {
    fn compiling(&self, component: &Compiling<'_>) {
        terminal::note(&compiling(component));
    }
}

fn compiling(component: &Compiling<'_>) -> String {
    let label = component.label.map_or_else(|| component.digest.short(), str::to_owned);
    let size = bytesize::ByteSize::b(component.size_bytes as u64).display().si();
    let kept = if component.is_kept { " for the first time; kept for later runs" } else { "" };
    format!("  {} {label} ({size}){kept}", STRONG.paint("Compiling"))
}

/// Sets up the engine. A compile cache that cannot be used costs time, so there is a warning, and no more.
pub(crate) fn start(needs: Needs) -> Result<Engine, EngineError> {
    let defaults = EngineConfig::default();
    let compile_in = std::env::current_exe().map_or(CompileIn::Thread, |program| {
        CompileIn::Worker(WorkerCommand { program, arguments: vec![COMPILE_WORKER.to_owned()] })
    });
    let config = EngineConfig {
        max_instances: needs.max_instances.unwrap_or(defaults.max_instances),
        max_memory_bytes: defaults.max_memory_bytes.max(needs.memory_bytes),
        memory_budget_bytes: needs.memory_budget_bytes,
        max_table_elements: defaults.max_table_elements.max(needs.table_elements),
        counts_fuel: needs.counts_fuel,
        cache_dir: cache_base().map(|base| base.join("compiled")),
        compile_in,
        compile_observer: (!needs.is_quiet).then(|| Arc::new(CompileNotes) as _),
        ..defaults
    };
    match Engine::new(config.clone()) {
        Err(error @ EngineError::Cache { .. }) => {
            terminal::warn(format_args!("{error}; plugins are compiled anew, which takes a while"));
            Engine::new(EngineConfig { cache_dir: None, ..config })
        }
        started => started,
    }
}

/// `$SCOREBOX_CACHE_DIR`, `$XDG_CACHE_HOME/scorebox` or `~/.cache/scorebox`; none where no home is known.
pub(crate) fn cache_base() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("SCOREBOX_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|dir| dir.join("scorebox")))
        .or_else(|| variable("HOME").map(|dir| dir.join(".cache/scorebox")))
}

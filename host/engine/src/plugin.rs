use std::sync::Arc;

use scorebox_core::{Digest, Failure, Json, PredictorInfo, Scope, ScorerInfo};
use wasmtime::component::InstancePre;

use crate::call::Guest;
use crate::compile::{self, Source};
use crate::cost::InstanceCost;
use crate::engine::EngineInner;
use crate::error::{LoadError, SetupError};
use crate::exports::Exports;
use crate::inspect::{Inspection, inspect};
use crate::output;
use crate::predictor::Predictor;
use crate::scorer::{Isolation, Scorer};
use crate::state::{CallSettings, HostState};

/// A component that was loaded, linked and asked what it holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Plugin {
    pub(crate) inner: Arc<PluginInner>,
}

pub(crate) struct PluginInner {
    pub(crate) component: Linked,
    pub(crate) exports: Exports,
    size_bytes: usize,
    cost: InstanceCost,
    scorers: Vec<ScorerInfo>,
    predictors: Vec<PredictorInfo>,
}

/// A compiled component with its imports in place: all that it takes to make instances of it.
pub(crate) struct Linked {
    pub(crate) engine: Arc<EngineInner>,
    pub(crate) digest: Digest,
    pub(crate) inspection: Inspection,
    pub(crate) pre: InstancePre<HostState>,
}

impl Plugin {
    /// Identifies the component by its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.inner.component.digest
    }

    /// The component's size in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.inner.size_bytes
    }

    /// Imports, exports and the version of the contract.
    #[must_use]
    pub fn inspection(&self) -> &Inspection {
        &self.inner.component.inspection
    }

    /// The scorers that the component holds.
    #[must_use]
    pub fn scorers(&self) -> &[ScorerInfo] {
        &self.inner.scorers
    }

    /// The predict functions that the component holds.
    #[must_use]
    pub fn predictors(&self) -> &[PredictorInfo] {
        &self.inner.predictors
    }

    /// What an instance costs on this machine.
    #[must_use]
    pub fn instance_cost(&self) -> InstanceCost {
        self.inner.cost
    }

    /// The isolation for a scorer that nobody has chosen one for: batches where instances are dear, otherwise a fresh
    /// instance for every example.
    ///
    /// Components that can reach out never get batches: their calls wait for others, and would wait in a row. Nor do
    /// scorers of sessions.
    #[must_use]
    pub fn automatic_isolation(&self, scorer: &ScorerInfo) -> Isolation {
        let is_batched = self.inner.cost.is_dear() && !self.inspection().reaches_out && scorer.scope == Scope::Example;
        if is_batched { Isolation::Batch(Isolation::AUTOMATIC_BATCH) } else { Isolation::Example }
    }

    /// Prepares a scorer for calls. The config is not checked against the schema here.
    pub fn scorer(
        &self,
        name: &str,
        config: Json,
        isolation: Isolation,
        settings: CallSettings,
    ) -> Result<Scorer, SetupError> {
        let info = self.inner.scorers.iter().find(|info| info.name == name).cloned();
        let info = info.ok_or_else(|| SetupError::Unknown {
            what: "scorer",
            name: name.to_owned(),
            known: self.inner.scorers.iter().map(|info| info.name.clone()).collect(),
        })?;
        self.check_settings(&settings)?;
        Ok(Scorer::new(self.inner.clone(), info, config, isolation, settings))
    }

    /// Prepares a predict function for calls. The config is not checked against the schema here.
    pub fn predictor(&self, name: &str, config: Json, settings: CallSettings) -> Result<Predictor, SetupError> {
        let info = self.inner.predictors.iter().find(|info| info.name == name).cloned();
        let info = info.ok_or_else(|| SetupError::Unknown {
            what: "predict function",
            name: name.to_owned(),
            known: self.inner.predictors.iter().map(|info| info.name.clone()).collect(),
        })?;
        self.check_settings(&settings)?;
        Ok(Predictor::new(self.inner.clone(), info, config, settings))
    }

    fn check_settings(&self, settings: &CallSettings) -> Result<(), SetupError> {
        let (limits, engine) = (&settings.limits, &self.inner.component.engine.config);
        if limits.fuel.is_some() && !engine.counts_fuel {
            return Err(SetupError::Limits("the limit fuel needs an engine that counts fuel".into()));
        }
        if limits.memory_bytes > engine.max_memory_bytes {
            let (wanted, most) = (limits.memory_bytes, engine.max_memory_bytes);
            return Err(SetupError::Limits(format!("the limit memory_bytes of {wanted} exceeds the engine's {most}")));
        }
        if let Some(budget) = engine.memory_budget_bytes.filter(|budget| limits.memory_bytes as u64 > *budget) {
            return Err(SetupError::Limits(format!(
                "the limit memory_bytes of {} exceeds the {budget} bytes that all instances together may have: lower the \
                 plugin's limit `memory`, or raise `memory` of the run",
                limits.memory_bytes
            )));
        }
        for grant in &settings.grants.dirs {
            crate::wasi::check_dir(grant)
                .map_err(|error| SetupError::Grant { path: grant.host.clone(), reason: format!("{error:#}") })?;
        }
        Ok(())
    }
}

impl PluginInner {
    pub(crate) async fn load(engine: &Arc<EngineInner>, source: Source<'_>) -> Result<Self, LoadError> {
        let component = Linked::link(engine, source).await?;
        let digest = source.digest;
        let describe_failed = |failure: Failure| LoadError::Describe { digest, failure: Box::new(failure) };
        let invalid = |reason: String| LoadError::InvalidDescription { digest, reason };

        let mut guest = Guest::for_description(&component).await.map_err(describe_failed)?;
        let exports = guest.exports(&component).await.map_err(describe_failed)??;
        let (mut scorers, mut predictors) = (Vec::new(), Vec::new());
        if let Some(exports) = &exports.scorers {
            let (infos,) = guest.call(&component, &exports.describe, ()).await.map_err(describe_failed)?;
            scorers = output::scorer_infos(infos).map_err(invalid)?;
        }
        if let Some(exports) = &exports.predictors {
            let (infos,) = guest.call(&component, &exports.describe, ()).await.map_err(describe_failed)?;
            predictors = output::predictor_infos(infos).map_err(invalid)?;
        }
        if scorers.is_empty() && predictors.is_empty() {
            return Err(invalid("it holds neither a scorer nor a predict function".into()));
        }
        drop(guest);
        let cost = cost_of(&component, &exports).await;
        Ok(Self { component, exports, size_bytes: source.bytes.len(), cost, scorers, predictors })
    }
}

/// What instances cost: as it was measured before, or measured now.
async fn cost_of(component: &Linked, exports: &Exports) -> InstanceCost {
    let (cache, digest) = (component.engine.cache.as_ref(), component.digest);
    if let Some(known) = cache.and_then(|cache| cache.load_cost(digest)) {
        return known;
    }
    // What could not be measured is not kept: the next load tries again.
    let Some(cost) = InstanceCost::measure(component, exports).await else { return InstanceCost::UNKNOWN };
    match cache {
        // Another process may have been first; both go by what it found.
        Some(cache) => cache.keep_cost(digest, cost),
        None => cost,
    }
}

impl Linked {
    async fn link(engine: &Arc<EngineInner>, source: Source<'_>) -> Result<Self, LoadError> {
        let inspection = inspect(source.bytes, engine.config.compile.component_bytes)?;
        let component = compile::load(engine, source).await?;
        let pre = engine.linker.instantiate_pre(&component);
        let pre = pre.map_err(|error| LoadError::DoesNotFit(format!("{error:#}")))?;
        Ok(Self { engine: engine.clone(), digest: source.digest, inspection, pre })
    }
}

impl std::fmt::Debug for PluginInner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plugin").field("digest", &self.component.digest).finish_non_exhaustive()
    }
}

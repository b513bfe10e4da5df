use std::sync::Arc;

use scorebox_core::{Digest, Failure, Json, PredictorInfo, ScorerInfo};
use wasmtime::component::{ComponentExportIndex, InstancePre};

use crate::bindings::{predictors, scorers};
use crate::call::Guest;
use crate::compile;
use crate::engine::{EngineInner, code_settings};
use crate::error::{LoadError, SetupError};
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
    pub(crate) engine: Arc<EngineInner>,
    pub(crate) digest: Digest,
    pub(crate) size_bytes: usize,
    pub(crate) inspection: Inspection,
    pub(crate) pre: InstancePre<HostState>,
    pub(crate) exports: Exports,
    pub(crate) scorers: Vec<ScorerInfo>,
    pub(crate) predictors: Vec<PredictorInfo>,
}

/// Where the functions of the contract are in a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exports {
    pub(crate) scorers: Option<ScorerExports>,
    pub(crate) predictors: Option<PredictorExports>,
}

#[derive(Clone, Debug)]
pub(crate) struct ScorerExports {
    pub(crate) describe: ComponentExportIndex,
    pub(crate) score: ComponentExportIndex,
    pub(crate) score_batch: ComponentExportIndex,
    pub(crate) score_session: ComponentExportIndex,
}

#[derive(Clone, Debug)]
pub(crate) struct PredictorExports {
    pub(crate) describe: ComponentExportIndex,
    pub(crate) predict: ComponentExportIndex,
}

impl Plugin {
    /// Identifies the component by its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }

    /// The component's size in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.inner.size_bytes
    }

    /// Imports, exports and the version of the contract.
    #[must_use]
    pub fn inspection(&self) -> &Inspection {
        &self.inner.inspection
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
        let (limits, engine) = (&settings.limits, &self.inner.engine.config);
        if limits.fuel.is_some() && !engine.counts_fuel {
            return Err(SetupError::Limits("the limit fuel needs an engine that counts fuel".into()));
        }
        if limits.memory_bytes > engine.max_memory_bytes {
            let (wanted, most) = (limits.memory_bytes, engine.max_memory_bytes);
            return Err(SetupError::Limits(format!("the limit memory_bytes of {wanted} exceeds the engine's {most}")));
        }
        for grant in &settings.grants.dirs {
            crate::wasi::check_dir(grant)
                .map_err(|error| SetupError::Grant { path: grant.host.clone(), reason: format!("{error:#}") })?;
        }
        Ok(())
    }
}

impl PluginInner {
    pub(crate) async fn load(engine: &Arc<EngineInner>, bytes: &[u8], digest: Digest) -> Result<Self, LoadError> {
        let config = &engine.config;
        let inspection = inspect(bytes, config.compile.component_bytes)?;
        let component = compile::load(
            &engine.wasmtime,
            bytes,
            digest,
            engine.cache.as_ref(),
            code_settings(config),
            &config.compile_in,
            &config.compile,
        )
        .await?;
        let does_not_fit = |error: wasmtime::Error| LoadError::DoesNotFit(format!("{error:#}"));
        let pre = engine.linker.instantiate_pre(&component).map_err(does_not_fit)?;
        let exports = find_exports(&pre, &inspection)?;
        let mut plugin = Self {
            engine: engine.clone(),
            digest,
            size_bytes: bytes.len(),
            inspection,
            pre,
            exports,
            scorers: Vec::new(),
            predictors: Vec::new(),
        };
        let describe_failed = |failure: Failure| LoadError::Describe { digest, failure: Box::new(failure) };
        let invalid = |reason: String| LoadError::InvalidDescription { digest, reason };
        let described = plugin.describe().await.map_err(describe_failed)?;
        plugin.scorers = output::scorer_infos(described.0).map_err(invalid)?;
        plugin.predictors = output::predictor_infos(described.1).map_err(invalid)?;
        if plugin.scorers.is_empty() && plugin.predictors.is_empty() {
            return Err(invalid("it holds neither a scorer nor a predict function".into()));
        }
        Ok(plugin)
    }

    async fn describe(&self) -> Result<(Vec<scorers::ScorerInfo>, Vec<predictors::PredictorInfo>), Failure> {
        let settings = Arc::new(CallSettings::default());
        let mut described = (Vec::new(), Vec::new());
        if let Some(exports) = &self.exports.scorers {
            let mut guest = Guest::create(self, &settings, "describe", "").await?;
            (described.0,) = guest.call::<(), (Vec<scorers::ScorerInfo>,)>(self, &exports.describe, ()).await?;
        }
        if let Some(exports) = &self.exports.predictors {
            let mut guest = Guest::create(self, &settings, "describe", "").await?;
            (described.1,) = guest.call::<(), (Vec<predictors::PredictorInfo>,)>(self, &exports.describe, ()).await?;
        }
        Ok(described)
    }
}

fn find_exports(pre: &InstancePre<HostState>, inspection: &Inspection) -> Result<Exports, LoadError> {
    let component = pre.component();
    let find = |interface: &str, function: &str| {
        let name = inspection.exports.iter().find(|name| name.split('@').next() == Some(interface));
        name.and_then(|name| component.get_export_index(None, name))
            .and_then(|instance| component.get_export_index(Some(&instance), function))
            .ok_or_else(|| LoadError::DoesNotFit(format!("{interface} lacks the function {function}")))
    };
    let mut exports = Exports::default();
    if inspection.has_scorers {
        const SCORERS: &str = "scorebox:plugin/scorers";
        scorers::GuestIndices::new(pre).map_err(|error| LoadError::DoesNotFit(format!("{error:#}")))?;
        exports.scorers = Some(ScorerExports {
            describe: find(SCORERS, "describe")?,
            score: find(SCORERS, "score")?,
            score_batch: find(SCORERS, "score-batch")?,
            score_session: find(SCORERS, "score-session")?,
        });
    }
    if inspection.has_predictors {
        const PREDICTORS: &str = "scorebox:plugin/predictors";
        predictors::GuestIndices::new(pre).map_err(|error| LoadError::DoesNotFit(format!("{error:#}")))?;
        exports.predictors =
            Some(PredictorExports { describe: find(PREDICTORS, "describe")?, predict: find(PREDICTORS, "predict")? });
    }
    Ok(exports)
}

impl std::fmt::Debug for PluginInner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plugin").field("digest", &self.digest).finish_non_exhaustive()
    }
}

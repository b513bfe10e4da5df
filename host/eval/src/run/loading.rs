//! The functions of a plan: their components loaded, their configs checked, their isolation settled.

use scorebox_core::{InvalidJson, Json, Scope};
use scorebox_engine::{Engine, Isolation, Plugin, Predictor, Scorer, SetupError};

use super::functions::PlannedFunction;
use super::isolation::{self, ChosenBatches, Surroundings};
use super::plan::{ComponentSource, FunctionRequest, PlanError, PlannedScorer, ScorerRequest};
use super::schema::schema_problems;
use crate::results::PluginRecord;

/// Loads each component once, however many functions of it are used.
pub(super) struct Loader<'a> {
    pub(super) engine: &'a Engine,
    pub(super) has_sessions: bool,
    pub(super) is_repeated: bool,
    pub(super) has_predictor: bool,
    pub(super) plugins: Vec<PluginRecord>,
    pub(super) functions: Vec<PlannedFunction>,
    pub(super) chosen_batches: Vec<ChosenBatches>,
    pub(super) reaches_out: bool,
}

/// A scorer whose isolation is not settled yet.
pub(super) struct LoadedScorer {
    plugin: Plugin,
    scorer: Scorer,
}

impl Loader<'_> {
    pub(super) async fn predictor(&mut self, wanted: &FunctionRequest) -> Result<Predictor, PlanError> {
        let plugin = self.plugin(&wanted.component).await?;
        let predictor = plugin
            .predictor(&wanted.function, wanted.config.clone(), wanted.settings.clone())
            .map_err(|source| setup_error(wanted, source))?;
        check_config(wanted, &predictor.info().config_schema)?;
        self.functions.push(PlannedFunction::predictor(wanted, plugin.digest(), plugin.inspection()));
        Ok(predictor)
    }

    pub(super) async fn scorer(&mut self, wanted: &ScorerRequest) -> Result<LoadedScorer, PlanError> {
        let function = &wanted.function;
        let plugin = self.plugin(&function.component).await?;
        let isolation = wanted.isolation.unwrap_or_default();
        let scorer = plugin
            .scorer(&function.function, function.config.clone(), isolation, function.settings.clone())
            .map_err(|source| setup_error(function, source))?
            .named(&function.name);
        check_config(function, &scorer.info().config_schema)?;
        if scorer.info().scope == Scope::Session {
            self.check_session_scorer(wanted)?;
        }
        Ok(LoadedScorer { plugin, scorer })
    }

    /// Settles a scorer's isolation, now that everything is known that it depends on.
    pub(super) fn isolate(
        &mut self,
        wanted: &ScorerRequest,
        loaded: LoadedScorer,
        surroundings: Surroundings,
    ) -> PlannedScorer {
        let LoadedScorer { plugin, mut scorer } = loaded;
        let (function, info) = (&wanted.function, scorer.info().clone());
        let isolation = wanted.isolation.unwrap_or_else(|| isolation::automatic(&plugin, &info, surroundings));
        if let (None, Isolation::Batch(rows)) = (wanted.isolation, isolation) {
            scorer = scorer.isolated(isolation);
            let (scorer, component) = (function.name.clone(), function.component.label.clone());
            self.chosen_batches.push(ChosenBatches { scorer, component, rows, cost: plugin.instance_cost() });
        }
        let looks_at_recorded_trace = self.has_predictor && info.requires.union(info.uses).trace;
        let (digest, inspection) = (plugin.digest(), plugin.inspection());
        let mut planned =
            PlannedFunction::scorer(wanted, digest, inspection, info.scope, looks_at_recorded_trace, isolation);
        planned.record.aggregations = info.aggregations;
        self.functions.push(planned);
        PlannedScorer { name: function.name.as_str().into(), scorer }
    }

    fn check_session_scorer(&self, wanted: &ScorerRequest) -> Result<(), PlanError> {
        let name = || wanted.function.name.clone();
        if !self.has_sessions {
            return Err(PlanError::SessionScorer { name: name() });
        }
        if matches!(wanted.isolation, Some(Isolation::Batch(_))) {
            return Err(PlanError::SessionBatches { name: name() });
        }
        if self.is_repeated {
            return Err(PlanError::SessionRepeats { name: name() });
        }
        Ok(())
    }

    async fn plugin(&mut self, source: &ComponentSource) -> Result<Plugin, PlanError> {
        let loaded = self.engine.load_named(&source.label, &source.bytes).await;
        let plugin = loaded.map_err(|error| PlanError::Load { label: source.label.clone(), source: error })?;
        self.reaches_out |= plugin.inspection().reaches_out;
        let digest = plugin.digest();
        if !self.plugins.iter().any(|known| known.digest == digest && known.name == source.label) {
            self.plugins.push(PluginRecord { name: source.label.clone(), digest, version: None });
        }
        Ok(plugin)
    }
}

fn setup_error(wanted: &FunctionRequest, source: SetupError) -> PlanError {
    PlanError::Setup { name: wanted.name.clone(), label: wanted.component.label.clone(), source }
}

fn check_config(wanted: &FunctionRequest, schema: &Json) -> Result<(), PlanError> {
    let (name, label) = (wanted.name.clone(), wanted.component.label.clone());
    let values = || Ok::<_, InvalidJson>((schema.to()?, wanted.config.to()?));
    let problems = values().map_err(|error| error.to_string());
    match problems.and_then(|(schema, config)| schema_problems(&schema, &config)) {
        Ok(problems) if problems.is_empty() => Ok(()),
        Ok(problems) => Err(PlanError::Config { name, label, problems }),
        Err(reason) => Err(PlanError::Schema { name, label, reason }),
    }
}

use wasmtime::AsContextMut;
use wasmtime::component::{ComponentExportIndex, Instance};

use crate::error::LoadError;
use crate::plugin::Linked;
use crate::signature::{
    DescribePredictors, DescribeScorers, Export, Predict, Score, ScoreBatch, ScoreSession, Signature,
};

/// The functions of the contract that a component exports, all of the right type.
#[derive(Default)]
pub(crate) struct Exports {
    pub(crate) scorers: Option<ScorerExports>,
    pub(crate) predictors: Option<PredictorExports>,
}

pub(crate) struct ScorerExports {
    pub(crate) describe: Export<DescribeScorers>,
    pub(crate) score: Export<Score>,
    pub(crate) score_batch: Export<ScoreBatch>,
    pub(crate) score_session: Export<ScoreSession>,
}

pub(crate) struct PredictorExports {
    pub(crate) describe: Export<DescribePredictors>,
    pub(crate) predict: Export<Predict>,
}

impl Exports {
    /// Finds the functions in an instance of the component.
    pub(crate) fn find(
        component: &Linked,
        instance: Instance,
        mut store: impl AsContextMut,
    ) -> Result<Self, LoadError> {
        let mut found = Self::default();
        if component.inspection.has_scorers {
            let interface = Interface::find(component, "scorebox:plugin/scorers")?;
            found.scorers = Some(ScorerExports {
                describe: interface.export("describe", instance, &mut store)?,
                score: interface.export("score", instance, &mut store)?,
                score_batch: interface.export("score-batch", instance, &mut store)?,
                score_session: interface.export("score-session", instance, &mut store)?,
            });
        }
        if component.inspection.has_predictors {
            let interface = Interface::find(component, "scorebox:plugin/predictors")?;
            found.predictors = Some(PredictorExports {
                describe: interface.export("describe", instance, &mut store)?,
                predict: interface.export("predict", instance, &mut store)?,
            });
        }
        Ok(found)
    }
}

/// An interface that the component exports.
struct Interface<'a> {
    component: &'a wasmtime::component::Component,
    name: &'static str,
    index: ComponentExportIndex,
}

impl<'a> Interface<'a> {
    fn find(linked: &'a Linked, name: &'static str) -> Result<Self, LoadError> {
        let component = linked.pre.component();
        let versioned = linked.inspection.exports.iter().find(|export| export.split('@').next() == Some(name));
        let index = versioned.and_then(|export| component.get_export_index(None, export));
        let index = index.ok_or_else(|| LoadError::DoesNotFit(format!("it lacks the interface {name}")))?;
        Ok(Self { component, name, index })
    }

    fn export<S: Signature>(
        &self,
        function: &str,
        instance: Instance,
        store: impl AsContextMut,
    ) -> Result<Export<S>, LoadError> {
        let does_not_fit = |reason: &str| LoadError::DoesNotFit(format!("{}: {function}: {reason}", self.name));
        let index = self.component.get_export_index(Some(&self.index), function);
        let index = index.ok_or_else(|| does_not_fit("there is no such function"))?;
        Export::check(index, instance, store).map_err(|error| does_not_fit(&format!("{error:#}")))
    }
}

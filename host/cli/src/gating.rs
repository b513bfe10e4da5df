//! The gate of a project: its baseline is found, the run is compared with it, and the gate decides.

use scorebox_eval::{RunRecord, RunStatus};
use scorebox_store::{RunFilter, Store, StoreError};
use scorebox_verdict::{AgainstBaseline, BaselineGate, ComparisonReport, Gate, GateConfig, GateReport};

use crate::comparing::{Against, compare};
use crate::config::Project;
use crate::exit::Stop;

/// What the gate says, and what the run was compared with.
pub(crate) struct Decided {
    pub(crate) report: GateReport,
    pub(crate) comparison: Option<ComparisonReport>,
}

/// Lets the gate decide about a run.
pub(crate) async fn decide(
    store: &Store,
    run: &RunRecord,
    config: &GateConfig,
    project: &Project,
) -> Result<Decided, Stop> {
    let comparison = match &config.baseline {
        Some(baseline) => match against(store, run, baseline, project).await? {
            Some(against) => Some(compare(store, &against, run, options(baseline, run)).await?),
            None => None,
        },
        None => None,
    };
    let Some(summary) = &run.summary else {
        return Err(Stop::Input(anyhow::anyhow!(
            "{} has not ended, so there is nothing to decide about\nhelp: `scorebox eval --resume {}` goes on with it",
            run.run_id,
            run.run_id
        )));
    };
    let report = Gate::new(config.clone()).evaluate(run, summary, comparison.as_ref(), run.status);
    Ok(Decided { report, comparison })
}

fn options(baseline: &BaselineGate, run: &RunRecord) -> scorebox_verdict::CompareOptions {
    scorebox_verdict::CompareOptions { seed: run.seed, ..baseline.compare_options() }
}

/// The run that the baseline names; none where there is none yet.
async fn against(
    store: &Store,
    run: &RunRecord,
    baseline: &BaselineGate,
    project: &Project,
) -> Result<Option<Against>, Stop> {
    match &baseline.against {
        AgainstBaseline::File(file) => {
            let path = project.folder().join(file);
            Ok(path.exists().then_some(Against::File(path)))
        }
        AgainstBaseline::Branch(branch) => {
            let filter = RunFilter {
                experiment: run.experiment.clone(),
                branch: Some(branch.clone()),
                status: Some(RunStatus::Finished),
            };
            let last = store.last_run(&filter, Some(&run.run_id)).await.map_err(Stop::unfinished)?;
            Ok(last.map(|last| Against::Run(Box::new(last))))
        }
        AgainstBaseline::Run(reference) => {
            let named = match store.find(reference).await {
                Ok(named) => named,
                // The first run of all has none before it.
                Err(StoreError::NoRun { .. }) if reference.starts_with("last") => return Ok(None),
                Err(error) => return Err(Stop::input(error)),
            };
            if named.run_id == run.run_id {
                return Err(Stop::Input(anyhow::anyhow!(
                    "[gate.baseline] names the run itself with \"run:{reference}\"\nhelp: \"run:last~1\" is the run before it"
                )));
            }
            Ok(Some(Against::Run(Box::new(named))))
        }
    }
}

use scorebox_eval::{RunRecord, RunStatus, Summary};

use super::baseline::against_baseline;
use super::config::GateConfig;
use super::observe::{Unobserved, observe};
use super::report::{Check, CheckOutcome, GateReport};
use super::requirement::Requirement;
use crate::ComparisonReport;
use crate::shown;

/// Decides whether a run may pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    config: GateConfig,
}

impl Gate {
    /// A gate as it is configured.
    #[must_use]
    pub fn new(config: GateConfig) -> Self {
        Self { config }
    }

    /// What it was made from.
    #[must_use]
    pub fn config(&self) -> &GateConfig {
        &self.config
    }

    /// Decides about a run, with its summary and its comparison with the baseline, which is side A there; none where the
    /// config names none, or there is none yet. A run that did not finish never passes.
    ///
    /// The comparison must be made with [`super::BaselineGate::compare_options`].
    #[must_use]
    pub fn evaluate(
        &self,
        record: &RunRecord,
        summary: &Summary,
        comparison: Option<&ComparisonReport>,
        status: RunStatus,
    ) -> GateReport {
        let mut checks: Vec<Check> = unfinished(status, summary).into_iter().collect();
        checks.extend(self.config.require.iter().map(|requirement| check(requirement, record, summary)));
        if let Some(baseline) = &self.config.baseline {
            checks.extend(against_baseline(baseline, comparison));
        }
        GateReport::of(checks)
    }
}

fn unfinished(status: RunStatus, summary: &Summary) -> Option<Check> {
    let how = match status {
        RunStatus::Finished => return None,
        RunStatus::Running => "it is still running, or was killed",
        RunStatus::Interrupted => "it was interrupted",
        RunStatus::OverBudget => "its budget was used up",
        RunStatus::Failed => "it could not go on",
    };
    let rows = shown::count(summary.rows, "row");
    Some(Check {
        rule: "the run finished".to_owned(),
        title: "the run finished".to_owned(),
        outcome: CheckOutcome::Failed,
        observed: None,
        bound: None,
        why: format!("{how} after {rows}; `--resume` goes on with it"),
    })
}

fn check(requirement: &Requirement, record: &RunRecord, summary: &Summary) -> Check {
    let bound = requirement.bound.value();
    let (outcome, observed, why) = match observe(&requirement.target, record, summary) {
        Ok(observation) => {
            let holds = requirement.operator.holds(observation.value, bound);
            let outcome = if holds { CheckOutcome::Passed } else { CheckOutcome::Failed };
            (outcome, Some(observation.value), observation.shown(requirement.bound, requirement.target.unit()))
        }
        Err(Unobserved::DoesNotExist(why)) => (CheckOutcome::Failed, None, why),
        Err(Unobserved::NothingToMeasure(why)) => (CheckOutcome::NotDecidable, None, why),
    };
    Check { rule: requirement.to_string(), title: requirement.title(), outcome, observed, bound: Some(bound), why }
}

//! The run itself: rows go to the store, Ctrl-C ends it cleanly.

use std::pin::pin;
use std::sync::Arc;

use scorebox_core::Json;
use scorebox_eval::{FunctionRole, RunError, RunRecord, RunStatus, StopReason, Stopper, stop_signal};
use scorebox_gateway::Gateway;
use scorebox_store::{Store, StoreMemo};

use crate::exit::{INTERRUPTED, Stop};
use crate::progress::ProgressDisplay;
use crate::report;
use crate::terminal::{self, FAINT, STRONG, WARN, count};

use super::EvalOptions;
use super::course::{Begun, Going};
use super::reuse::{Spared, spared};

/// A run that is over.
pub(super) struct Ran {
    pub(super) record: RunRecord,
    /// What earlier results spared each function.
    pub(super) spared: Vec<Spared>,
}

pub(super) async fn run(
    begun: Begun,
    headline: &str,
    gateway: &Gateway,
    store: &Store,
    options: &EvalOptions,
) -> Result<Ran, Stop> {
    let quiet = options.quiet;
    let going = match begun {
        Begun::Known { record, reuse, not_reusable } => {
            if !quiet {
                let rows = count(record.positions(), "row");
                terminal::note(&format!("  {} {rows} · {headline}", STRONG.paint("Known already")));
            }
            let spared = spared(reuse, not_reusable, &[], record.positions());
            return Ok(Ran { record: *record, spared });
        }
        Begun::Going(going) => going,
    };
    let Going { plan, record, sink, reuse, not_reusable, memo, done_before } = *going;
    let plan = plan.with_memo(memo.clone());
    let run_id = record.run_id.clone();
    let rows = plan.selected_rows();
    if !quiet {
        let before = if done_before == 0 {
            String::new()
        } else {
            format!(" · {}", FAINT.paint(format_args!("{} done before", count(done_before, "row"))))
        };
        terminal::note(&format!("  {} {} · {headline}{before}", STRONG.paint("Evaluating"), count(rows, "row")));
        report::chosen_batches(plan.chosen_batches()).iter().for_each(|line| terminal::note(line));
    }
    let progress = Arc::new(ProgressDisplay::new(rows, quiet, gateway.clone()));
    let (stopper, signal) = stop_signal();
    let on_progress = {
        let progress = progress.clone();
        move |done| progress.update(done)
    };
    let at_end = |record: &mut RunRecord| {
        // Also where every row was at work already: some of them were refused what they needed.
        if gateway.is_over_budget() && record.status == RunStatus::Finished {
            record.status = RunStatus::OverBudget;
        }
        let reading = gateway.reading();
        if !reading.is_empty() {
            record.gateway = Json::from_value(&reading).ok();
        }
    };
    let run = plan.run(record, sink, signal, on_progress, at_end);
    let outcome = until_stopped(run, &stopper, &progress, gateway).await;
    progress.finish();
    let record = outcome.map_err(|error| unfinished(error, &run_id.to_string(), store))?;
    gateway.finish().map_err(Stop::unfinished)?;
    if let Some(problem) = gateway.write_problem() {
        terminal::warn(format_args!("not every reply could be kept, and asking again will cost again: {problem}"));
    }
    let spared = spared(reuse, not_reusable, &answered(&memo, &record), record.positions());
    Ok(Ran { record, spared })
}

/// How many rows earlier results answered, for each function in the order of the record.
fn answered(memo: &StoreMemo, record: &RunRecord) -> Vec<u64> {
    let scorers_begin = usize::from(record.functions.first().is_some_and(|it| it.role == FunctionRole::Predictor));
    let answered = |place: usize| match place.checked_sub(scorers_begin) {
        Some(scorer) => memo.answered_scores(scorer),
        None => memo.answered_predictions(),
    };
    (0..record.functions.len()).map(answered).collect()
}

/// Waits for a run. The first Ctrl-C brings it to a clean end, and so does a budget that is used up; the second Ctrl-C ends
/// the process.
async fn until_stopped<T>(
    run: impl Future<Output = T>,
    stopper: &Stopper,
    progress: &ProgressDisplay,
    gateway: &Gateway,
) -> T {
    let (mut run, mut over_budget) = (pin!(run), pin!(gateway.over_budget()));
    let (mut was_interrupted, mut is_over_budget) = (false, false);
    loop {
        tokio::select! {
            outcome = &mut run => return outcome,
            reason = &mut over_budget, if !is_over_budget => {
                is_over_budget = true;
                stopper.stop(StopReason::OverBudget);
                progress.note(&format!("  {} {reason}; finishing the rows at work", WARN.paint("stopping:")));
            }
            Ok(()) = tokio::signal::ctrl_c() => {
                if was_interrupted {
                    std::process::exit(INTERRUPTED.into());
                }
                was_interrupted = true;
                stopper.stop(StopReason::Interrupted);
                progress.note(&format!("  {} finishing the rows at work; Ctrl-C again to end at once", WARN.paint("stopping:")));
            }
        }
    }
}

fn unfinished(error: RunError, run: &str, store: &Store) -> Stop {
    let advice = match &error {
        RunError::Sink(sink) if sink.is_disk_full() => "free some space",
        RunError::Sink(_) | RunError::Memo(_) => "see to the store",
        RunError::Dataset(_) => "leave the dataset alone during a run",
    };
    let context = format!(
        "the run could not finish; what was done is kept in {}; {advice}, and go on with `scorebox eval --resume {run}`",
        store.location()
    );
    Stop::Unfinished(anyhow::Error::new(error).context(context))
}

use std::sync::Arc;

use jiff::Timestamp;
use scorebox_core::{Json, RunId, Usage};
use tokio::sync::watch;

use super::memo::MemoError;
use super::pipeline;
use super::plan::Plan;
use crate::dataset::DatasetError;
use crate::results::{ResultSink, RunRecord, RunStatus, SinkError};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows whose results are written.
    pub rows_done: u64,
    /// Rows in all.
    pub rows: u64,
    /// Rows of which a prediction or a score failed.
    pub rows_with_errors: u64,
    /// What models took for the rows whose results are written.
    pub usage: Usage,
}

/// Why a run could not go on. What was written until then stands.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The dataset changed or vanished under the run.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Results could not be kept.
    #[error(transparent)]
    Sink(SinkError),
    /// Earlier results could not be read.
    #[error(transparent)]
    Memo(#[from] MemoError),
}

/// Why a run is brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Someone wants it to end.
    Interrupted,
    /// A budget is used up.
    OverBudget,
}

/// Says whether a run should come to an end, and why.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<Option<StopReason>>);

/// Brings a run to an end: rows that were begun are finished, no others are begun.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<watch::Sender<Option<StopReason>>>);

/// A signal and what sets it.
#[must_use]
pub fn stop_signal() -> (Stopper, StopSignal) {
    let (sender, receiver) = watch::channel(None);
    (Stopper(Arc::new(sender)), StopSignal(receiver))
}

impl StopSignal {
    /// Whether the run should come to an end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.reason().is_some()
    }

    /// Why the run should come to an end; none while it should go on.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        *self.0.borrow()
    }
}

impl From<StopReason> for RunStatus {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Interrupted => Self::Interrupted,
            StopReason::OverBudget => Self::OverBudget,
        }
    }
}

impl Stopper {
    /// Sets the signal. The first reason stands.
    pub fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(reason);
            is_first
        });
    }
}

impl Plan {
    /// The record of a run of this plan that is about to begin.
    #[must_use]
    pub fn record(&self, config: Json, seed: u64) -> RunRecord {
        RunRecord {
            run_id: RunId::generate(),
            experiment: None,
            status: RunStatus::Running,
            error: None,
            started_at: Timestamp::now(),
            ended_at: None,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: None,
            git_branch: None,
            seed,
            config,
            dataset: self.dataset().clone(),
            repeats: self.repeats(),
            plugins: self.plugins().to_vec(),
            functions: self.functions(),
            gateway: None,
            summary: None,
        }
    }

    /// Evaluates every row that is selected, writes the results to the sink in the order of their positions, and completes
    /// the record.
    ///
    /// A run that is stopped, or that cannot go on, keeps what it has. In the second case the record says why, as far
    /// as it can still be written. `at_end` may add to the record before it is written for the last time.
    pub async fn run(
        self,
        mut record: RunRecord,
        sink: Box<dyn ResultSink>,
        stop: StopSignal,
        on_progress: impl Fn(Progress) + Send + 'static,
        at_end: impl FnOnce(&mut RunRecord),
    ) -> Result<RunRecord, RunError> {
        let plan = Arc::new(self);
        let mut flow = pipeline::flow(plan.clone(), sink, stop, on_progress).await;
        let summary = flow.summary.summary();
        record.status = match (&flow.error, flow.stopped) {
            (Some(_), _) => RunStatus::Failed,
            (None, Some(reason)) if summary.rows < plan.selected_rows() => reason.into(),
            (None, _) => RunStatus::Finished,
        };
        record.error = flow.error.as_ref().map(ToString::to_string);
        record.ended_at = Some(Timestamp::now());
        record.summary = Some(summary);
        for function in &mut record.functions {
            let peak = plan.peak_memory_bytes(function.role, &function.name);
            function.memory_bytes = function.memory_bytes.max(peak);
        }
        at_end(&mut record);
        let finish = move || flow.sink.finish(&mut record).map(|()| record);
        let finished = tokio::task::spawn_blocking(finish).await;
        let finished = finished.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        match flow.error {
            Some(error) => Err(error),
            None => finished.map_err(RunError::Sink),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_to_stop_stands() {
        let (stopper, signal) = stop_signal();
        assert_eq!((signal.is_set(), signal.reason()), (false, None));
        stopper.stop(StopReason::OverBudget);
        stopper.clone().stop(StopReason::Interrupted);
        assert_eq!((signal.is_set(), signal.reason()), (true, Some(StopReason::OverBudget)));
    }
}

use std::sync::Arc;

use jiff::Timestamp;
use scorebox_core::{Json, RunId};
use tokio::sync::watch;

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
}

/// Says whether a run should come to an end.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<bool>);

/// Brings a run to an end: rows that were begun are finished, no others are begun.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<watch::Sender<bool>>);

/// A signal and what sets it.
#[must_use]
pub fn stop_signal() -> (Stopper, StopSignal) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(Arc::new(sender)), StopSignal(receiver))
}

impl StopSignal {
    /// Whether the run should come to an end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }
}

impl Stopper {
    /// Sets the signal.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Plan {
    /// The record of a run of this plan that is about to begin.
    #[must_use]
    pub fn record(&self, config: Json, seed: u64, git_commit: Option<String>) -> RunRecord {
        RunRecord {
            run_id: RunId::generate(),
            status: RunStatus::Running,
            error: None,
            started_at: Timestamp::now(),
            ended_at: None,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit,
            seed,
            config,
            dataset: self.dataset().clone(),
            plugins: self.plugins().to_vec(),
            summary: None,
        }
    }

    /// Evaluates every row, writes the results to the sink in the order of the dataset, and completes the record.
    ///
    /// A run that is stopped, or that cannot go on, keeps what it has. In the second case the record says why, as far
    /// as it can still be written.
    pub async fn run(
        self,
        mut record: RunRecord,
        sink: Box<dyn ResultSink>,
        stop: StopSignal,
        on_progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<RunRecord, RunError> {
        let plan = Arc::new(self);
        let mut flow = pipeline::flow(plan.clone(), sink, stop, on_progress).await;
        let summary = flow.summary.summary();
        record.status = match &flow.error {
            Some(_) => RunStatus::Failed,
            None if flow.was_stopped && summary.rows < plan.rows() => RunStatus::Interrupted,
            None => RunStatus::Finished,
        };
        record.error = flow.error.as_ref().map(ToString::to_string);
        record.ended_at = Some(Timestamp::now());
        record.summary = Some(summary);
        let finish = move || flow.sink.finish(&record).map(|()| record);
        let finished = tokio::task::spawn_blocking(finish).await;
        let finished = finished.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        match flow.error {
            Some(error) => Err(error),
            None => finished.map_err(RunError::Sink),
        }
    }
}

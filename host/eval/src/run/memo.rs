use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use scorebox_core::Usage;
use scorebox_engine::LogLine;

use crate::results::{ContentKey, Outcome, Prediction};

/// What earlier calls gave, to be used instead of calling again.
///
/// An implementation only answers with results that the same call would give again, or that belong to the very run that
/// is gone on with.
#[async_trait]
pub trait Memo: fmt::Debug + Send + Sync {
    /// Whether predictions are worth asking for.
    fn holds_predictions(&self) -> bool;

    /// Whether results of a scorer, by its place in the plan, are worth asking for.
    fn holds_scores(&self, scorer: usize) -> bool;

    /// The predictions for these rows, in their order; none where there is none. Keys are those of the examples.
    async fn predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, MemoError>;

    /// What a scorer gave for these rows, in their order; none where there is nothing. Keys are those of what the scorer
    /// is given.
    async fn scores(&self, scorer: usize, rows: &[MemoKey]) -> Result<Vec<Option<KeptScore>>, MemoError>;
}

/// What a row is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoKey {
    /// The row's position in the run: the index of its example times the number of repeats, plus its repeat.
    pub position: u64,
    /// Its content.
    pub content: ContentKey,
}

/// What a scorer gave in an earlier call.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptScore {
    /// What it gave.
    pub outcome: Outcome,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What models took.
    pub usage: Usage,
    /// How long the call took.
    pub elapsed: Duration,
}

/// Why earlier results cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("earlier results cannot be read: {0}")]
pub struct MemoError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

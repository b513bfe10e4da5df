use std::sync::Arc;
use std::time::Duration;

use scorebox_core::{Example, Failure, Feedback, Json, Usage};
use scorebox_engine::LogLine;
use serde::{Deserialize, Serialize};

use super::content::ContentKey;

/// What came of one row. In JSON, everything that differs between two runs of the same plan stands in `timing`, and in
/// the times of `trace`.
#[derive(Clone, Debug, PartialEq)]
pub struct RowResult {
    /// The example's place in the dataset, from 0.
    pub index: u64,
    /// Which repetition of the example it is, from 0.
    pub repeat: u32,
    /// The example's id.
    pub id: String,
    /// What the predict function gave, where there was one.
    pub prediction: Option<Prediction>,
    /// What each scorer of the run gave, in the order of the plan.
    pub scores: Vec<ScoreResult>,
    /// When the row began, from the beginning of the run.
    pub started: Duration,
    /// What was evaluated; none where the row was read from a run folder, which only holds the id.
    pub content: Option<Box<RowContent>>,
}

/// What was evaluated in one row, and what tells it from other contents.
#[derive(Clone, Debug, PartialEq)]
pub struct RowContent {
    /// The example as it stands in the dataset.
    pub example: Example,
    /// The key of the example as it stands in the dataset.
    pub example_key: ContentKey,
    /// The key of what scorers were given: the example with the outputs of the prediction, without the trace that the
    /// prediction recorded, whose times differ from run to run. Without a prediction, the example's key.
    pub scored_key: ContentKey,
}

/// What the predict function gave for one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The outputs, or why there are none.
    pub outputs: Result<Json, Failure>,
    /// The spans that the predict function recorded.
    pub trace: Option<Json>,
    /// What it logged; after a failure, that is part of the failure.
    pub log: Vec<LogLine>,
    /// What models took.
    pub usage: Usage,
    /// How long the call took.
    pub elapsed: Duration,
    /// Whether it was kept from an earlier call rather than asked for in this run.
    pub is_reused: bool,
}

/// What one scorer gave for one row.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreResult {
    /// The scorer's name in this run.
    pub scorer: Arc<str>,
    /// What it gave.
    pub outcome: Outcome,
    /// What it logged; after a failure, that is part of the failure.
    pub log: Vec<LogLine>,
    /// What models took.
    pub usage: Usage,
    /// How long the call took; zero when there was none.
    pub elapsed: Duration,
    /// Whether it was kept from an earlier call rather than asked for in this run.
    pub is_reused: bool,
}

/// What came of scoring one row with one scorer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The scorer's verdicts.
    Feedback(Vec<Feedback>),
    /// The scorer failed.
    Error(Failure),
    /// The scorer was not called.
    Skipped(SkipReason),
}

/// Why a scorer was not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// There was nothing to score.
    PredictionFailed,
    /// The scorer looks at whole sessions, and its result is on the last row of this one.
    EarlierTurn,
}

impl RowResult {
    /// Whether the prediction or a score failed.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.prediction.as_ref().is_some_and(|prediction| prediction.outputs.is_err())
            || self.scores.iter().any(|score| matches!(score.outcome, Outcome::Error(_)))
    }

    /// What models took, for the prediction and all scores.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut usage = self.prediction.as_ref().map_or_else(Usage::default, |prediction| prediction.usage);
        self.scores.iter().for_each(|score| usage.add(score.usage));
        usage
    }
}

/// Nanoseconds in 64 bits: enough for five centuries.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

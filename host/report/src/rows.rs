//! What reports ask of a row.

use std::fmt;

use scorebox_core::{Failure, Feedback, Json, Value};
use scorebox_eval::{Outcome, RowResult, SkipReason};

/// Names a row for a person: the example's id, with the repetition behind it from the second on, such as `q-1#1`.
pub(crate) struct RowName<'r> {
    id: &'r str,
    repeat: u32,
}

impl<'r> RowName<'r> {
    pub(crate) fn of(row: &'r RowResult) -> Self {
        Self { id: &row.id, repeat: row.repeat }
    }
}

impl fmt::Display for RowName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repeat {
            0 => formatter.write_str(self.id),
            repeat => write!(formatter, "{}#{repeat}", self.id),
        }
    }
}

/// What came of one scorer on one row, as a test would have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict<'r> {
    /// No boolean said no.
    Passed(&'r [Feedback]),
    /// A boolean said no.
    Failed {
        /// The first one that did.
        first: &'r Feedback,
        /// All verdicts.
        all: &'r [Feedback],
    },
    /// The scorer failed.
    Error(&'r Failure),
    /// The scorer was not called.
    Skipped(SkipReason),
}

impl<'r> Verdict<'r> {
    pub(crate) fn of(outcome: &'r Outcome) -> Self {
        match outcome {
            Outcome::Feedback(feedback) => match feedback.iter().find(|it| it.value == Value::Boolean(false)) {
                Some(first) => Self::Failed { first, all: feedback },
                None => Self::Passed(feedback),
            },
            Outcome::Error(failure) => Self::Error(failure),
            Outcome::Skipped(reason) => Self::Skipped(*reason),
        }
    }
}

/// Why a scorer was not called, in words.
pub(crate) fn skip_reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::PredictionFailed => "the prediction failed",
        SkipReason::EarlierTurn => "the result of the conversation is on its last turn",
    }
}

/// The outputs that were scored: those of the prediction, or those of the example where there was none.
pub(crate) fn outputs(row: &RowResult) -> Option<&Json> {
    match &row.prediction {
        Some(prediction) => prediction.outputs.as_ref().ok(),
        None => row.content.as_ref()?.example.outputs.as_ref(),
    }
}

/// A value as text: labels without quotation marks, everything else as in JSON.
pub(crate) fn value_text(value: &Value) -> Result<String, serde_json::Error> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Boolean(_) | Value::Integer(_) | Value::Number(_) | Value::Json(_) => serde_json::to_string(value),
    }
}

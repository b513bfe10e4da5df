//! What the results of a run come to, computed row by row in constant memory.
//!
//! The conventions – percentiles, their error, intervals, what counts – are in `host/eval/docs/results.md`. Comparisons of
//! runs are not made here.

mod collector;
mod feedback;
mod field_value;
mod groups;
mod interval;
mod labels;
mod latency;
mod numbers;
mod quantiles;
mod slices;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use scorebox_core::{Aggregation, Failure, FailureKind, Usage};
use scorebox_stats::PassRate;
use serde::{Deserialize, Serialize};

pub use self::collector::SummaryCollector;
pub use self::interval::{AggregateInterval, IntervalMethod};
pub use self::labels::LabelCounts;
pub use self::latency::Latency;
pub use self::slices::SliceCollector;

/// What the results of a run come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows that were evaluated.
    pub rows: u64,
    /// Rows on which the prediction or a scorer failed.
    pub rows_with_errors: u64,
    /// What models took in all.
    #[serde(default, skip_serializing_if = "Usage::is_none")]
    pub usage: Usage,
    /// The predict function; none in a run without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predict: Option<CallSummary>,
    /// The scorers, in the order of the plan.
    pub scorers: Vec<ScorerSummary>,
}

/// The calls into one function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallSummary {
    /// Calls, failed ones included.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Failed calls by class.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors_by_kind: BTreeMap<FailureKind, u64>,
    /// Of each class of failures, the first row that it happened on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub first_errors: BTreeMap<FailureKind, FirstError>,
    /// How long calls took; none when there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// What models took, failed calls included.
    #[serde(default, skip_serializing_if = "Usage::is_none")]
    pub usage: Usage,
}

/// A failure that stands for others of its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstError {
    /// The id of the example.
    pub id: String,
    /// What happened; the first 2,000 characters of it.
    pub message: String,
}

impl FirstError {
    fn new(id: &str, failure: &Failure) -> Self {
        const MOST_CHARACTERS: usize = 2_000;
        Self { id: id.to_owned(), message: failure.message.chars().take(MOST_CHARACTERS).collect() }
    }
}

/// What one scorer gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorerSummary {
    /// The scorer's name in this run.
    pub name: String,
    /// Its calls.
    #[serde(flatten)]
    pub calls: CallSummary,
    /// Rows, or sessions for a scorer of sessions, for which it was not called because a prediction had failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: u64,
    /// Its verdicts by the name of the feedback: the scorer's own first, the others in alphabetical order.
    pub feedback: Vec<FeedbackSummary>,
    /// Feedbacks with further names, when there were too many names to sum up each.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other_feedback: u64,
}

/// The verdicts with one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackSummary {
    /// The name of the feedback.
    pub name: String,
    /// Verdicts of all kinds.
    pub n: u64,
    /// Numbers and booleans summed up, a boolean as 1 or 0, so that the mean of booleans is their rate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aggregates: BTreeMap<Aggregation, f64>,
    /// The intervals of those aggregates that have one: the mean, or rate, and the median.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub intervals: BTreeMap<Aggregation, AggregateInterval>,
    /// Whether the percentiles among the aggregates are within 0.1 % of a value rather than exact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
    /// Booleans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booleans: Option<BooleanCounts>,
    /// How often repeats of an example passed at least once, and every time; none for other values than booleans, and in a
    /// run without repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<RepeatSummary>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelCounts>,
    /// Verdicts that are JSON, which are not summed up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub json: u64,
}

/// pass@k and pass^k of repeated examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatSummary {
    /// How often each interval holds the true value: 0.95.
    pub level: f64,
    /// The rates, for every k from 1 to the number of repeats. Every example counts once; one on which some repeats failed
    /// counts up to the number of those that did not.
    pub rates: Vec<PassRate>,
}

/// Booleans, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooleanCounts {
    /// `true`
    pub passed: u64,
    /// `false`
    pub failed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

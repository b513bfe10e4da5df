//! What comes of a comparison, as plain values: also the JSON that `scorebox compare --json` prints.
//!
//! Side A is the earlier run, side B the later one; differences are B less A. The keys are described in
//! `host/verdict/docs/compare.md`.

use jiff::Timestamp;
use scorebox_core::{Digest, RunId, Value};
use scorebox_eval::{RunRecord, RunStatus};
use scorebox_stats::{Confidence, Interval};
use serde::{Deserialize, Serialize};

use super::difference::{Change, Difference, Severity};
use super::feedback::{FeedbackComparison, NumericComparison};
use crate::{Excerpt, InputsKey};

/// How two runs differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonReport {
    /// The earlier run, or the baseline.
    pub a: RunBrief,
    /// The later run.
    pub b: RunBrief,
    /// What is meant to differ between runs: the predict function, its config, its models, the commit.
    pub changed: Vec<Change>,
    /// What differs and has a say in whether the numbers can be compared: the worst first.
    pub differences: Vec<Difference>,
    /// Which examples were set against each other.
    pub pairing: Pairing,
    /// The level of all intervals.
    pub confidence: Confidence,
    /// Each feedback that both runs have, in the order of B.
    pub feedback: Vec<FeedbackComparison>,
    /// Feedback that only A has, as `scorer` or `scorer:feedback`.
    pub only_a: Vec<String>,
    /// Feedback that only B has.
    pub only_b: Vec<String>,
    /// The rows whose verdict changed, by feedback, where there are any.
    pub flips: Vec<FeedbackFlips>,
    /// What both took.
    pub spending: SpendingComparison,
    /// The same by a field of the examples, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<SliceComparison>,
}

/// A value of either side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides<T> {
    /// Of the earlier run.
    pub a: T,
    /// Of the later run.
    pub b: T,
}

/// Which run it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunBrief {
    /// Its id.
    pub run_id: RunId,
    /// Its experiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// How far it came.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// The commit that was checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// The branch that was checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_branch: Option<String>,
    /// The stored dataset, such as `support-qa@3`, or else the file.
    pub dataset: String,
    /// Names the examples.
    pub snapshot: Digest,
    /// The rows that were looked at.
    pub rows: u64,
    /// How often each example was evaluated.
    pub repeats: u32,
}

impl RunBrief {
    pub(super) fn of(record: &RunRecord, rows: u64) -> Self {
        Self {
            run_id: record.run_id.clone(),
            experiment: record.experiment.clone(),
            status: record.status,
            started_at: record.started_at,
            git_commit: record.git_commit.clone(),
            git_branch: record.git_branch.clone(),
            dataset: super::difference::dataset_name(record),
            snapshot: record.dataset.snapshot,
            rows,
            repeats: record.repeats.get(),
        }
    }
}

/// Which examples were set against each other. The example is the unit: of one that was evaluated several times, the mean
/// of its repeats is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// What makes two examples a pair.
    pub by: PairedBy,
    /// Examples that are in both runs.
    pub pairs: u64,
    /// Examples that only A has.
    pub only_a: u64,
    /// Examples that only B has.
    pub only_b: u64,
}

/// What makes two examples a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairedBy {
    /// Both runs evaluated the same examples: the place in the dataset.
    Index,
    /// The datasets differ: equal inputs, the first occurrence with the first.
    Inputs,
}

/// The rows whose verdict changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackFlips {
    /// The scorer.
    pub scorer: String,
    /// The feedback.
    pub feedback: String,
    /// How many got worse.
    pub worse: u64,
    /// How many got better.
    pub better: u64,
    /// How many got another label.
    #[serde(default, skip_serializing_if = "crate::compare::is_zero")]
    pub relabelled: u64,
    /// The flips: worse ones first, great moves before small ones.
    pub kept: Vec<Flip>,
}

impl FeedbackFlips {
    /// All flips, also those that were not kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.worse + self.better + self.relabelled
    }
}

/// A row whose verdict changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flip {
    /// The example's id in B.
    pub id: String,
    /// Names the inputs; none where they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs_key: Option<InputsKey>,
    /// The row's position in either run.
    pub position: Sides<u64>,
    /// Where it went.
    pub direction: Direction,
    /// By how much, B less A; none for labels. Of a repeated example, between the means of its repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<f64>,
    /// The values.
    pub value: Sides<Value>,
    /// What was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Excerpt>,
    /// What was answered.
    pub outputs: Sides<Option<Excerpt>>,
    /// Why the scorer thought so.
    pub rationale: Sides<Option<Excerpt>>,
}

/// Where a verdict went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It got worse.
    Worse,
    /// It got better.
    Better,
    /// It is another label.
    Relabelled,
}

/// What both runs took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpendingComparison {
    /// Dollars in all.
    pub cost_usd: Sides<f64>,
    /// Tokens read and written in all.
    pub tokens: Sides<u64>,
    /// Requests in all.
    pub requests: Sides<u64>,
    /// Dollars for one row, over pairs; none where neither side asked a model, or where rows do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_row_usd: Option<PairedMeans>,
    /// How long the predict function took; none where a side has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predict_latency: Option<LatencyComparison>,
}

/// Means over pairs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedMeans {
    /// Pairs.
    pub n: u64,
    /// The means.
    pub mean: Sides<f64>,
    /// The mean of the differences.
    pub difference: f64,
    /// Its interval (paired t); none where there are too few pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// How long calls took, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyComparison {
    /// The median of all calls.
    pub p50_ns: Sides<f64>,
    /// The 90th percentile of all calls.
    pub p90_ns: Sides<f64>,
    /// The mean over pairs, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired_ns: Option<PairedMeans>,
    /// Calls whose result was kept from an earlier run: their times are that run's.
    pub reused: Sides<u64>,
}

/// The comparison by a field of the examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceComparison {
    /// The field, such as `tags.topic`.
    pub by: String,
    /// One slice for each value, the largest first.
    pub slices: Vec<Slice>,
    /// Values whose pairs stand together in the last slice, as there were too many.
    #[serde(default, skip_serializing_if = "crate::compare::is_zero")]
    pub merged_values: u64,
    /// How many tests the slices come to. `p_adjusted` is corrected for all of them; a `p_value` of 5 % is expected
    /// by chance on one in twenty.
    pub tests: u64,
}

/// The pairs with one value of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// The value; `(none)` for examples without it, `…other` for the rest.
    pub value: String,
    /// Pairs.
    pub pairs: u64,
    /// The booleans and numbers, by `scorer` or `scorer:feedback`.
    pub feedback: Vec<(String, NumericComparison)>,
}

impl ComparisonReport {
    /// Whether nothing rules out setting the numbers of the two runs against each other.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        self.differences.iter().all(|difference| difference.severity != Severity::NotComparable)
    }
}

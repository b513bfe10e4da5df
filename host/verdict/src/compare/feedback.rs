//! What one feedback of both runs comes to, as plain values.

use scorebox_stats::Interval;
use serde::{Deserialize, Serialize};

use super::report::Sides;

/// One feedback of both runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackComparison {
    /// The scorer.
    pub scorer: String,
    /// The feedback; by default it has the scorer's name.
    pub feedback: String,
    /// Whether the same scorer gave it; otherwise the numbers below say more about the scorers than about the runs.
    pub comparable: bool,
    /// Rows of pairs on which the scorer failed. These never enter a mean.
    pub errors: Sides<u64>,
    /// Rows of pairs for which the scorer was not called because there was no prediction.
    pub skipped: Sides<u64>,
    /// Pairs of which a side has no value.
    pub left_out: u64,
    /// Booleans and numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumericComparison>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelComparison>,
}

/// Booleans and numbers, pair by pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumericComparison {
    /// Whether all are booleans.
    pub kind: NumericKind,
    /// Pairs.
    pub n: u64,
    /// The groups of pairs that do not depend on each other, where pairs were clustered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// The mean, or the rate of `true`, over the pairs.
    pub mean: Sides<f64>,
    /// The mean of the differences.
    pub difference: f64,
    /// How much the differences vary, as a standard deviation. With clusters, so much that it explains the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// Where the true difference lies; none where there are too few pairs to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<DifferenceInterval>,
    /// Whether chance alone explains the difference; none where there are too few pairs to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PairedTest>,
    /// Whether less is better.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lower_is_better: bool,
    /// Pairs whose value got better.
    pub better: u64,
    /// Pairs whose value got worse.
    pub worse: u64,
    /// Pairs whose value stayed.
    pub equal: u64,
    /// The smallest true difference that so many pairs show with a power of 80 % at a level of 5 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable: Option<f64>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumericKind {
    /// `true` and `false`.
    Boolean,
    /// Numbers, and means of repeats.
    Number,
}

/// Where the true difference lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceInterval {
    /// How it was made.
    pub method: IntervalMethod,
    /// Its ends.
    #[serde(flatten)]
    pub interval: Interval,
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Booleans: the score interval of Tango (1998).
    Tango,
    /// Numbers: Student's t over the differences.
    PairedT,
    /// Clusters: t with a standard error that is robust to dependence within them.
    Clustered,
    /// All differences are equal.
    Constant,
}

/// Whether chance alone explains a difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedTest {
    /// The test.
    pub method: TestMethod,
    /// How likely at least as great a difference would be if there were none; two-sided.
    pub p_value: f64,
    /// The same, corrected for the number of comparisons in the table (Holm 1979).
    pub p_adjusted: f64,
}

/// A test of a paired difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestMethod {
    /// Booleans: McNemar's exact test.
    McNemar,
    /// Numbers, few pairs: every way to flip the signs of the differences, or a seeded sample of them.
    SignFlips,
    /// Numbers, many pairs: Student's t.
    PairedT,
    /// Clusters: t with a standard error that is robust to dependence within them.
    ClusteredT,
}

/// Texts, pair by pair; where examples were repeated, repeat by repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelComparison {
    /// Pairs.
    pub n: u64,
    /// Pairs with another label.
    pub changed: u64,
    /// From which label to which, the most frequent first.
    pub transitions: Vec<Transition>,
    /// Changes that are not among the transitions.
    #[serde(default, skip_serializing_if = "crate::compare::is_zero")]
    pub other_changes: u64,
}

/// How often one label became another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The label in A.
    pub from: String,
    /// The label in B.
    pub to: String,
    /// How often.
    pub count: u64,
}

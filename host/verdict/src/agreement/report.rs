//! How far judges agree with people, as plain values: also the JSON that `scorebox agree --json` prints.
//!
//! The keys are described in `host/verdict/docs/agree.md`.

use scorebox_core::Value;
use scorebox_stats::{Confidence, Interval};
use serde::{Deserialize, Serialize};

use super::judge::JudgeKind;
use crate::Excerpt;

/// How far the judges of a run agree with people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgreementReport {
    /// The rows of the run that came.
    pub rows: u64,
    /// The lines of labels.
    pub labels: u64,
    /// The people; a single empty name where the labels name none.
    pub raters: Vec<String>,
    /// Rows that labels are about and that did not come.
    pub unknown_rows: u64,
    /// The ids of the first of them.
    pub unknown_ids: Vec<String>,
    /// The level of all intervals.
    pub confidence: Confidence,
    /// The judges, in the order of the labels' columns.
    pub judges: Vec<JudgeAgreement>,
}

/// How far one judge agrees with people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeAgreement {
    /// The scorer.
    pub scorer: String,
    /// The feedback; by default it has the scorer's name.
    pub feedback: String,
    /// What both say.
    pub kind: JudgeKind,
    /// Rows on which both have a verdict.
    pub n: u64,
    /// Rows with a verdict of the judge, but none of people.
    pub without_label: u64,
    /// Rows with a verdict of people, but none of the judge: it failed, was not called, or said something else.
    pub without_verdict: u64,
    /// Rows on which as many people said one thing as another, so that there is nothing to agree with.
    pub ties: u64,
    /// Rows on which both say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Rate>,
    /// Cohen's kappa.
    pub kappa: Kappas,
    /// Krippendorff's alpha of the judge and people: nominal for booleans and labels, ordinal for labels with an order,
    /// interval for numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Statistic>,
    /// How far people agree with each other: as far as a judge can be held to agree with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleAgreement>,
    /// Who said what; none with too many different verdicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<ConfusionMatrix>,
    /// For booleans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booleans: Option<BooleanAgreement>,
    /// For numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberAgreement>,
    /// Rows on which they differ.
    pub disagreements: u64,
    /// These rows, or some of them: numbers that are furthest apart first, otherwise in the order of the rows.
    pub kept: Vec<Disagreement>,
}

/// A share of rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
    /// The share.
    pub value: f64,
    /// Its Wilson interval.
    pub interval: Interval,
}

/// A statistic with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistic {
    /// The statistic.
    pub value: f64,
    /// Its interval, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// Cohen's kappa; each is none where it is undefined, as when both say one thing only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kappas {
    /// Every disagreement is as bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<Statistic>,
    /// As bad as the verdicts are apart; for numbers and labels with an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<Statistic>,
    /// As bad as the square of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quadratic: Option<Statistic>,
}

/// How far people agree with each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleAgreement {
    /// Rows that several people judged.
    pub rows: u64,
    /// Their verdicts on these rows.
    pub verdicts: u64,
    /// Krippendorff's alpha among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Statistic>,
}

/// Who said what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfusionMatrix {
    /// The verdicts, in the order of rows and columns.
    pub labels: Vec<String>,
    /// For each verdict of people, how often the judge said what.
    pub counts: Vec<Vec<u64>>,
}

/// A judge of booleans, measured by what people say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BooleanAgreement {
    /// For people's `true`.
    pub of_true: ClassScore,
    /// For people's `false`.
    pub of_false: ClassScore,
    /// Matthews' correlation coefficient; none where a side says one thing only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcc: Option<f64>,
}

/// How well a judge finds one verdict of people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    /// Of the judge's verdicts, those of people; none where the judge never says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Rate>,
    /// Of people's verdicts, those of the judge; none where people never say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<Rate>,
    /// The harmonic mean of both; none where neither says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
}

/// A judge of numbers, measured by what people say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberAgreement {
    /// The linear correlation; none where a side does not vary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pearson: Option<f64>,
    /// The correlation of ranks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spearman: Option<f64>,
    /// By how much the judge is above people on average, with its t interval.
    pub bias: Statistic,
    /// How far it is from them on average.
    pub mean_distance: f64,
}

/// A row on which a judge and people differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The example's id.
    pub id: String,
    /// Which repetition of it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeat: u32,
    /// The example's place in the dataset.
    pub index: u64,
    /// What people say: the majority, of numbers the mean.
    pub people: Value,
    /// What the judge says.
    pub judge: Value,
    /// Why the judge says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<Excerpt>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(repeat: &u32) -> bool {
    *repeat == 0
}

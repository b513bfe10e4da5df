//! Two runs, set against each other.
//!
//! In a first pass the rows of both runs leave only numbers behind; when these are in, [`Comparison::compare`] finds the
//! differences and the rows whose verdict changed, and a second pass over those rows alone brings their texts.

mod config_diff;
mod details;
mod difference;
mod explain;
mod feedback;
mod flips;
mod labels;
mod numeric;
mod options;
mod pairing;
mod report;
mod side;
mod slices;
mod spending;
mod tango;
mod texts;
mod values;

use scorebox_eval::{RowResult, RunRecord};

pub use self::details::{ComparisonDetails, WantedRows};
pub use self::difference::{Change, Difference, DifferenceKind, Severity};
pub use self::feedback::{
    DifferenceInterval, FeedbackComparison, IntervalMethod, LabelComparison, NumericComparison, NumericKind,
    PairedTest, TestMethod, Transition,
};
pub use self::options::CompareOptions;
pub use self::report::{
    ComparisonReport, Direction, FeedbackFlips, Flip, LatencyComparison, PairedBy, PairedMeans, Pairing, RunBrief,
    Sides, Slice, SliceComparison, SpendingComparison,
};

use self::difference::{changes, differences};
use self::flips::{Flips, Search};
use self::labels::compare_labels;
use self::numeric::Measure;
use self::pairing::{Pair, pair};
use self::side::{Grouping, Side};
use self::slices::{Slicing, adjust};
use self::spending::compare_spending;
use self::texts::Texts;
use self::values::paired_values;
use crate::baseline::BaselineRow;
use crate::field::FieldReader;
use crate::number::count;
use crate::subject::Subject;

/// Different labels that are told apart, over all scorers, and the longest text that is one.
const MAX_LABELS: (u32, usize) = (4096, 256);
/// Different values of a field that are told apart, and the longest.
const MAX_SLICE_VALUES: (u32, usize) = (10_000, 1000);
/// Pairs up to which numbers get the permutation test; beyond, Student's t is as good and takes no time.
const MOST_PERMUTED: usize = 2000;

/// Two runs whose rows come in. See the module for how it is used.
pub struct Comparison {
    options: CompareOptions,
    by: Option<FieldReader>,
    clusters: Option<FieldReader>,
    paired_by: PairedBy,
    records: Sides<RunRecord>,
    a: Side,
    b: Side,
    ids: Vec<Box<str>>,
    labels: Texts,
    slices: Texts,
}

/// Why a row cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    /// Rows must come in the order of position.
    #[error("position {position} of run {side} came twice or too late; give the rows in the order of position")]
    OutOfOrder {
        /// Which run.
        side: &'static str,
        /// The position that came too late.
        position: u64,
    },
    /// The runs stand on different examples, so they are paired by inputs.
    #[error(
        "example {index} of run {side} came without its inputs, and the runs stand on different examples, which are \
         paired by inputs; read the rows with their examples"
    )]
    NoInputs {
        /// Which run.
        side: &'static str,
        /// The example's place in the dataset.
        index: u64,
    },
}

impl Comparison {
    /// Begins with what both runs were: A is the earlier one, or the baseline.
    #[must_use]
    pub fn new(a: RunRecord, b: RunRecord, options: CompareOptions) -> Self {
        let same = a.dataset.snapshot == b.dataset.snapshot;
        let paired_by = if same { PairedBy::Index } else { PairedBy::Inputs };
        let clusters = options.clusters.as_ref().or(b.dataset.group.as_ref()).or(a.dataset.group.as_ref());
        Self {
            by: options.by.as_ref().map(FieldReader::new),
            clusters: clusters.map(FieldReader::new),
            paired_by,
            a: Side::new("A", a.repeats.get(), !same),
            b: Side::new("B", b.repeats.get(), !same),
            records: Sides { a, b },
            ids: Vec::new(),
            labels: Texts::new(MAX_LABELS.0, MAX_LABELS.1),
            slices: Texts::new(MAX_SLICE_VALUES.0, MAX_SLICE_VALUES.1),
            options,
        }
    }

    /// Whether the rows must come with their examples. Outputs, rationales, logs and traces are not looked at.
    #[must_use]
    pub fn needs_examples(&self) -> bool {
        self.paired_by == PairedBy::Inputs || self.by.is_some() || self.clusters.is_some()
    }

    /// Adds a row of A, in the order of position.
    pub fn add_a(&mut self, row: &RowResult) -> Result<(), ComparisonError> {
        let mut grouping =
            Grouping { by: self.by.as_ref(), clusters: self.clusters.as_ref(), slices: &mut self.slices };
        self.a.add(row, &mut grouping, &mut self.labels)
    }

    /// Adds a row of a baseline in the place of A, in the order of position.
    pub fn add_baseline(&mut self, row: &BaselineRow) -> Result<(), ComparisonError> {
        let mut grouping =
            Grouping { by: self.by.as_ref(), clusters: self.clusters.as_ref(), slices: &mut self.slices };
        self.a.add_baseline(row, &mut grouping, &mut self.labels)
    }

    /// Adds a row of B, in the order of position.
    pub fn add_b(&mut self, row: &RowResult) -> Result<(), ComparisonError> {
        let mut grouping =
            Grouping { by: self.by.as_ref(), clusters: self.clusters.as_ref(), slices: &mut self.slices };
        let examples = self.b.examples.len();
        self.b.add(row, &mut grouping, &mut self.labels)?;
        if self.b.examples.len() > examples {
            self.ids.push(row.id.as_str().into());
        }
        Ok(())
    }

    /// Compares what came. What remains are the texts of the rows whose verdict changed.
    #[must_use]
    pub fn compare(self) -> ComparisonDetails {
        let (pairs, pairing) = pair(&self.a, &self.b, self.paired_by);
        let differences = differences(&self.records.a, &self.records.b, &pairing);
        let (feedback, flips, slices) = self.feedback(&pairs, &differences);
        let sides = Sides { a: &self.a, b: &self.b };
        let records = Sides { a: &self.records.a, b: &self.records.b };
        let report = ComparisonReport {
            a: RunBrief::of(records.a, count(self.a.rows.len())),
            b: RunBrief::of(records.b, count(self.b.rows.len())),
            changed: changes(records.a, records.b),
            differences,
            pairing,
            confidence: self.options.confidence,
            feedback,
            only_a: self.a.only_here(&self.b),
            only_b: self.b.only_here(&self.a),
            flips,
            spending: compare_spending(records, sides, &pairs, self.options.confidence),
            slices,
        };
        let repeats = Sides { a: self.records.a.repeats, b: self.records.b.repeats };
        ComparisonDetails::new(report, repeats, self.options.max_text_chars)
    }

    fn feedback(
        &self,
        pairs: &[Pair],
        differences: &[Difference],
    ) -> (Vec<FeedbackComparison>, Vec<FeedbackFlips>, Option<SliceComparison>) {
        let sides = Sides { a: &self.a, b: &self.b };
        let clusters = self.clusters.is_some().then(|| self.clusters_of(pairs));
        let mut slicing = self.by.is_some().then(|| Slicing::new(pairs, sides, &self.slices));
        let (mut compared, mut flipped) = (Vec::new(), Vec::new());
        let common = self.b.feedback().filter(|(scorer, feedback)| self.a.has(scorer, feedback));
        for (scorer, feedback) in common {
            let verdicts = Sides { a: self.a.verdicts(scorer, feedback), b: self.b.verdicts(scorer, feedback) };
            let values = paired_values(pairs, &self.a, &verdicts.a, &self.b, &verdicts.b);
            let measure = Measure {
                confidence: self.options.confidence,
                kind: values.kind,
                lower_is_better: self.options.is_lower_better(scorer, feedback),
                clusters: clusters.as_deref(),
                most_permuted: MOST_PERMUTED,
                seed: self.options.seed,
            };
            if let Some(slicing) = &mut slicing {
                let measure = Measure { most_permuted: slices::MOST_PERMUTED, ..measure };
                slicing.add(&Subject::of_feedback(scorer, feedback).to_string(), &measure, &values.numbers);
            }
            let search = Search {
                options: &self.options,
                lower_is_better: measure.lower_is_better,
                pairs,
                sides,
                verdicts: Sides { a: &verdicts.a, b: &verdicts.b },
                labels: &self.labels,
                ids: &self.ids,
            };
            flipped.extend(named(scorer, feedback, search.flips(&values)));
            compared.push(FeedbackComparison {
                scorer: scorer.to_owned(),
                feedback: feedback.to_owned(),
                comparable: is_comparable(differences, scorer),
                errors: values.errors,
                skipped: values.skipped,
                left_out: values.left_out,
                numbers: measure.compare(&values.numbers),
                labels: compare_labels(&values.labels, &self.labels),
            });
        }
        adjust(compared.iter_mut().filter_map(|it| it.numbers.as_mut()));
        let by = self.options.by.as_ref().map(ToString::to_string);
        (compared, flipped, slicing.map(|slicing| slicing.finish(by.unwrap_or_default())))
    }

    /// The cluster of each pair. An example without the value is a cluster of its own.
    fn clusters_of(&self, pairs: &[Pair]) -> Vec<u64> {
        let of = |(place, pair): (usize, &Pair)| {
            let known = self.b.examples[pair.b].cluster.or(self.a.examples[pair.a].cluster);
            known.unwrap_or_else(|| count(place))
        };
        pairs.iter().enumerate().map(of).collect()
    }
}

fn named(scorer: &str, feedback: &str, flips: Flips) -> Option<FeedbackFlips> {
    let Flips { worse, better, relabelled, kept } = flips;
    let (scorer, feedback) = (scorer.to_owned(), feedback.to_owned());
    let named = FeedbackFlips { scorer, feedback, worse, better, relabelled, kept };
    (named.count() > 0).then_some(named)
}

fn is_comparable(differences: &[Difference], scorer: &str) -> bool {
    let rules_out = |it: &&Difference| it.severity == Severity::NotComparable && it.scorer.as_deref() == Some(scorer);
    !differences.iter().any(|difference| rules_out(&difference))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_zero(count: &u64) -> bool {
    *count == 0
}

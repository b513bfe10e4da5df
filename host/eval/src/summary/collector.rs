use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use scorebox_core::{Aggregation, Failure, Feedback, Usage};

use super::feedback::FeedbackCollector;
use super::field_value::field_value;
use super::groups::Group;
use super::latency::LatencyCollector;
use super::{CallSummary, FirstError, ScorerSummary, Summary};
use crate::dataset::FieldPath;
use crate::results::{Outcome, RowResult, SkipReason};

/// Names of feedback that are summed up one by one for each scorer.
const MAX_FEEDBACK_NAMES: usize = 256;

/// Sums up results as they come. Rows must come in the order of their positions: repeats of an example are known by their
/// following each other, and sums agree to the last digit.
///
/// Takes constant memory, but with clusters some dozens of bytes for each of them.
pub struct SummaryCollector {
    rows: u64,
    rows_with_errors: u64,
    /// Whether any row repeats an example.
    is_repeated: bool,
    clusters: Option<ClusterNumbers>,
    predict: Calls,
    scorers: Vec<ScorerCollector>,
}

struct ScorerCollector {
    name: String,
    aggregations: Vec<Aggregation>,
    calls: Calls,
    skipped: u64,
    feedback: BTreeMap<String, FeedbackCollector>,
    other_feedback: u64,
}

/// Numbers the clusters in the order in which they come up.
struct ClusterNumbers {
    field: FieldPath,
    numbers: HashMap<String, usize>,
}

#[derive(Default)]
struct Calls {
    summary: CallSummary,
    latency: LatencyCollector,
}

impl SummaryCollector {
    /// Begins a summary for the scorers of a plan, in its order: their names in the run, and the aggregations that they
    /// or the user ask for. Without any, numbers get mean, min, median and p90, and booleans their rate as the mean.
    #[must_use]
    pub fn new(scorers: impl IntoIterator<Item = (String, Vec<Aggregation>)>) -> Self {
        let scorers = scorers.into_iter().map(|(name, aggregations)| ScorerCollector {
            name,
            aggregations,
            calls: Calls::default(),
            skipped: 0,
            feedback: BTreeMap::new(),
            other_feedback: 0,
        });
        Self {
            rows: 0,
            rows_with_errors: 0,
            is_repeated: false,
            clusters: None,
            predict: Calls::default(),
            scorers: scorers.collect(),
        }
    }

    /// Takes rows whose examples have the same value in a field for depending on each other, so that intervals are those
    /// of clusters. An example without a value depends on no other. Rows must carry their examples; said before the first.
    #[must_use]
    pub fn with_clusters(mut self, field: FieldPath) -> Self {
        self.clusters = Some(ClusterNumbers { field, numbers: HashMap::new() });
        self
    }

    /// Adds a row, whose scores stand in the order of the plan.
    pub fn add(&mut self, row: &RowResult) {
        debug_assert_eq!(row.scores.len(), self.scorers.len(), "a row has a result of every scorer of the plan");
        self.rows += 1;
        self.is_repeated |= row.repeat > 0;
        let cluster = self.clusters.as_mut().and_then(|clusters| clusters.number(row));
        let group = Group { example: row.index, cluster };
        let mut has_error = false;
        if let Some(prediction) = &row.prediction {
            let failure = prediction.outputs.as_ref().err();
            has_error |= failure.is_some();
            self.predict.add(&row.id, failure, prediction.elapsed, prediction.usage);
        }
        for (scorer, score) in self.scorers.iter_mut().zip(&row.scores) {
            match &score.outcome {
                Outcome::Feedback(feedback) => {
                    scorer.calls.add(&row.id, None, score.elapsed, score.usage);
                    feedback.iter().for_each(|feedback| scorer.add(feedback, group));
                }
                Outcome::Error(failure) => {
                    has_error = true;
                    scorer.calls.add(&row.id, Some(failure), score.elapsed, score.usage);
                }
                Outcome::Skipped(SkipReason::PredictionFailed) => scorer.skipped += 1,
                // The session is counted on its last row.
                Outcome::Skipped(SkipReason::EarlierTurn) => {}
            }
        }
        self.rows_with_errors += u64::from(has_error);
    }

    /// What the rows so far come to.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            rows: self.rows,
            rows_with_errors: self.rows_with_errors,
            usage: self.usage(),
            predict: (self.predict.summary.calls > 0).then(|| self.predict.summary()),
            scorers: self.scorers.iter().map(|scorer| scorer.summary(self.is_repeated)).collect(),
        }
    }

    fn usage(&self) -> Usage {
        let mut usage = self.predict.summary.usage;
        self.scorers.iter().for_each(|scorer| usage.add(scorer.calls.summary.usage));
        usage
    }
}

impl ClusterNumbers {
    fn number(&mut self, row: &RowResult) -> Option<usize> {
        let value = field_value(&self.field, row)?;
        let next = self.numbers.len();
        Some(*self.numbers.entry(value).or_insert(next))
    }
}

impl Calls {
    fn add(&mut self, id: &str, failure: Option<&Failure>, elapsed: Duration, usage: Usage) {
        self.summary.calls += 1;
        self.summary.usage.add(usage);
        self.latency.add(elapsed);
        if let Some(failure) = failure {
            self.summary.errors += 1;
            *self.summary.errors_by_kind.entry(failure.kind).or_default() += 1;
            self.summary.first_errors.entry(failure.kind).or_insert_with(|| FirstError::new(id, failure));
        }
    }

    fn summary(&self) -> CallSummary {
        CallSummary { latency: self.latency.summary(), ..self.summary.clone() }
    }
}

impl ScorerCollector {
    fn add(&mut self, feedback: &Feedback, group: Group) {
        if let Some(collector) = self.feedback.get_mut(&feedback.name) {
            collector.add(&feedback.value, group);
        } else if self.feedback.len() < MAX_FEEDBACK_NAMES {
            self.feedback.entry(feedback.name.clone()).or_default().add(&feedback.value, group);
        } else {
            self.other_feedback += 1;
        }
    }

    fn summary(&self, is_repeated: bool) -> ScorerSummary {
        let own = self.feedback.get_key_value(&self.name);
        let others = self.feedback.iter().filter(|(name, _)| **name != self.name);
        ScorerSummary {
            name: self.name.clone(),
            calls: self.calls.summary(),
            skipped: self.skipped,
            feedback: own
                .into_iter()
                .chain(others)
                .map(|(name, it)| it.summary(name, &self.aggregations, is_repeated))
                .collect(),
            other_feedback: self.other_feedback,
        }
    }
}

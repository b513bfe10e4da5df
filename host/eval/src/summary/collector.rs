use std::collections::BTreeMap;
use std::time::Duration;

use scorebox_core::{Aggregation, Failure, Feedback, Usage, Value};

use super::labels::LabelCounts;
use super::latency::LatencyCollector;
use super::numbers::Numbers;
use super::{BooleanCounts, CallSummary, FeedbackSummary, ScorerSummary, Summary};
use crate::results::{Outcome, RowResult, SkipReason};

/// Names of feedback that are summed up one by one for each scorer.
const MAX_FEEDBACK_NAMES: usize = 256;

/// Sums up results as they come. Rows must come in the order of the dataset for two runs to agree to the last digit.
pub struct SummaryCollector {
    rows: u64,
    rows_with_errors: u64,
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

#[derive(Default)]
struct Calls {
    summary: CallSummary,
    latency: LatencyCollector,
}

#[derive(Default)]
struct FeedbackCollector {
    n: u64,
    numbers: Numbers,
    integers_and_floats: u64,
    booleans: Option<BooleanCounts>,
    labels: Option<LabelCounts>,
    json: u64,
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
        Self { rows: 0, rows_with_errors: 0, predict: Calls::default(), scorers: scorers.collect() }
    }

    /// Adds a row, whose scores stand in the order of the plan.
    pub fn add(&mut self, row: &RowResult) {
        debug_assert_eq!(row.scores.len(), self.scorers.len(), "a row has a result of every scorer of the plan");
        self.rows += 1;
        let mut has_error = false;
        if let Some(prediction) = &row.prediction {
            let failure = prediction.outputs.as_ref().err();
            has_error |= failure.is_some();
            self.predict.add(failure, prediction.elapsed, prediction.usage);
        }
        for (scorer, score) in self.scorers.iter_mut().zip(&row.scores) {
            match &score.outcome {
                Outcome::Feedback(feedback) => {
                    scorer.calls.add(None, score.elapsed, score.usage);
                    feedback.iter().for_each(|feedback| scorer.add(feedback));
                }
                Outcome::Error(failure) => {
                    has_error = true;
                    scorer.calls.add(Some(failure), score.elapsed, score.usage);
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
            scorers: self.scorers.iter().map(ScorerCollector::summary).collect(),
        }
    }

    fn usage(&self) -> Usage {
        let mut usage = self.predict.summary.usage;
        self.scorers.iter().for_each(|scorer| usage.add(scorer.calls.summary.usage));
        usage
    }
}

impl Calls {
    fn add(&mut self, failure: Option<&Failure>, elapsed: Duration, usage: Usage) {
        self.summary.calls += 1;
        self.summary.usage.add(usage);
        self.latency.add(elapsed);
        if let Some(failure) = failure {
            self.summary.errors += 1;
            *self.summary.errors_by_kind.entry(failure.kind).or_default() += 1;
        }
    }

    fn summary(&self) -> CallSummary {
        CallSummary { latency: self.latency.summary(), ..self.summary.clone() }
    }
}

impl ScorerCollector {
    fn add(&mut self, feedback: &Feedback) {
        if let Some(collector) = self.feedback.get_mut(&feedback.name) {
            collector.add(&feedback.value);
        } else if self.feedback.len() < MAX_FEEDBACK_NAMES {
            self.feedback.entry(feedback.name.clone()).or_default().add(&feedback.value);
        } else {
            self.other_feedback += 1;
        }
    }

    fn summary(&self) -> ScorerSummary {
        let own = self.feedback.get_key_value(&self.name);
        let others = self.feedback.iter().filter(|(name, _)| **name != self.name);
        ScorerSummary {
            name: self.name.clone(),
            calls: self.calls.summary(),
            skipped: self.skipped,
            feedback: own.into_iter().chain(others).map(|(name, it)| it.summary(name, &self.aggregations)).collect(),
            other_feedback: self.other_feedback,
        }
    }
}

impl FeedbackCollector {
    fn add(&mut self, value: &Value) {
        self.n += 1;
        if let Some(number) = value.as_f64() {
            self.numbers.add(number);
        }
        match value {
            Value::Boolean(true) => self.booleans.get_or_insert_default().passed += 1,
            Value::Boolean(false) => self.booleans.get_or_insert_default().failed += 1,
            Value::Integer(_) | Value::Number(_) => self.integers_and_floats += 1,
            Value::Text(label) => self.labels.get_or_insert_default().add(label),
            Value::Json(_) => self.json += 1,
        }
    }

    fn summary(&self, name: &str, wanted: &[Aggregation]) -> FeedbackSummary {
        let wanted = match wanted {
            [] if self.integers_and_floats == 0 => &[Aggregation::Mean],
            [] => [Aggregation::Mean, Aggregation::Min, Aggregation::Median, Aggregation::P90].as_slice(),
            wanted => wanted,
        };
        let aggregates = wanted.iter().filter_map(|wanted| Some((*wanted, self.numbers.aggregate(*wanted)?)));
        FeedbackSummary {
            name: name.to_owned(),
            n: self.n,
            aggregates: aggregates.collect(),
            approximate: !self.numbers.percentiles_are_exact()
                && wanted.iter().any(|wanted| matches!(wanted, Aggregation::Median | Aggregation::P90)),
            booleans: self.booleans,
            labels: self.labels.clone(),
            json: self.json,
        }
    }
}

use std::collections::BTreeMap;

use scorebox_core::{Aggregation, Value};
use scorebox_stats::{Clusters, Confidence, PassRates};

use super::groups::{Group, Groups};
use super::interval::{AggregateInterval, of_mean, of_median};
use super::labels::LabelCounts;
use super::numbers::Numbers;
use super::{BooleanCounts, FeedbackSummary, RepeatSummary};

/// Sums up the verdicts with one name.
#[derive(Default)]
pub(super) struct FeedbackCollector {
    n: u64,
    numbers: Numbers,
    groups: Groups,
    integers_and_floats: u64,
    booleans: Option<BooleanCounts>,
    labels: Option<LabelCounts>,
    json: u64,
}

impl FeedbackCollector {
    pub(super) fn add(&mut self, value: &Value, group: Group) {
        self.n += 1;
        if let Some(number) = value.as_f64() {
            self.numbers.add(number);
            let passed = if let Value::Boolean(passed) = value { Some(*passed) } else { None };
            self.groups.add(group, number, passed);
        }
        match value {
            Value::Boolean(true) => self.booleans.get_or_insert_default().passed += 1,
            Value::Boolean(false) => self.booleans.get_or_insert_default().failed += 1,
            Value::Integer(_) | Value::Number(_) => self.integers_and_floats += 1,
            Value::Text(label) => self.labels.get_or_insert_default().add(label),
            Value::Json(_) => self.json += 1,
        }
    }

    pub(super) fn summary(&self, name: &str, wanted: &[Aggregation], is_repeated: bool) -> FeedbackSummary {
        let wanted = match wanted {
            [] if self.integers_and_floats == 0 => &[Aggregation::Mean],
            [] => [Aggregation::Mean, Aggregation::Min, Aggregation::Median, Aggregation::P90].as_slice(),
            wanted => wanted,
        };
        let aggregates = wanted.iter().filter_map(|wanted| Some((*wanted, self.numbers.aggregate(*wanted)?)));
        let aggregates: BTreeMap<_, _> = aggregates.collect();
        let (clusters, passes) = self.groups.finished();
        let intervals = aggregates.keys().filter_map(|of| Some((*of, self.interval(*of, &clusters)?)));
        FeedbackSummary {
            name: name.to_owned(),
            n: self.n,
            intervals: intervals.collect(),
            repeats: if is_repeated { self.repeats(&passes) } else { None },
            approximate: !self.numbers.percentiles_are_exact()
                && wanted.iter().any(|wanted| matches!(wanted, Aggregation::Median | Aggregation::P90)),
            aggregates,
            booleans: self.booleans,
            labels: self.labels.clone(),
            json: self.json,
        }
    }

    /// What is a rate: booleans, where there is nothing else to take a mean of.
    fn rate(&self) -> Option<BooleanCounts> {
        self.booleans.filter(|_| self.integers_and_floats == 0)
    }

    fn interval(&self, of: Aggregation, clusters: &Clusters) -> Option<AggregateInterval> {
        match of {
            Aggregation::Mean => of_mean(&self.numbers, self.rate(), clusters),
            Aggregation::Median => of_median(&self.numbers, clusters),
            Aggregation::Min | Aggregation::Max | Aggregation::P90 | Aggregation::Variance => None,
        }
    }

    fn repeats(&self, passes: &PassRates) -> Option<RepeatSummary> {
        self.rate()?;
        let confidence = Confidence::default();
        Some(RepeatSummary { level: confidence.level(), rates: passes.rates(confidence) })
    }
}

use scorebox_stats::{Clusters, Confidence, Interval, Undefined, quantile_ranks, wilson};
use serde::{Deserialize, Serialize};

use super::BooleanCounts;
use super::numbers::Numbers;

/// Where an aggregate would lie if there were any number of rows like these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AggregateInterval {
    /// How it was found.
    pub method: IntervalMethod,
    /// How often an interval made this way holds the true value: 0.95.
    pub level: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The values that the aggregate stands on.
    pub n: u64,
    /// The clusters that these values come in, where they are fewer: examples that are repeated, rows that belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Wilson's interval of a rate.
    Wilson,
    /// Student's interval of a mean.
    T,
    /// The interval of a mean whose values depend on each other within clusters.
    Clustered,
    /// The interval of a median between two values of the sample.
    OrderStatistic,
}

/// The interval of the mean, or of the rate where all values are booleans; none where it is undefined.
pub(super) fn of_mean(
    numbers: &Numbers,
    booleans: Option<BooleanCounts>,
    clusters: &Clusters,
) -> Option<AggregateInterval> {
    let confidence = Confidence::default();
    let (method, interval) = match (booleans, are_independent(clusters)) {
        (Some(counts), true) => (IntervalMethod::Wilson, wilson(counts.passed, clusters.n(), confidence)),
        (None, true) => (IntervalMethod::T, numbers.moments().estimate(confidence).map(|mean| mean.interval)),
        (None, false) => (IntervalMethod::Clustered, clusters.estimate(confidence).map(|mean| mean.interval)),
        (Some(counts), false) => of_clustered_rate(counts, clusters, confidence),
    };
    made(method, interval, clusters)
}

/// Where every row passed, or none did, clusters show no variance, but each is at least one trial.
fn of_clustered_rate(
    counts: BooleanCounts,
    clusters: &Clusters,
    confidence: Confidence,
) -> (IntervalMethod, Result<Interval, Undefined>) {
    let trials = clusters.clusters();
    match counts {
        BooleanCounts { failed: 0, .. } => (IntervalMethod::Wilson, wilson(trials, trials, confidence)),
        BooleanCounts { passed: 0, .. } => (IntervalMethod::Wilson, wilson(0, trials, confidence)),
        _ => {
            let mean = clusters.estimate(confidence);
            (IntervalMethod::Clustered, mean.map(|mean| mean.interval.within(0.0, 1.0)))
        }
    }
}

/// The interval of the median; none where there are too few values.
pub(super) fn of_median(numbers: &Numbers, clusters: &Clusters) -> Option<AggregateInterval> {
    let n = if are_independent(clusters) { clusters.n() } else { effective_n(numbers, clusters)? };
    let ranks = quantile_ranks(n, 0.5, Confidence::default()).ok()?;
    let last = float(n) - 1.0;
    let at = |rank: f64| numbers.quantile(rank / last);
    let interval = Interval { low: at(ranks.low)?, high: at(ranks.high)? };
    made(IntervalMethod::OrderStatistic, Ok(interval), clusters)
}

/// As how many independent values these are good for the mean (the design effect of Kish 1965), taken for the median too.
fn effective_n(numbers: &Numbers, clusters: &Clusters) -> Option<u64> {
    let confidence = Confidence::default();
    let plain = numbers.moments().estimate(confidence).ok()?.standard_error;
    let clustered = clusters.estimate(confidence).ok()?.standard_error;
    let effective = float(clusters.n()) * (plain / clustered).powi(2).min(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is at most the number of values")]
    Some(effective as u64)
}

fn are_independent(clusters: &Clusters) -> bool {
    clusters.clusters() == clusters.n()
}

fn made(
    method: IntervalMethod,
    interval: Result<Interval, Undefined>,
    clusters: &Clusters,
) -> Option<AggregateInterval> {
    // JSON has no infinity.
    let Interval { low, high } = interval.ok().filter(|it| it.low.is_finite() && it.high.is_finite())?;
    let level = Confidence::default().level();
    let fewer = (!are_independent(clusters)).then_some(clusters.clusters());
    Some(AggregateInterval { method, level, low, high, n: clusters.n(), clusters: fewer })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_stats::Moments;

    fn numbers(values: &[f64]) -> Numbers {
        let mut numbers = Numbers::default();
        values.iter().for_each(|value| numbers.add(*value));
        numbers
    }

    fn each(values: &[f64]) -> Clusters {
        values.iter().map(|value| (1, *value)).collect()
    }

    #[test]
    fn independent_numbers_have_the_interval_of_t() {
        let values = [1.0, 2.0, 4.0, 8.0];
        let found = of_mean(&numbers(&values), None, &each(&values)).unwrap();
        let expected = values.into_iter().collect::<Moments>().estimate(Confidence::default()).unwrap().interval;
        assert_eq!((found.method, found.low, found.high), (IntervalMethod::T, expected.low, expected.high));
        assert_eq!((found.level, found.n, found.clusters), (0.95, 4, None));
    }

    #[test]
    fn values_that_do_not_vary_have_no_interval_but_rates_have() {
        let values = [1.0; 4];
        assert_eq!(of_mean(&numbers(&values), None, &each(&values)), None);
        let counts = BooleanCounts { passed: 4, failed: 0 };
        let found = of_mean(&numbers(&values), Some(counts), &each(&values)).unwrap();
        let expected = wilson(4, 4, Confidence::default()).unwrap();
        assert_eq!((found.method, found.low, found.high), (IntervalMethod::Wilson, expected.low, expected.high));
    }

    #[test]
    fn a_cluster_that_passed_throughout_is_one_trial() {
        let values = [1.0; 12];
        let clusters: Clusters = [(4, 4.0), (4, 4.0), (4, 4.0)].into_iter().collect();
        let counts = BooleanCounts { passed: 12, failed: 0 };
        let found = of_mean(&numbers(&values), Some(counts), &clusters).unwrap();
        let expected = wilson(3, 3, Confidence::default()).unwrap();
        assert_eq!(
            (found.method, found.low, found.n, found.clusters),
            (IntervalMethod::Wilson, expected.low, 12, Some(3))
        );
    }

    #[test]
    fn a_clustered_rate_stays_a_rate() {
        let values = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0];
        let clusters: Clusters = [(2, 2.0), (2, 2.0), (2, 1.0)].into_iter().collect();
        let found = of_mean(&numbers(&values), Some(BooleanCounts { passed: 5, failed: 1 }), &clusters).unwrap();
        assert_eq!((found.method, found.high, found.clusters), (IntervalMethod::Clustered, 1.0, Some(3)));
    }

    #[test]
    fn a_median_lies_between_two_of_the_values() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        let found = of_median(&numbers(&values), &each(&values)).unwrap();
        assert_eq!((found.method, found.n), (IntervalMethod::OrderStatistic, 101));
        // Order statistics 41 and 61 of 101 hold the median with 95.4 % (scipy.stats.binom).
        assert!(found.low > 39.5 && found.low < 41.0 && (found.low + found.high - 100.0).abs() < 1e-9, "{found:?}");
        assert_eq!(of_median(&numbers(&values[..5]), &each(&values[..5])), None);
    }

    #[test]
    fn values_that_repeat_each_other_make_a_median_no_surer() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i / 4)).collect();
        let clusters: Clusters = (0..100).map(|i| (4, f64::from(4 * i))).collect();
        let repeated = of_median(&numbers(&values), &clusters).unwrap();
        let once: Vec<f64> = (0..100).map(f64::from).collect();
        let single = of_median(&numbers(&once), &each(&once)).unwrap();
        assert!((repeated.low - single.low).abs() <= 1.0 && (repeated.high - single.high).abs() <= 1.0);
        assert_eq!((repeated.n, repeated.clusters), (400, Some(100)));
    }
}

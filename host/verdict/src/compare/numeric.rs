use std::collections::BTreeMap;

use scorebox_stats::{
    Clusters, Confidence, Interval, MeanEstimate, Moments, PairedCounts, Power, SignFlips, detectable_difference,
};

use super::feedback::{DifferenceInterval, IntervalMethod, NumericComparison, NumericKind, PairedTest, TestMethod};
use super::report::Sides;
use super::tango::tango;
use super::values::PairedNumbers;
use crate::number::{count, float, length};

/// How numbers are compared.
pub(super) struct Measure<'c> {
    pub(super) confidence: Confidence,
    pub(super) kind: NumericKind,
    pub(super) lower_is_better: bool,
    /// By pair, where pairs depend on each other.
    pub(super) clusters: Option<&'c [u64]>,
    /// Pairs up to which the permutation test is used.
    pub(super) most_permuted: usize,
    pub(super) seed: u64,
}

/// What the differences say.
struct Estimate {
    difference: f64,
    deviation: Option<f64>,
    interval: Option<DifferenceInterval>,
    test: Option<(TestMethod, f64)>,
}

impl Measure<'_> {
    /// Compares pairs; none without any.
    pub(super) fn compare(&self, pairs: &[PairedNumbers]) -> Option<NumericComparison> {
        if pairs.is_empty() {
            return None;
        }
        let n = count(pairs.len());
        let mut clusters = None;
        let estimate = match (self.clusters, self.kind) {
            (Some(keys), _) => {
                let grouped = grouped(pairs, keys);
                clusters = Some(count(grouped.len()));
                self.clustered(pairs, grouped)
            }
            (None, NumericKind::Boolean) => self.booleans(pairs),
            (None, NumericKind::Number) => self.numbers(pairs),
        };
        let up = count(pairs.iter().filter(|pair| pair.b > pair.a).count());
        let down = count(pairs.iter().filter(|pair| pair.b < pair.a).count());
        let (better, worse) = if self.lower_is_better { (down, up) } else { (up, down) };
        let mean = |side: fn(&PairedNumbers) -> f64| pairs.iter().map(side).sum::<f64>() / float(n);
        Some(NumericComparison {
            kind: self.kind,
            n,
            clusters,
            mean: Sides { a: mean(|pair| pair.a), b: mean(|pair| pair.b) },
            difference: estimate.difference,
            deviation: estimate.deviation,
            interval: estimate.interval,
            test: estimate.test.map(|(method, p_value)| PairedTest { method, p_value, p_adjusted: p_value }),
            lower_is_better: self.lower_is_better,
            better,
            worse,
            equal: n - up - down,
            detectable: estimate.deviation.and_then(|it| detectable_difference(it, n, Power::default()).ok()),
        })
    }

    fn booleans(&self, pairs: &[PairedNumbers]) -> Estimate {
        let mut counts = PairedCounts::default();
        pairs.iter().for_each(|pair| counts.add(pair.a > 0.5, pair.b > 0.5));
        let moments = moments(pairs);
        let interval = tango(counts.only_first, counts.only_second, counts.n(), self.confidence);
        Estimate {
            difference: counts.difference().unwrap_or_default(),
            deviation: deviation(&moments),
            interval: interval.map(|interval| DifferenceInterval { method: IntervalMethod::Tango, interval }),
            test: Some((TestMethod::McNemar, counts.exact_p())),
        }
    }

    fn numbers(&self, pairs: &[PairedNumbers]) -> Estimate {
        let moments = moments(pairs);
        let difference = moments.mean().unwrap_or_default();
        let Ok(estimate) = moments.estimate(self.confidence) else {
            return constant(pairs, difference);
        };
        let test = if pairs.len() <= self.most_permuted {
            let differences: Vec<f64> = pairs.iter().map(PairedNumbers::difference).collect();
            let flips = SignFlips { seed: self.seed, ..SignFlips::default() };
            flips.test(&differences).ok().map(|test| (TestMethod::SignFlips, test.p))
        } else {
            Some((TestMethod::PairedT, estimate.p(0.0)))
        };
        Estimate {
            difference,
            deviation: deviation(&moments),
            interval: interval(IntervalMethod::PairedT, estimate),
            test,
        }
    }

    fn clustered(&self, pairs: &[PairedNumbers], grouped: BTreeMap<u64, (u64, f64)>) -> Estimate {
        let clusters: Clusters = grouped.into_values().collect();
        let difference = clusters.mean().unwrap_or_default();
        let Ok(estimate) = clusters.estimate(self.confidence) else {
            // One cluster says nothing of others, unless nothing varies at all.
            let constant = constant(pairs, difference);
            return if clusters.clusters() < 2 {
                Estimate { interval: None, test: None, ..constant }
            } else {
                constant
            };
        };
        Estimate {
            difference,
            deviation: Some(estimate.standard_error * length(pairs.len()).sqrt()),
            interval: interval(IntervalMethod::Clustered, estimate),
            test: Some((TestMethod::ClusteredT, estimate.p(0.0))),
        }
    }
}

fn interval(method: IntervalMethod, estimate: MeanEstimate) -> Option<DifferenceInterval> {
    Some(DifferenceInterval { method, interval: estimate.interval })
}

/// Differences that are all equal, or a single one.
fn constant(pairs: &[PairedNumbers], difference: f64) -> Estimate {
    let is_known = pairs.len() > 1 && difference.is_finite();
    let interval = Interval { low: difference, high: difference };
    let differences: Vec<f64> = pairs.iter().map(PairedNumbers::difference).collect();
    // The sign test, as all have one size.
    let p = SignFlips::default().test(&differences).map_or(1.0, |test| test.p);
    Estimate {
        difference,
        deviation: None,
        interval: is_known.then_some(DifferenceInterval { method: IntervalMethod::Constant, interval }),
        test: is_known.then_some((TestMethod::SignFlips, p)),
    }
}

fn moments(pairs: &[PairedNumbers]) -> Moments {
    pairs.iter().map(PairedNumbers::difference).collect()
}

fn deviation(moments: &Moments) -> Option<f64> {
    moments.variance().ok().map(f64::sqrt).filter(|deviation| *deviation > 0.0)
}

/// The number of pairs and the sum of their differences, by cluster.
fn grouped(pairs: &[PairedNumbers], keys: &[u64]) -> BTreeMap<u64, (u64, f64)> {
    let mut grouped = BTreeMap::new();
    for pair in pairs {
        let (size, sum): &mut (u64, f64) = grouped.entry(keys[pair.pair]).or_default();
        *size += 1;
        *sum += pair.difference();
    }
    grouped
}

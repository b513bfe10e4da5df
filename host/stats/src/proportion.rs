//! Intervals of a rate: `successes` of `trials`, independent of each other.

use crate::binomial;
use crate::distribution::normal_quantile;
use crate::interval::{Confidence, Interval};
use crate::number::float;
use crate::undefined::Undefined;

/// Wilson's score interval (Wilson 1927): the default for rates, as it holds its level on average and has a width even
/// where all or none succeeded. Checked against statsmodels.
pub fn wilson(successes: u64, trials: u64, confidence: Confidence) -> Result<Interval, Undefined> {
    let rate = rate(successes, trials)?;
    let n = float(trials);
    let z = normal_quantile(confidence.tail());
    let shrunk = 1.0 + z * z / n;
    let centre = (rate + z * z / (2.0 * n)) / shrunk;
    let reach = z / shrunk * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
    Ok(exact_at_the_ends(Interval::around(centre, reach), successes, trials))
}

/// The exact interval of Clopper and Pearson (1934): never below its level, and therefore wider than Wilson's. Checked
/// against statsmodels (`beta`).
///
/// Takes O(√trials) steps sixty times over: 10 ms for a million trials.
pub fn clopper_pearson(successes: u64, trials: u64, confidence: Confidence) -> Result<Interval, Undefined> {
    let rate = rate(successes, trials)?;
    let tail = confidence.tail();
    let at_least = |p| binomial::tails(successes, trials, p).at_least;
    let at_most = |p| binomial::tails(successes, trials, p).at_most;
    let low = if successes == 0 { 0.0 } else { bisect(0.0, rate, |p| at_least(p) < tail) };
    let high = if successes == trials { 1.0 } else { bisect(rate, 1.0, |p| at_most(p) > tail) };
    Ok(Interval { low, high })
}

/// Agresti and Coull (1998): Wald's interval around Wilson's centre. Checked against statsmodels.
pub fn agresti_coull(successes: u64, trials: u64, confidence: Confidence) -> Result<Interval, Undefined> {
    rate(successes, trials)?;
    let z = normal_quantile(confidence.tail());
    let n = float(trials) + z * z;
    let centre = (float(successes) + z * z / 2.0) / n;
    Ok(Interval::around(centre, z * (centre * (1.0 - centre) / n).sqrt()).within(0.0, 1.0))
}

/// The textbook's normal approximation, for comparison with others who report it: it misses its level for small
/// samples and has no width where all or none succeeded. Checked against statsmodels (`normal`).
pub fn wald(successes: u64, trials: u64, confidence: Confidence) -> Result<Interval, Undefined> {
    let rate = rate(successes, trials)?;
    let z = normal_quantile(confidence.tail());
    Ok(Interval::around(rate, z * (rate * (1.0 - rate) / float(trials)).sqrt()).within(0.0, 1.0))
}

fn rate(successes: u64, trials: u64) -> Result<f64, Undefined> {
    if trials == 0 {
        return Err(Undefined::TooFew { needed: 1, found: 0 });
    }
    if successes > trials {
        let found = float(successes);
        return Err(Undefined::OutOfRange {
            what: "the number of successes",
            found,
            expected: "that of trials at most",
        });
    }
    Ok(float(successes) / float(trials))
}

/// Takes rounding out of the ends that are 0 and 1 by definition.
fn exact_at_the_ends(interval: Interval, successes: u64, trials: u64) -> Interval {
    let interval = interval.within(0.0, 1.0);
    Interval {
        low: if successes == 0 { 0.0 } else { interval.low },
        high: if successes == trials { 1.0 } else { interval.high },
    }
}

/// Where `is_below` turns from true to false, to the last digit.
fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if is_below(middle) { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Method = fn(u64, u64, Confidence) -> Result<Interval, Undefined>;
    const METHODS: [Method; 4] = [wilson, clopper_pearson, agresti_coull, wald];

    fn at(level: f64) -> Confidence {
        Confidence::new(level).unwrap()
    }

    #[test]
    fn a_rate_of_nothing_is_undefined() {
        for method in METHODS {
            assert_eq!(method(0, 0, at(0.95)), Err(Undefined::TooFew { needed: 1, found: 0 }));
            assert!(matches!(method(3, 2, at(0.95)), Err(Undefined::OutOfRange { .. })));
        }
    }

    #[test]
    fn a_million_trials_are_as_precise() {
        // scipy.special.betaincinv(3, 999998, 0.025), betaincinv(4, 999997, 0.975)
        let interval = clopper_pearson(3, 1_000_000, at(0.95)).unwrap();
        assert!((interval.low / 6.186_725_501_906_401e-7 - 1.0).abs() < 1e-9, "{interval:?}");
        assert!((interval.high / 8.767_247_788_067_677e-6 - 1.0).abs() < 1e-9, "{interval:?}");
    }

    proptest! {
        #[test]
        fn intervals_hold_the_rate_and_grow_with_confidence(n in 1_u64..3000, share in 0.0..=1.0, level in 0.5..0.98) {
            let k = crate::number::whole(float(n) * share);
            for method in METHODS {
                let narrow = method(k, n, at(level)).unwrap();
                let wide = method(k, n, at(level + 0.01)).unwrap();
                prop_assert!(0.0 <= narrow.low && narrow.high <= 1.0);
                prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
                prop_assert!(narrow.contains(float(k) / float(n)));
            }
        }

        #[test]
        fn failures_are_successes_the_other_way_round(n in 1_u64..3000, share in 0.0..=1.0) {
            let k = crate::number::whole(float(n) * share);
            for method in METHODS {
                let (one, other) = (method(k, n, at(0.95)).unwrap(), method(n - k, n, at(0.95)).unwrap());
                prop_assert!((one.low - (1.0 - other.high)).abs() < 1e-12);
                prop_assert!((one.high - (1.0 - other.low)).abs() < 1e-12);
            }
        }
    }
}

//! Tails of the binomial distribution.
//!
//! Summed from the mode outwards, term by term from the one before, in O(√n) steps. The incomplete beta function of
//! `statrs`, which would give them in closed form, stops after 140 steps: at a million trials it is 0.2 % off.

use crate::number::float;

/// A term this much smaller than a sum no longer changes it.
const NEGLIGIBLE: f64 = 1e-18;

/// How likely at most, and at least, so many successes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    pub(crate) at_most: f64,
    pub(crate) at_least: f64,
}

/// The tails at `successes` of `trials` that succeed with the probability `p`, between 0 and 1, both excluded.
pub(crate) fn tails(successes: u64, trials: u64, p: f64) -> Tails {
    let mode = mode(trials, p);
    let odds = p / (1.0 - p);
    let (mut below, mut at, mut above) = (0.0, 0.0, 0.0);
    let mut count = |value: u64, weight: f64| match value.cmp(&successes) {
        std::cmp::Ordering::Less => add(&mut below, weight),
        std::cmp::Ordering::Equal => add(&mut at, weight),
        std::cmp::Ordering::Greater => add(&mut above, weight),
    };

    let (mut value, mut weight) = (mode, 1.0);
    while (count(value, weight) || value > successes) && value > 0 && weight > 0.0 {
        weight *= float(value) / (float(trials - value + 1) * odds);
        value -= 1;
    }
    let (mut value, mut weight) = (mode, 1.0);
    while value < trials {
        weight *= float(trials - value) * odds / float(value + 1);
        value += 1;
        if weight == 0.0 || !(count(value, weight) || value < successes) {
            break;
        }
    }
    let total = below + at + above;
    Tails { at_most: (below + at) / total, at_least: (at + above) / total }
}

/// Adds a term, and says whether that changed anything.
fn add(sum: &mut f64, weight: f64) -> bool {
    *sum += weight;
    weight > *sum * NEGLIGIBLE
}

/// The likeliest number of successes.
fn mode(trials: u64, p: f64) -> u64 {
    crate::number::whole((float(trials) + 1.0) * p).min(trials)
}

/// How many successes there are at least with a probability that is still above `tail`: the smallest value that
/// is exceeded by `at_most`.
pub(crate) fn quantile(tail: f64, trials: u64, p: f64) -> u64 {
    let (mut low, mut high) = (0, trials);
    while low < high {
        let middle = low + (high - low) / 2;
        if tails(middle, trials, p).at_most > tail { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() <= expected.abs() * 1e-11, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn tails_are_those_of_scipy() {
        // scipy.stats.binom.cdf(k, n, p), scipy.stats.binom.sf(k - 1, n, p)
        for (k, n, p, at_most, at_least) in [
            (5, 17, 0.5, 0.071_731_567_382_812_5, 0.975_479_125_976_562_5),
            (0, 17, 0.5, 7.629_394_531_25e-6, 1.0),
            (17, 17, 0.5, 1.0, 7.629_394_531_25e-6),
            (480, 1000, 0.5, 0.108_724_146_602_070_75, 0.902_616_835_769_117_4),
            (498_000, 1_000_000, 0.5, 3.180_466_875_039_4e-5, 0.999_968_462_988_065_4),
            (500_000, 1_000_000, 0.5, 0.500_398_942_180_665_4, 0.500_398_942_180_665_4),
            (3, 1_000_000, 6e-7, 0.996_641_945_371_941_3, 0.023_115_246_262_460_157),
            (30, 1000, 0.01, 0.999_999_935_800_714, 2.059_988_850_971_949e-7),
            (999, 1000, 0.999, 0.632_304_575_229_036_3, 0.735_758_913_030_186_9),
            (100, 100_000, 0.5, 0.0, 1.0),
        ] {
            let tails = tails(k, n, p);
            close(tails.at_most, at_most);
            close(tails.at_least, at_least);
        }
    }

    proptest! {
        #[test]
        fn tails_share_the_value_itself(n in 1_u64..5000, share in 0.0..1.0, p in 0.001..0.999) {
            let k = crate::number::whole(float(n) * share);
            let (here, next) = (tails(k, n, p), tails(k + 1, n, p));
            prop_assert!((here.at_most + next.at_least - 1.0).abs() < 1e-12);
            let mirrored = tails(n - k, n, 1.0 - p);
            prop_assert!((here.at_most - mirrored.at_least).abs() < 1e-11);
        }

        #[test]
        fn a_quantile_is_the_first_value_beyond_the_tail(n in 1_u64..2000, p in 0.01..0.99, tail in 0.001..0.999) {
            let k = quantile(tail, n, p);
            prop_assert!(tails(k, n, p).at_most > tail);
            prop_assert!(k == 0 || tails(k - 1, n, p).at_most <= tail);
        }
    }
}

use crate::binomial;
use crate::interval::{Confidence, Interval};
use crate::number::{count, float, length, position, whole};
use crate::undefined::{Undefined, all_finite};

/// The quantile of numbers for a fraction between 0 and 1, interpolated linearly between the two nearest ranks: type 7 of
/// Hyndman and Fan (1996), the default of `NumPy`, R and Excel. Takes linear time and reorders the numbers.
pub fn quantile(numbers: &mut [f64], fraction: f64) -> Result<f64, Undefined> {
    all_finite(numbers)?;
    within_0_and_1(fraction)?;
    unchecked_quantile(numbers, fraction).ok_or(Undefined::TooFew { needed: 1, found: 0 })
}

/// The median of numbers, in linear time; reorders them.
pub fn median(numbers: &mut [f64]) -> Result<f64, Undefined> {
    quantile(numbers, 0.5)
}

/// The quantile of numbers that ascend, in constant time; none without numbers.
#[must_use]
pub fn quantile_of_sorted(sorted: &[f64], fraction: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = (length(last) * fraction).clamp(0.0, length(last));
    let lower = position(rank);
    Some(interpolated(sorted[lower], sorted[(lower + 1).min(last)], rank.fract()))
}

fn unchecked_quantile(numbers: &mut [f64], fraction: f64) -> Option<f64> {
    let last = numbers.len().checked_sub(1)?;
    let rank = length(last) * fraction;
    let (_, low, above) = numbers.select_nth_unstable_by(position(rank), f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*low);
    Some(interpolated(*low, high, rank.fract()))
}

/// As `NumPy` computes it, so that the last digit agrees.
fn interpolated(low: f64, high: f64, weight: f64) -> f64 {
    if weight < 0.5 { low + (high - low) * weight } else { high - (high - low) * (1.0 - weight) }
}

/// Between which ranks of a sorted sample a quantile of all values lies, from 0. A rank with a fraction stands for a
/// value between the two nearest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileRanks {
    /// The rank of the lower end.
    pub low: f64,
    /// The rank of the upper end.
    pub high: f64,
}

/// The ranks between which the quantile for a fraction lies, for `n` independent values whatever their distribution.
///
/// That so many values are below the quantile is binomial, so order statistics bound it. Two neighbouring ones are
/// interpolated so that the interval holds its level rather than one above (Hettmansperger and Sheather 1986 for medians,
/// Nyblom 1992 for any quantile). For values of which many are equal, the level can be missed by the probability of a
/// single rank, below 1 % from a hundred values on.
///
/// Needs so many values that the least and the greatest are far enough out: 6 for a median at 95 %.
pub fn quantile_ranks(n: u64, fraction: f64, confidence: Confidence) -> Result<QuantileRanks, Undefined> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(Undefined::OutOfRange { what: "the fraction", found: fraction, expected: "between 0 and 1" });
    }
    let tail = confidence.tail();
    let needed = values_needed(fraction, tail);
    if n < needed {
        return Err(Undefined::TooFew { needed, found: n });
    }
    let low = lower_rank(n, fraction, tail);
    let high = float(n - 1) - lower_rank(n, 1.0 - fraction, tail);
    Ok(QuantileRanks { low, high })
}

/// The interval of the quantile for a fraction of independent values: see [`quantile_ranks`]. The numbers must ascend.
pub fn quantile_interval(sorted: &[f64], fraction: f64, confidence: Confidence) -> Result<Interval, Undefined> {
    all_finite(sorted)?;
    let ranks = quantile_ranks(count(sorted.len()), fraction, confidence)?;
    let at = |rank: f64| {
        let lower = position(rank);
        interpolated(sorted[lower], sorted[(lower + 1).min(sorted.len() - 1)], rank.fract())
    };
    Ok(Interval { low: at(ranks.low), high: at(ranks.high) })
}

/// The least sample whose extremes are both beyond the quantile with the wanted probability.
fn values_needed(fraction: f64, tail: f64) -> u64 {
    let rarer = fraction.max(1.0 - fraction);
    // The estimate can be one off, by rounding.
    let estimate = whole((tail.ln() / rarer.ln()).floor()).max(1);
    let misses = |n: u64| rarer.powf(float(n));
    (estimate.saturating_sub(1).max(1)..).find(|n| misses(*n) <= tail).unwrap_or(u64::MAX)
}

/// The lower end: the highest rank whose value is above the quantile with at most the probability `tail`, and the way to
/// the next one.
fn lower_rank(n: u64, fraction: f64, tail: f64) -> f64 {
    // The value of rank r, counted from 1, is above the quantile where fewer than r values are below that.
    let rank = binomial::quantile(tail, n, fraction);
    if rank == 0 {
        return 0.0;
    }
    let misses = |rank: u64| binomial::tails(rank - 1, n, fraction).at_most;
    let (here, next) = (misses(rank), misses(rank + 1));
    let (below, above) = (float(n - rank) * fraction * (tail - here), float(rank) * (1.0 - fraction) * (next - tail));
    float(rank - 1) + below / (below + above)
}

fn within_0_and_1(fraction: f64) -> Result<(), Undefined> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    Err(Undefined::OutOfRange { what: "the fraction", found: fraction, expected: "between 0 and 1" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(level: f64) -> Confidence {
        Confidence::new(level).unwrap()
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.percentile([3, -1, 4, 1.5, 9, 2.6], [50, 90]), numpy 2
        let mut numbers = [3.0, -1.0, 4.0, 1.5, 9.0, 2.6];
        assert_eq!(median(&mut numbers), Ok(2.8));
        assert_eq!(quantile(&mut numbers, 0.9), Ok(6.5));
        assert_eq!(quantile(&mut numbers, 1.0), Ok(9.0));
        numbers.sort_by(f64::total_cmp);
        assert_eq!(quantile_of_sorted(&numbers, 0.9), Some(6.5));
    }

    #[test]
    fn what_has_no_quantile_is_undefined() {
        assert_eq!(median(&mut []), Err(Undefined::TooFew { needed: 1, found: 0 }));
        assert_eq!(median(&mut [1.0, f64::NAN]), Err(Undefined::NotFinite));
        assert!(matches!(quantile(&mut [1.0], 1.5), Err(Undefined::OutOfRange { .. })));
        assert!(matches!(quantile_ranks(10, 1.0, at(0.95)), Err(Undefined::OutOfRange { .. })));
    }

    #[test]
    fn a_median_needs_six_values() {
        assert_eq!(quantile_ranks(5, 0.5, at(0.95)), Err(Undefined::TooFew { needed: 6, found: 5 }));
        assert!(quantile_ranks(6, 0.5, at(0.95)).is_ok());
        // 0.9^36 is the first power below 2.5 %.
        assert_eq!(quantile_ranks(35, 0.9, at(0.95)), Err(Undefined::TooFew { needed: 36, found: 35 }));
    }

    #[test]
    fn ranks_lie_between_those_of_the_exact_intervals() {
        // Conover (1999), table A3: for n = 20, the 6th and the 15th value hold the median with 95.86 %; the 7th and
        // the 14th with 88.47 % (scipy.stats.binom).
        let ranks = quantile_ranks(20, 0.5, at(0.95)).unwrap();
        assert!(5.0 < ranks.low && ranks.low < 6.0, "{ranks:?}");
        assert!((ranks.low + ranks.high - 19.0).abs() < 1e-9, "{ranks:?}");
        let exact = quantile_ranks(20, 0.5, at(0.958_610_534_667_968_8)).unwrap();
        assert!((exact.low - 5.0).abs() < 1e-9 && (exact.high - 14.0).abs() < 1e-9, "{exact:?}");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_quantile_and_grows_with_confidence(
            mut numbers in proptest::collection::vec(-1e3..1e3, 60..300),
            fraction in 0.1..0.9,
            level in 0.5..0.98,
        ) {
            numbers.sort_by(f64::total_cmp);
            let narrow = quantile_interval(&numbers, fraction, at(level)).unwrap();
            let wide = quantile_interval(&numbers, fraction, at(level + 0.01)).unwrap();
            prop_assert!(narrow.contains(quantile_of_sorted(&numbers, fraction).unwrap()));
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
        }

        #[test]
        fn linear_time_and_sorting_find_the_same(
            mut numbers in proptest::collection::vec(-1e3..1e3, 1..100),
            fraction in 0.0..=1.0,
        ) {
            let selected = quantile(&mut numbers, fraction).unwrap();
            numbers.sort_by(f64::total_cmp);
            prop_assert_eq!(Some(selected), quantile_of_sorted(&numbers, fraction));
        }
    }
}

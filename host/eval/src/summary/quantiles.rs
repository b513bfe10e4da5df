use std::collections::BTreeMap;

use sketches_ddsketch::{Config, DDSketch};

/// Distinct values that are counted one by one before a sketch takes over.
const MAX_DISTINCT: usize = 4096;
/// The relative error of the sketch's percentiles.
const SKETCH_ERROR: f64 = 0.001;
/// Enough for values from 1e-9 to 1e19 at once; beyond that the smallest are lumped together.
const SKETCH_BINS: u32 = 32_768;
/// Values nearer to zero than this are zero to the sketch.
const SKETCH_MIN: f64 = 1e-9;

/// Percentiles of finite numbers, in memory that does not depend on how many there are.
///
/// Both forms count, so the order of the numbers does not matter. The first is exact; its percentiles are interpolated
/// linearly between the two nearest ranks (type 7 of Hyndman and Fan 1996, the default of `NumPy` and R). The second is a
/// `DDSketch` (Masson, Rim and Lee 2019): its percentiles are within 0.1 % of the value at the lower of the two ranks.
pub(super) enum Quantiles {
    Exact { counts: BTreeMap<Ordered, u64>, total: u64 },
    Sketch(Box<DDSketch>),
}

/// The bits of a float, arranged so that integers compare as the floats do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ordered(u64);

const SIGN: u64 = 1 << 63;

impl Ordered {
    fn new(number: f64) -> Self {
        // Adding zero turns -0.0 into 0.0.
        let bits = (number + 0.0).to_bits();
        Self(if bits & SIGN == 0 { bits | SIGN } else { !bits })
    }

    fn get(self) -> f64 {
        f64::from_bits(if self.0 & SIGN == 0 { !self.0 } else { self.0 & !SIGN })
    }
}

impl Default for Quantiles {
    fn default() -> Self {
        Self::Exact { counts: BTreeMap::new(), total: 0 }
    }
}

impl Quantiles {
    pub(super) fn add(&mut self, number: f64) {
        match self {
            Self::Exact { counts, total } => {
                *counts.entry(Ordered::new(number)).or_default() += 1;
                *total += 1;
                if counts.len() > MAX_DISTINCT {
                    let mut sketch = DDSketch::new(Config::new(SKETCH_ERROR, SKETCH_BINS, SKETCH_MIN));
                    counts.iter().for_each(|(number, count)| sketch.add_with_count(number.get(), *count));
                    *self = Self::Sketch(Box::new(sketch));
                }
            }
            Self::Sketch(sketch) => sketch.add(number),
        }
    }

    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Self::Exact { .. })
    }

    /// The percentile for a fraction between 0 and 1; none without numbers.
    pub(super) fn at(&self, fraction: f64) -> Option<f64> {
        match self {
            Self::Exact { total: 0, .. } => None,
            Self::Exact { counts, total } => Some(interpolated(counts, *total, fraction)),
            Self::Sketch(sketch) => sketch.quantile(fraction).ok().flatten(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are small and not negative"
)]
fn interpolated(counts: &BTreeMap<Ordered, u64>, total: u64, fraction: f64) -> f64 {
    let rank = (total - 1) as f64 * fraction;
    let lower = rank.floor() as u64;
    let (low, high) = (at_rank(counts, lower), at_rank(counts, (lower + 1).min(total - 1)));
    let weight = rank.fract();
    // As NumPy computes it, so that the last digit agrees.
    if weight < 0.5 { low + (high - low) * weight } else { high - (high - low) * (1.0 - weight) }
}

fn at_rank(counts: &BTreeMap<Ordered, u64>, rank: u64) -> f64 {
    let mut passed = 0;
    for (number, count) in counts {
        passed += count;
        if rank < passed {
            return number.get();
        }
    }
    unreachable!("a rank is below the number of values")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: impl IntoIterator<Item = f64>) -> Quantiles {
        let mut quantiles = Quantiles::default();
        numbers.into_iter().for_each(|number| quantiles.add(number));
        quantiles
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile([3, -1, 4, 1.5, 9, 2.6], [50, 90, 99]), numpy 2
        let quantiles = of([3.0, -1.0, 4.0, 1.5, 9.0, 2.6]);
        assert_eq!(quantiles.at(0.5), Some(2.8));
        assert_eq!(quantiles.at(0.9), Some(6.5));
        assert_eq!(of([7.0]).at(0.9), Some(7.0));
        assert_eq!(of([]).at(0.5), None);
    }

    #[test]
    fn many_distinct_values_are_within_the_stated_error() {
        let mut numbers: Vec<f64> = (0..50_000_u32).map(|n| (f64::from(n) * 0.7).sin() * 100.0).collect();
        let quantiles = of(numbers.iter().copied());
        assert!(!quantiles.is_exact());
        numbers.sort_by(f64::total_cmp);
        for (fraction, index) in [(0.5, 24_999), (0.9, 44_999), (0.99, 49_499)] {
            let (exact, sketched) = (numbers[index], quantiles.at(fraction).unwrap());
            assert!((exact - sketched).abs() <= exact.abs() * SKETCH_ERROR * 1.000_001, "{exact} {sketched}");
        }
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut numbers in proptest::collection::vec(-1e6..1e6, 1..200)) {
            let forward = of(numbers.iter().copied()).at(0.9);
            numbers.reverse();
            prop_assert_eq!(forward, of(numbers).at(0.9));
        }

        #[test]
        fn ordered_bits_compare_as_floats(a in -1e300..1e300, b in -1e300..1e300) {
            prop_assert_eq!(Ordered::new(a).cmp(&Ordered::new(b)), a.total_cmp(&b));
            prop_assert_eq!(Ordered::new(a).get().to_bits(), a.to_bits());
        }
    }
}

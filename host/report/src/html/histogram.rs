//! How numbers are distributed, in memory that does not depend on how many there are.

use std::collections::BTreeMap;

/// Bins that are kept while numbers come; distinct values as long as there are no more of them.
const MAX_BINS: u32 = 256;
/// Bars of which each stands for one value.
const MAX_VALUES: usize = 12;
/// Bars that are shown.
const MAX_BARS: usize = 24;

/// Counts finite numbers, first by value, then in bins whose width is a power of two.
///
/// The width is the least one with which the bins between the smallest and the greatest number are no more than allowed,
/// so the result does not depend on the order of the numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    /// The smallest and the greatest number.
    ends: Option<(f64, f64)>,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Counts {
    Values(BTreeMap<Ordered, u64>),
    Bins { exponent: i32, counts: BTreeMap<i64, u64> },
}

/// How many numbers lie within a range; from the lower end to below the upper one, or at one value if they are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) count: u64,
}

/// A float in the order of numbers.
#[derive(Clone, Copy, Debug)]
struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self::Values(BTreeMap::new())
    }
}

impl Histogram {
    /// Counts a finite number.
    pub(super) fn add(&mut self, number: f64) {
        let (low, high) = self.ends.unwrap_or((number, number));
        self.ends = Some((low.min(number), high.max(number)));
        self.counts.add(number);
    }

    /// The smallest and the greatest number.
    pub(super) fn ends(&self) -> Option<(f64, f64)> {
        self.ends
    }

    /// Bars from the smallest number to the greatest one, without gaps unless each stands for one value.
    pub(super) fn bars(&self) -> Vec<Bar> {
        match &self.counts {
            Counts::Values(values) if values.len() <= MAX_VALUES => {
                values.iter().map(|(value, count)| Bar { from: value.0, to: value.0, count: *count }).collect()
            }
            Counts::Values(values) => bars_of(binned(values)),
            bins @ Counts::Bins { .. } => bars_of(bins.clone()),
        }
    }
}

impl Counts {
    fn add(&mut self, number: f64) {
        match self {
            Self::Values(values) => {
                // Adding zero turns -0.0 into 0.0.
                *values.entry(Ordered(number + 0.0)).or_default() += 1;
                if values.len() > MAX_BINS as usize {
                    *self = binned(values);
                }
            }
            Self::Bins { exponent, counts } => {
                *counts.entry(bin(number, *exponent)).or_default() += 1;
                while span(counts) > u64::from(MAX_BINS) {
                    *counts = halved(counts);
                    *exponent += 1;
                }
            }
        }
    }
}

/// Joins neighbours until there are few enough to be seen.
fn bars_of(bins: Counts) -> Vec<Bar> {
    let Counts::Bins { mut exponent, mut counts } = bins else { return Vec::new() };
    while span(&counts) > MAX_BARS as u64 {
        counts = halved(&counts);
        exponent += 1;
    }
    let (Some((&first, _)), Some((&last, _))) = (counts.first_key_value(), counts.last_key_value()) else {
        return Vec::new();
    };
    let bar = |place: i64| Bar {
        from: lower_end(place, exponent),
        to: lower_end(place + 1, exponent),
        count: counts.get(&place).copied().unwrap_or_default(),
    };
    (first..=last).map(bar).collect()
}

/// Bins of the least width with which they are few enough.
fn binned(values: &BTreeMap<Ordered, u64>) -> Counts {
    let (Some((low, _)), Some((high, _))) = (values.first_key_value(), values.last_key_value()) else {
        return Counts::default();
    };
    let width = high.0 / f64::from(MAX_BINS) - low.0 / f64::from(MAX_BINS);
    // One step below the width that would do if the bins began at the smallest number.
    let mut exponent = exponent_of(width) - 1;
    while bin(high.0, exponent).saturating_sub(bin(low.0, exponent)) >= i64::from(MAX_BINS) {
        exponent += 1;
    }
    let mut counts = BTreeMap::new();
    values.iter().for_each(|(value, count)| *counts.entry(bin(value.0, exponent)).or_default() += count);
    Counts::Bins { exponent, counts }
}

/// Bins between the first and the last one.
fn span(counts: &BTreeMap<i64, u64>) -> u64 {
    match (counts.first_key_value(), counts.last_key_value()) {
        (Some((first, _)), Some((last, _))) => first.abs_diff(*last).saturating_add(1),
        _ => 0,
    }
}

fn halved(counts: &BTreeMap<i64, u64>) -> BTreeMap<i64, u64> {
    let mut halved = BTreeMap::new();
    counts.iter().for_each(|(place, count)| *halved.entry(place >> 1).or_default() += count);
    halved
}

/// The bin of a number; at the ends of the range of 64 bits, all that lie beyond.
#[expect(clippy::cast_possible_truncation, reason = "what lies beyond the range goes to its ends")]
fn bin(number: f64, exponent: i32) -> i64 {
    (number * 2_f64.powi(-exponent)).floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "bins are told apart by floats, so they have no more digits")]
fn lower_end(place: i64, exponent: i32) -> f64 {
    place as f64 * 2_f64.powi(exponent)
}

/// The exponent of the greatest power of two that is no more than a number, kept where powers of two and their inverses
/// are normal floats.
#[expect(clippy::cast_possible_truncation, reason = "exponents of floats are small")]
fn exponent_of(number: f64) -> i32 {
    number.log2().floor().clamp(-1020.0, 1020.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::default();
        numbers.into_iter().for_each(|number| histogram.add(number));
        histogram
    }

    #[test]
    fn few_values_have_a_bar_each() {
        let bars = of([5.0, 1.0, 5.0, -0.0, 0.0]).bars();
        let bar = |value, count| Bar { from: value, to: value, count };
        assert_eq!(bars, [bar(0.0, 2), bar(1.0, 1), bar(5.0, 2)]);
        assert!(of([]).bars().is_empty());
        assert_eq!((of([]).ends(), of([5.0, -1.0]).ends()), (None, Some((-1.0, 5.0))));
    }

    #[test]
    fn many_values_share_bars_of_one_width_without_gaps() {
        let bars = of((0..1000).map(|n| f64::from(n) / 1000.0)).bars();
        assert_eq!(bars.len(), 16);
        assert_eq!((bars[0].from, bars[15].to), (0.0, 1.0));
        assert!(bars.iter().all(|bar| bar.to - bar.from == 0.0625), "{bars:?}");
        assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), 1000);
    }

    #[test]
    fn an_outlier_widens_the_bars() {
        let bars = of((0..300).map(f64::from).chain([1e6])).bars();
        assert_eq!((bars[0].count, bars.last().map(|bar| bar.count)), (300, Some(1)));
        assert!(bars.len() <= MAX_BARS && bars.iter().skip(1).rev().skip(1).all(|bar| bar.count == 0), "{bars:?}");
    }

    proptest! {
        #[test]
        fn every_number_is_counted_whatever_the_order(
            mut numbers in proptest::collection::vec(prop_oneof![-1e3..1e3, -1e300..1e300, Just(5e-324)], 1..700)
        ) {
            let bars = of(numbers.iter().copied()).bars();
            prop_assert!(bars.len() <= MAX_BARS);
            prop_assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), numbers.len() as u64);
            let (low, high) = numbers.iter().fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(*it), high.max(*it)));
            prop_assert!(bars[0].from <= low && high <= bars[bars.len() - 1].to);
            numbers.reverse();
            prop_assert_eq!(of(numbers).bars(), bars);
        }
    }
}

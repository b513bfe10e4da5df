use std::collections::HashMap;

use scorebox_stats::holm;

use super::feedback::NumericComparison;
use super::numeric::Measure;
use super::pairing::Pair;
use super::report::{Sides, Slice, SliceComparison};
use super::side::Side;
use super::texts::Texts;
use super::values::PairedNumbers;
use crate::number::count;

/// Slices that stand on their own; the rest is put together.
const MAX_SLICES: usize = 50;
/// Pairs up to which a slice gets the permutation test: there may be many slices.
pub(super) const MOST_PERMUTED: usize = 100;
const NONE: &str = "(none)";
const OTHERS: &str = "…other";

/// Puts pairs into slices by a value of their examples, and gathers what the feedbacks say in each.
pub(super) struct Slicing {
    /// The slice of each pair.
    slice_of: Vec<usize>,
    slices: Vec<Slice>,
    merged_values: u64,
}

impl Slicing {
    pub(super) fn new(pairs: &[Pair], sides: Sides<&Side>, values: &Texts) -> Self {
        // What a baseline does not say about an example, the other run does.
        let of = |pair: &Pair| sides.b.examples[pair.b].slice.or(sides.a.examples[pair.a].slice);
        let mut sizes: HashMap<Option<u32>, u64> = HashMap::new();
        pairs.iter().for_each(|pair| *sizes.entry(of(pair)).or_default() += 1);

        let name = |value: Option<u32>| match value {
            None => NONE.to_owned(),
            Some(value) => values.at(value).unwrap_or(OTHERS).to_owned(),
        };
        let mut named: Vec<(Option<u32>, String, u64)> =
            sizes.into_iter().map(|(value, size)| (value, name(value), size)).collect();
        // What had no place of its own among the values belongs to the rest.
        let is_rest = |value: Option<u32>| value.is_some_and(|value| values.at(value).is_none());
        named.sort_by(|one, other| {
            let by_size = other.2.cmp(&one.2).then_with(|| one.1.cmp(&other.1));
            is_rest(one.0).cmp(&is_rest(other.0)).then(by_size)
        });

        let own = named.iter().take(MAX_SLICES).take_while(|(value, ..)| !is_rest(*value)).count();
        let mut places = HashMap::new();
        let mut slices: Vec<Slice> = Vec::new();
        for (place, (value, name, pairs)) in named.iter().enumerate() {
            places.insert(*value, place.min(own));
            match slices.get_mut(own) {
                Some(rest) => rest.pairs += pairs,
                None => {
                    let value = if place < own { name.clone() } else { OTHERS.to_owned() };
                    slices.push(Slice { value, pairs: *pairs, feedback: Vec::new() });
                }
            }
        }
        let slice_of = pairs.iter().map(|pair| places.get(&of(pair)).copied().unwrap_or(own)).collect();
        Self { slice_of, slices, merged_values: count(named.len() - own) }
    }

    /// Compares one feedback in each slice.
    pub(super) fn add(&mut self, name: &str, measure: &Measure<'_>, pairs: &[PairedNumbers]) {
        let mut by_slice: Vec<Vec<PairedNumbers>> = vec![Vec::new(); self.slices.len()];
        pairs.iter().for_each(|pair| by_slice[self.slice_of[pair.pair]].push(*pair));
        for (slice, pairs) in self.slices.iter_mut().zip(&by_slice) {
            if let Some(numbers) = measure.compare(pairs) {
                slice.feedback.push((name.to_owned(), numbers));
            }
        }
    }

    pub(super) fn finish(mut self, by: String) -> SliceComparison {
        let tests = adjust(self.slices.iter_mut().flat_map(|slice| slice.feedback.iter_mut().map(|(_, it)| it)));
        SliceComparison { by, slices: self.slices, merged_values: self.merged_values, tests }
    }
}

/// Corrects p-values for there being several, and returns how many there are.
pub(super) fn adjust<'n>(comparisons: impl Iterator<Item = &'n mut NumericComparison>) -> u64 {
    let mut tests: Vec<_> = comparisons.filter_map(|comparison| comparison.test.as_mut()).collect();
    let p_values: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
    if let Ok(adjusted) = holm(&p_values) {
        tests.iter_mut().zip(adjusted).for_each(|(test, adjusted)| test.p_adjusted = adjusted);
    }
    count(tests.len())
}

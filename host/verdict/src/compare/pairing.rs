use super::report::{PairedBy, Pairing};
use super::side::{ExampleRows, Side};
use crate::InputsKey;
use crate::number::count;

/// Two examples that belong together, by their places in their sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) a: usize,
    pub(super) b: usize,
}

/// Pairs the examples of two sides, in the order of B.
pub(super) fn pair(a: &Side, b: &Side, by: PairedBy) -> (Vec<Pair>, Pairing) {
    let mut pairs = match by {
        PairedBy::Index => join(&ordered(a, |it| Some(it.index)), &ordered(b, |it| Some(it.index))),
        PairedBy::Inputs => join(&ordered::<InputsKey>(a, |it| it.key), &ordered(b, |it| it.key)),
    };
    pairs.sort_unstable_by_key(|pair| pair.b);
    let outside = |side: &Side| count(side.examples.len() - pairs.len());
    let pairing = Pairing { by, pairs: count(pairs.len()), only_a: outside(a), only_b: outside(b) };
    (pairs, pairing)
}

/// The examples of a side in the order of what they are paired by, equal ones in the order of the dataset.
fn ordered<K: Ord>(side: &Side, key: impl Fn(&ExampleRows) -> Option<K>) -> Vec<(K, usize)> {
    let keyed = side.examples.iter().enumerate().filter_map(|(place, example)| Some((key(example)?, place)));
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_unstable();
    keyed
}

/// Pairs what is equal: the first occurrence with the first, the second with the second.
fn join<K: Ord>(a: &[(K, usize)], b: &[(K, usize)]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(a.len().min(b.len()));
    let (mut at_a, mut at_b) = (0, 0);
    while let (Some((key_a, place_a)), Some((key_b, place_b))) = (a.get(at_a), b.get(at_b)) {
        match key_a.cmp(key_b) {
            std::cmp::Ordering::Less => at_a += 1,
            std::cmp::Ordering::Greater => at_b += 1,
            std::cmp::Ordering::Equal => {
                pairs.push(Pair { a: *place_a, b: *place_b });
                at_a += 1;
                at_b += 1;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_pair_in_their_order_and_the_rest_stays_alone() {
        let a = [('x', 0), ('x', 2), ('y', 1)];
        let b = [('x', 5), ('z', 0)];
        assert_eq!(join(&a, &b), [Pair { a: 0, b: 5 }]);
        assert_eq!(join(&a, &a).len(), 3);
    }
}

//! Overlap of multisets, which precision and recall over words and n-grams count.

use std::cmp::Ordering;

/// The size of the intersection of two multisets: every element counts as often as it is in both.
pub(super) fn overlap<T: Ord>(mut a: Vec<T>, mut b: Vec<T>) -> usize {
    a.sort_unstable();
    b.sort_unstable();
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            Ordering::Less => drop(a.next()),
            Ordering::Greater => drop(b.next()),
            Ordering::Equal => {
                common += 1;
                a.next();
                b.next();
            }
        }
    }
    common
}

/// How many n-grams of order `n` two sequences share, each counted as often as it is in both.
pub(super) fn ngram_overlap<T: Ord>(a: &[T], b: &[T], n: usize) -> usize {
    overlap(a.windows(n).collect(), b.windows(n).collect())
}

/// How many n-grams of order `n` a sequence of `length` has.
pub(super) fn ngram_count(length: usize, n: usize) -> usize {
    (length + 1).saturating_sub(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_elements_count_as_often_as_both_have_them() {
        assert_eq!(overlap(vec![1, 1, 2, 3], vec![3, 1, 1, 1]), 3);
    }

    #[test]
    fn sequences_shorter_than_the_order_have_no_ngrams() {
        assert_eq!(ngram_overlap(&["a"], &["a"], 2), 0);
        assert_eq!(ngram_count(1, 2), 0);
        assert_eq!(ngram_count(5, 4), 2);
    }
}

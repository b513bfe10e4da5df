//! GLEU of one sentence (Wu et al., 2016), as NLTK's `sentence_gleu`.

use super::multiset::{ngram_count, ngram_overlap};
use super::share;
use super::whitespace::words;

/// The lower of precision and recall over all n-grams of order 1 to `max_order`, from 0 to 1.
#[must_use]
pub fn gleu(expected: &str, answer: &str, max_order: usize) -> f64 {
    let (expected, answer) = (words(expected), words(answer));
    let orders = 1..=max_order;
    let matches: usize = orders.clone().map(|order| ngram_overlap(&answer, &expected, order)).sum();
    let longest = expected.len().max(answer.len());
    share(matches, orders.map(|order| ngram_count(longest, order)).sum())
}

#[cfg(test)]
mod tests {
    use super::gleu;

    #[test]
    fn the_weaker_side_counts() {
        assert_eq!(gleu("a b", "a b", 4), 1.0);
        assert_eq!(gleu("a b", "a", 4), 1.0 / 3.0);
        assert_eq!(gleu("", "", 4), 0.0);
    }
}

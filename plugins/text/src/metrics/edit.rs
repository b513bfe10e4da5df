//! Edit distances over Unicode scalar values, as rapidfuzz computes them.

use rapidfuzz::distance::{damerau_levenshtein, indel, jaro_winkler};
use rapidfuzz::fuzz;
use std::collections::BTreeSet;

use super::count;
use super::whitespace::words;

/// The fewest insertions, deletions and substitutions of characters that make the texts equal (Levenshtein, 1966).
#[must_use]
pub fn levenshtein(expected: &str, answer: &str) -> usize {
    rapidfuzz::distance::levenshtein::distance(expected.chars(), answer.chars())
}

/// Like [`levenshtein`], but swapping two neighbours is one edit too, also when they are edited further.
#[must_use]
pub fn damerau_levenshtein(expected: &str, answer: &str) -> usize {
    damerau_levenshtein::distance(expected.chars(), answer.chars())
}

/// A distance as a similarity from 0 to 1: the share of the longer text that needs no edit, 1 for two empty texts.
#[must_use]
pub fn similarity(distance: usize, expected: &str, answer: &str) -> f64 {
    let longest = expected.chars().count().max(answer.chars().count());
    if longest == 0 { 1.0 } else { 1.0 - count(distance) / count(longest) }
}

/// The Jaro-Winkler similarity from 0 to 1 (Winkler, 1990); `prefix_weight` rewards up to four equal first characters.
#[must_use]
pub fn jaro_winkler(expected: &str, answer: &str, prefix_weight: f64) -> f64 {
    let args = jaro_winkler::Args::default().prefix_weight(prefix_weight);
    jaro_winkler::similarity_with_args(expected.chars(), answer.chars(), &args)
}

/// The share of characters that need neither insertion nor deletion, from 0 to 100, as rapidfuzz's `fuzz.ratio`.
#[must_use]
pub fn fuzzy_ratio(expected: &str, answer: &str) -> f64 {
    100.0 * fuzz::ratio(expected.chars(), answer.chars())
}

/// [`fuzzy_ratio`] of the texts as sets of words, from 0 to 100, as rapidfuzz's `fuzz.token_set_ratio`.
///
/// Order and repetition do not count, and a text whose words are all in the other scores 100. A text without words
/// scores 0, even against another one.
#[must_use]
pub fn token_set_ratio(expected: &str, answer: &str) -> f64 {
    let expected = BTreeSet::from_iter(words(expected));
    let answer = BTreeSet::from_iter(words(answer));
    if expected.is_empty() || answer.is_empty() {
        return 0.0;
    }
    let common = join(expected.intersection(&answer));
    let only_expected = join(expected.difference(&answer));
    let only_answer = join(answer.difference(&expected));
    if !common.is_empty() && (only_expected.is_empty() || only_answer.is_empty()) {
        return 100.0;
    }

    let common = common.chars().count();
    let separator = usize::from(common > 0);
    let with_expected = common + separator + only_expected.chars().count();
    let with_answer = common + separator + only_answer.chars().count();
    let edits = indel::distance(only_expected.chars(), only_answer.chars());
    let both = ratio_of(edits, with_expected + with_answer);
    if common == 0 {
        return both;
    }
    // The common words against the common words and those of one side: only the latter are edits.
    let against_expected = ratio_of(with_expected - common, common + with_expected);
    let against_answer = ratio_of(with_answer - common, common + with_answer);
    both.max(against_expected).max(against_answer)
}

fn join<'text>(words: impl Iterator<Item = &'text &'text str>) -> String {
    words.copied().collect::<Vec<_>>().join(" ")
}

fn ratio_of(edits: usize, length: usize) -> f64 {
    100.0 * (1.0 - count(edits) / count(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_one_edit_for_damerau_only() {
        assert_eq!(levenshtein("ab", "ba"), 2);
        assert_eq!(damerau_levenshtein("ab", "ba"), 1);
        assert_eq!(damerau_levenshtein("ca", "abc"), 2);
    }

    #[test]
    fn two_empty_texts_are_equal_but_have_no_words() {
        assert_eq!(similarity(0, "", ""), 1.0);
        assert_eq!(fuzzy_ratio("", ""), 100.0);
        assert_eq!(token_set_ratio("", ""), 0.0);
    }

    #[test]
    fn a_subset_of_the_words_is_a_full_token_set_match() {
        assert_eq!(token_set_ratio("a dog and a bear", "bear a"), 100.0);
    }
}

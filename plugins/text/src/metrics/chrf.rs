//! chrF and chrF++ (Popović, 2015 and 2017), as sacreBLEU's `sentence_chrf` with effective order.

use super::multiset::{ngram_count, ngram_overlap};
use super::whitespace::{is_space, words};
use super::{count, share};

/// What chrF counts and how it weighs recall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The longest n-gram of characters; 6 in the paper.
    pub char_order: usize,
    /// The longest n-gram of words: 0 for chrF, 2 for chrF++.
    pub word_order: usize,
    /// How many times recall weighs as much as precision; 2 in the paper.
    pub beta: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { char_order: 6, word_order: 0, beta: 2.0 }
    }
}

/// The F score from 0 to 100 of n-grams of characters, white space left out, and of words if asked for.
#[must_use]
pub fn chrf(expected: &str, answer: &str, settings: &Settings) -> f64 {
    let mut average = Average::default();
    average.add_orders(&characters(expected), &characters(answer), settings.char_order);
    if settings.word_order > 0 {
        average.add_orders(&split_words(expected), &split_words(answer), settings.word_order);
    }
    average.f_score(settings.beta)
}

fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|&character| !is_space(character)).collect()
}

/// The words, with one leading or one trailing punctuation mark split off.
fn split_words(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for word in words(text) {
        let single = word.chars().nth(1).is_none();
        if !single && word.ends_with(|last: char| last.is_ascii_punctuation()) {
            parts.extend([&word[..word.len() - 1], &word[word.len() - 1..]]);
        } else if !single && word.starts_with(|first: char| first.is_ascii_punctuation()) {
            parts.extend([&word[..1], &word[1..]]);
        } else {
            parts.push(word);
        }
    }
    parts
}

/// Sums of precision and recall over the orders for which both texts are long enough.
#[derive(Default)]
struct Average {
    precision: f64,
    recall: f64,
    orders: usize,
}

impl Average {
    fn add_orders<T: Ord>(&mut self, expected: &[T], answer: &[T], max_order: usize) {
        for order in 1..=max_order.min(expected.len()).min(answer.len()) {
            let matches = ngram_overlap(answer, expected, order);
            self.precision += share(matches, ngram_count(answer.len(), order));
            self.recall += share(matches, ngram_count(expected.len(), order));
            self.orders += 1;
        }
    }

    fn f_score(&self, beta: f64) -> f64 {
        if self.orders == 0 {
            return 0.0;
        }
        let precision = self.precision / count(self.orders);
        let recall = self.recall / count(self.orders);
        if precision + recall == 0.0 {
            return 0.0;
        }
        let weight = beta * beta;
        100.0 * (1.0 + weight) * precision * recall / (weight * precision + recall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_count() {
        assert_eq!(chrf("a b c", "abc", &Settings::default()), 100.0);
    }

    #[test]
    fn punctuation_at_an_edge_is_a_word_of_its_own() {
        assert_eq!(split_words("(hi) \"x . don't"), ["(hi", ")", "\"", "x", ".", "don't"]);
    }

    #[test]
    fn nothing_in_common_scores_zero() {
        assert_eq!(chrf("abc", "xyz", &Settings::default()), 0.0);
        assert_eq!(chrf("", "", &Settings::default()), 0.0);
    }
}

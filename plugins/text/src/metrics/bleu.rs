//! BLEU of one sentence (Papineni et al., 2002): the geometric mean of n-gram precisions with a penalty for brevity.
//!
//! The two implementations that the field quotes differ in tokens, scale and in what they do when a precision is 0,
//! so both are here. There is one expected text; several references are left out.

use super::multiset::{ngram_count, ngram_overlap};
use super::tokenize_13a::tokenize;
use super::whitespace::{is_space, words};
use super::{count, share};

/// How a precision of 0 is smoothed away in NLTK's BLEU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NltkSmoothing {
    /// `method0`: the smallest normal float takes its place, so the score is next to 0.
    Method0,
    /// `method1`: 0.1 matches are assumed.
    Method1,
}

/// BLEU from 0 to 100 as sacreBLEU's `sentence_bleu`: tokenizer 13a, exponential smoothing, effective order.
#[must_use]
pub fn sacrebleu(expected: &str, answer: &str, max_order: usize) -> f64 {
    let (expected, answer) =
        (tokenize(expected.trim_end_matches(is_space)), tokenize(answer.trim_end_matches(is_space)));
    let (expected, answer) = (words(&expected), words(&answer));
    let mut matched = false;
    let mut smoothing = 1.0;
    let mut logs = Vec::with_capacity(max_order);
    for order in 1..=max_order.min(answer.len()) {
        let total = count(ngram_count(answer.len(), order));
        let matches = ngram_overlap(&answer, &expected, order);
        matched |= matches > 0;
        let precision = if matches == 0 {
            smoothing *= 2.0;
            100.0 / (smoothing * total)
        } else {
            100.0 * count(matches) / total
        };
        logs.push(precision.ln());
    }
    if !matched {
        return 0.0;
    }
    let brevity = if answer.len() < expected.len() { brevity(expected.len(), answer.len()) } else { 1.0 };
    brevity * (logs.iter().sum::<f64>() / count(logs.len())).exp()
}

/// BLEU from 0 to 1 as NLTK's `sentence_bleu` over words between white space, with equal weights.
#[must_use]
pub fn nltk(expected: &str, answer: &str, max_order: usize, smoothing: NltkSmoothing) -> f64 {
    let (expected, answer) = (words(expected), words(answer));
    let weight = 1.0 / count(max_order);
    let mut log = 0.0;
    for order in 1..=max_order {
        let matches = ngram_overlap(&answer, &expected, order);
        if order == 1 && matches == 0 {
            return 0.0;
        }
        // An answer that is too short for this order counts as one n-gram without a match.
        let total = ngram_count(answer.len(), order).max(1);
        let precision = match (matches, smoothing) {
            (0, NltkSmoothing::Method0) => f64::MIN_POSITIVE,
            (0, NltkSmoothing::Method1) => 0.1 / count(total),
            _ => share(matches, total),
        };
        log += weight * precision.ln();
    }
    let brevity = if answer.len() > expected.len() { 1.0 } else { brevity(expected.len(), answer.len()) };
    brevity * log.exp()
}

fn brevity(expected: usize, answer: usize) -> f64 {
    (1.0 - count(expected) / count(answer)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_a_common_word_score_zero() {
        assert_eq!(sacrebleu("a b c d", "w x y z", 4), 0.0);
        assert_eq!(nltk("a b c d", "w x y z", 4, NltkSmoothing::Method1), 0.0);
    }

    #[test]
    fn empty_texts_score_zero() {
        assert_eq!(sacrebleu("", "", 4), 0.0);
        assert_eq!(nltk("", "", 4, NltkSmoothing::Method0), 0.0);
        assert_eq!(nltk("a", "", 4, NltkSmoothing::Method0), 0.0);
    }
}

//! ROUGE (Lin, 2004) as the package rouge-score computes it: tokens are runs of lower-case ASCII letters and digits.

use rapidfuzz::distance::lcs_seq;
use std::collections::BTreeMap;

use super::PrecisionRecall;
use super::multiset::{ngram_count, ngram_overlap};
use super::porter;

/// A text cut into the tokens that ROUGE compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens(Vec<String>);

impl Tokens {
    /// Lower-cases and cuts a text; the `stemmer` strips the endings of tokens of more than three characters.
    #[must_use]
    pub fn new(text: &str, stemmer: bool) -> Self {
        let text = text.to_lowercase();
        let tokens = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|token| !token.is_empty());
        if stemmer {
            Self(tokens.map(|token| if token.len() > 3 { porter::stem(token) } else { token.to_owned() }).collect())
        } else {
            Self(tokens.map(str::to_owned).collect())
        }
    }

    /// The tokens of every line that is not empty; ROUGE-Lsum takes lines for sentences.
    #[must_use]
    pub fn of_lines(text: &str, stemmer: bool) -> Vec<Self> {
        text.split('\n').filter(|line| !line.is_empty()).map(|line| Self::new(line, stemmer)).collect()
    }
}

/// ROUGE-N: the n-grams of tokens that both texts have.
#[must_use]
pub fn rouge_n(expected: &Tokens, answer: &Tokens, n: usize) -> PrecisionRecall {
    let (expected, answer) = (&expected.0, &answer.0);
    let matches = ngram_overlap(answer, expected, n);
    PrecisionRecall::of_counts(matches, ngram_count(answer.len(), n), ngram_count(expected.len(), n))
}

/// ROUGE-L: the longest common subsequence of tokens.
#[must_use]
pub fn rouge_l(expected: &Tokens, answer: &Tokens) -> PrecisionRecall {
    let mut numbers = Numbers::default();
    let (expected, answer) = (numbers.of(expected), numbers.of(answer));
    let length = lcs_seq::similarity(expected.iter().copied(), answer.iter().copied());
    PrecisionRecall::of_counts(length, answer.len(), expected.len())
}

/// ROUGE-Lsum: for every expected sentence, what the longest common subsequences with all sentences of the answer cover.
///
/// Every token counts at most as often as it is in either text.
#[must_use]
pub fn rouge_l_sum(expected: &[Tokens], answer: &[Tokens]) -> PrecisionRecall {
    let mut numbers = Numbers::default();
    let expected: Vec<_> = expected.iter().map(|sentence| numbers.of(sentence)).collect();
    let answer: Vec<_> = answer.iter().map(|sentence| numbers.of(sentence)).collect();
    let mut left_expected = numbers.counts(&expected);
    let mut left_answer = numbers.counts(&answer);
    let mut hits = 0;
    for sentence in &expected {
        let mut covered = vec![false; sentence.len()];
        for other in &answer {
            mark_common_subsequence(sentence, other, &mut covered);
        }
        for (&token, _) in sentence.iter().zip(covered).filter(|&(_, covered)| covered) {
            if left_expected[token as usize] > 0 && left_answer[token as usize] > 0 {
                left_expected[token as usize] -= 1;
                left_answer[token as usize] -= 1;
                hits += 1;
            }
        }
    }
    PrecisionRecall::of_counts(hits, answer.iter().map(Vec::len).sum(), expected.iter().map(Vec::len).sum())
}

/// Numbers for tokens, so that comparing two of them is cheap.
#[derive(Default)]
struct Numbers<'tokens>(BTreeMap<&'tokens str, u32>);

impl<'tokens> Numbers<'tokens> {
    fn of(&mut self, tokens: &'tokens Tokens) -> Vec<u32> {
        let number = |token: &'tokens String| {
            let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
            *self.0.entry(token).or_insert(next)
        };
        tokens.0.iter().map(number).collect()
    }

    /// How often each token is in the sentences.
    fn counts(&self, sentences: &[Vec<u32>]) -> Vec<usize> {
        let mut counts = vec![0; self.0.len()];
        for &token in sentences.iter().flatten() {
            counts[token as usize] += 1;
        }
        counts
    }
}

/// Marks the tokens of `sentence` in one longest common subsequence with `other`.
///
/// Which one matters, as there may be several: on the way back, a step in `sentence` comes before one in `other`.
fn mark_common_subsequence(sentence: &[u32], other: &[u32], covered: &mut [bool]) {
    let steps = StepsInOther::new(sentence, other);
    let (mut i, mut j) = (sentence.len(), other.len());
    while i > 0 && j > 0 {
        if sentence[i - 1] == other[j - 1] {
            i -= 1;
            j -= 1;
            covered[i] = true;
        } else if steps.contains(i, j) {
            j -= 1;
        } else {
            i -= 1;
        }
    }
}

/// Where the longest common subsequence is longer without the last token of `other` than without that of `sentence`.
///
/// One bit per cell keeps long texts within a guest's memory.
struct StepsInOther {
    bits: Vec<u64>,
    columns: usize,
}

impl StepsInOther {
    fn new(sentence: &[u32], other: &[u32]) -> Self {
        let columns = other.len() + 1;
        let mut bits = vec![0; ((sentence.len() + 1) * columns).div_ceil(64)];
        let mut above = vec![0_u32; columns];
        let mut row = vec![0_u32; columns];
        for (i, token) in sentence.iter().enumerate() {
            for (j, candidate) in other.iter().enumerate() {
                row[j + 1] = if token == candidate { above[j] + 1 } else { above[j + 1].max(row[j]) };
                if row[j] > above[j + 1] {
                    let cell = (i + 1) * columns + j + 1;
                    bits[cell / 64] |= 1 << (cell % 64);
                }
            }
            std::mem::swap(&mut above, &mut row);
        }
        Self { bits, columns }
    }

    fn contains(&self, i: usize, j: usize) -> bool {
        let cell = i * self.columns + j;
        self.bits[cell / 64] & (1 << (cell % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_letters_and_digits_make_tokens() {
        assert_eq!(Tokens::new("Don't café-2 東京", false).0, ["don", "t", "caf", "2"]);
    }

    #[test]
    fn short_tokens_are_not_stemmed() {
        assert_eq!(Tokens::new("his cats running", true).0, ["his", "cat", "run"]);
    }

    #[test]
    fn sentences_of_the_answer_cover_an_expected_one_together() {
        let expected = Tokens::of_lines("a b c d e", false);
        let answer = Tokens::of_lines("a b x\n\nd e", false);
        let score = rouge_l_sum(&expected, &answer);
        assert_eq!((score.precision, score.recall), (0.8, 0.8));
    }

    #[test]
    fn empty_texts_score_zero() {
        let none = Tokens::new("", false);
        assert_eq!(rouge_n(&none, &none, 1), PrecisionRecall::default());
        assert_eq!(rouge_l(&none, &none), PrecisionRecall::default());
        assert_eq!(rouge_l_sum(&[], &[]), PrecisionRecall::default());
    }
}

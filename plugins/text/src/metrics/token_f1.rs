//! F1 over words as the SQuAD evaluation computes it (Rajpurkar et al., 2016; empty answers as in version 2.0).

use super::PrecisionRecall;
use super::multiset::overlap;
use super::whitespace::words;

/// Precision, recall and F1 of the words of an answer, each from 0 to 1, after [`normalize`].
///
/// When a side has no words left, both sides must have none: 1, otherwise 0.
#[must_use]
pub fn token_f1(expected: &str, answer: &str) -> PrecisionRecall {
    let (expected, answer) = (normalize(expected), normalize(answer));
    let (expected, answer) = (words(&expected), words(&answer));
    if expected.is_empty() && answer.is_empty() {
        return PrecisionRecall { precision: 1.0, recall: 1.0, f1: 1.0 };
    }
    PrecisionRecall::of_counts(overlap(expected.clone(), answer.clone()), answer.len(), expected.len())
}

/// Lower case, without ASCII punctuation, without the articles a, an and the, words parted by one space.
#[must_use]
pub fn normalize(text: &str) -> String {
    let text: String = text.to_lowercase().chars().filter(|character| !character.is_ascii_punctuation()).collect();
    words(&without_articles(&text)).join(" ")
}

fn without_articles(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = first.is_alphanumeric();
        let end = rest.find(|character: char| character.is_alphanumeric() != in_word).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        kept.push_str(if matches!(run, "a" | "an" | "the") { " " } else { run });
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_punctuation_and_articles_do_not_count() {
        assert_eq!(normalize("The  cat's—a hat, An\tant!"), "cats— hat ant");
        assert_eq!(token_f1("the Cat", "A cat.").f1, 1.0);
    }

    #[test]
    fn an_empty_side_matches_only_an_empty_side() {
        assert_eq!(token_f1("the", "").f1, 1.0);
        assert_eq!(token_f1("cat", "").f1, 0.0);
    }

    #[test]
    fn repeated_words_count_as_often_as_both_have_them() {
        let score = token_f1("cat cat dog", "cat cat cat cat");
        assert_eq!((score.precision, score.recall), (0.5, 2.0 / 3.0));
    }
}

//! What stands around a finding.

use std::ops::Range;

/// The character before a place.
pub(super) fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The character after a place.
pub(super) fn after(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Whether a number stands on its own: it is no part of a longer number, of a word, or of an identifier with hyphens.
pub(super) fn is_detached(text: &str, range: &Range<usize>) -> bool {
    is_detached_from(text, range, ".,/:")
}

/// The same, where only `connectors` tie digits together.
pub(super) fn is_detached_from(text: &str, range: &Range<usize>, connectors: &str) -> bool {
    let mut left = text[..range.start].chars().rev();
    let mut right = text[range.end..].chars();
    !is_attached(left.next(), left.next(), connectors) && !is_attached(right.next(), right.next(), connectors)
}

/// Whether the next character, or the one behind a connecting one, goes on with what is beside it.
fn is_attached(next: Option<char>, behind: Option<char>, connectors: &str) -> bool {
    match next {
        Some('-' | '\u{2010}'..='\u{2013}') => behind.is_some_and(|behind| behind.is_ascii_alphanumeric()),
        Some(next) if connectors.contains(next) => behind.is_some_and(|behind| behind.is_ascii_digit()),
        Some(next) => is_ascii_word(next) || next == '%',
        None => false,
    }
}

/// Whether a character belongs to a word as programs know them. Scripts without spaces set numbers right beside words.
pub(super) fn is_ascii_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The words before a place, in lower case, the nearest first: those of the same line, up to four.
pub(super) fn words_before(text: &str, at: usize) -> Vec<String> {
    const FARTHEST: usize = 48;
    const MOST: usize = 4;

    let start = text[..at].char_indices().rev().take(FARTHEST).last().map_or(at, |(start, _)| start);
    let line = text[start..at].rsplit('\n').next().unwrap_or_default();
    let words = line.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.rev().take(MOST).map(str::to_lowercase).collect()
}

/// Whether one of the `nearest` words before a place is one of `known`.
pub(super) fn follows_word(text: &str, at: usize, nearest: usize, known: &[&str]) -> bool {
    words_before(text, at).iter().take(nearest).any(|word| known.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_detached_in(text: &str, number: &str) -> bool {
        let start = text.find(number).unwrap();
        is_detached(text, &(start..start + number.len()))
    }

    #[test]
    fn punctuation_and_other_scripts_detach() {
        for text in ["12", "(12)", "a 12.", "12, 3", "号12号", "a: 12; b", "12 - b"] {
            assert!(is_detached_in(text, "12"), "{text}");
        }
    }

    #[test]
    fn letters_digits_and_connectors_attach() {
        for text in ["a12", "12b", "_12", "3.12", "12.3", "x-12", "12-y", "1,12", "12/3", "12%", "3:12"] {
            assert!(!is_detached_in(text, "12"), "{text}");
        }
    }

    #[test]
    fn words_before_are_those_of_the_line() {
        let text = "far\nMy phone number: 12";
        assert_eq!(words_before(text, text.len() - 2), ["number", "phone", "my"]);
        assert!(follows_word(text, text.len() - 2, 2, &["phone"]));
        assert!(!follows_word(text, text.len() - 2, 1, &["phone"]));
    }
}

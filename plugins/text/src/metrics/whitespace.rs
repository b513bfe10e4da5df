//! White space as Python's `str.split` sees it, which the reference implementations rest on.

/// Whether `str.isspace` holds: Unicode's white space and the four ASCII separators U+001C to U+001F.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// The words between white space.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(is_space).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_ascii_separators_and_unicode_spaces() {
        assert_eq!(words(" a\u{1c}b\u{3000}c\u{a0}\n"), ["a", "b", "c"]);
    }
}

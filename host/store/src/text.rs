//! Texts as they are stored. PostgreSQL cannot keep the character NUL in a text, so it is written as two others; JSON texts
//! need none of this, because JSON escapes it.

use std::borrow::Cow;

/// Comes before what stands for a character that cannot be stored, or for itself.
const ESCAPE: char = '\u{1}';

pub(crate) fn stored(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte <= 1) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => escaped.extend([ESCAPE, '0']),
            ESCAPE => escaped.extend([ESCAPE, '1']),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

pub(crate) fn restored(text: String) -> Result<String, &'static str> {
    if !text.contains(ESCAPE) {
        return Ok(text);
    }
    let mut restored = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        restored.push(match character {
            ESCAPE => match characters.next() {
                Some('0') => '\0',
                Some('1') => ESCAPE,
                _ => return Err("a text with an escape that means nothing"),
            },
            other => other,
        });
    }
    Ok(restored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_without_such_characters_is_stored_as_it_is() {
        assert!(matches!(stored("naïve\n"), Cow::Borrowed("naïve\n")));
    }

    #[test]
    fn an_escape_that_means_nothing_is_refused() {
        assert!(restored("a\u{1}".into()).is_err());
        assert!(restored("\u{1}2".into()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_restored_and_is_stored_without_nul(text in "[\0\u{1}01a-c]{0,12}") {
            let kept = stored(&text).into_owned();
            prop_assert!(!kept.contains('\0'));
            prop_assert_eq!(restored(kept), Ok(text));
        }
    }
}

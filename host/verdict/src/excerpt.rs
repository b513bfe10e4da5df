use serde::{Deserialize, Serialize};

/// A text, or its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The text, at most as long as was asked for.
    pub text: String,
    /// Whether there was more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

impl Excerpt {
    /// The first `max_chars` characters of a text.
    #[must_use]
    pub fn of(text: &str, max_chars: usize) -> Self {
        match text.char_indices().nth(max_chars) {
            Some((end, _)) => Self { text: text[..end].to_owned(), truncated: true },
            None => Self { text: text.to_owned(), truncated: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(Excerpt::of("né à", 2), Excerpt { text: "né".into(), truncated: true });
        assert_eq!(Excerpt::of("né à", 4), Excerpt { text: "né à".into(), truncated: false });
        assert_eq!(Excerpt::of("", 0), Excerpt::default());
    }
}

use serde::{Deserialize, Serialize};

use crate::{Json, SpanId, Value};

/// One thing that a scorer said about an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// The scorer's name, or the name that tells several feedbacks of one scorer apart.
    pub name: String,
    /// The verdict.
    pub value: Value,
    /// Why, for a person to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    /// An object with details for programs to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
    /// The span that the feedback is about; none for the whole example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_id: Option<SpanId>,
}

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid name {shown:?}: {rule}")]
pub struct InvalidName {
    shown: String,
    rule: &'static str,
}

impl InvalidName {
    fn new(name: &str, rule: &'static str) -> Self {
        Self { shown: name.chars().take(80).collect(), rule }
    }
}

/// Checks the name of a feedback: 1 to 128 characters out of ASCII letters, digits, `_`, `-`, `.` and `/`.
pub fn validate_feedback_name(name: &str) -> Result<(), InvalidName> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    if (1..=128).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidName::new(name, "a feedback is named with 1 to 128 ASCII letters, digits, '_', '-', '.' or '/'"))
    }
}

/// Checks the name of a scorer or predict function: a lower-case ASCII letter, then at most 63 lower-case letters,
/// digits and `_`.
pub fn validate_plugin_item_name(name: &str) -> Result<(), InvalidName> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if starts_well && name.len() <= 64 && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidName::new(
            name,
            "scorers and predict functions are named with a lower-case letter, then lower-case letters, digits or '_', at most 64 in all",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_break_a_report_are_refused() {
        for bad in ["", "a b", "é", "a\n", "../\u{0}", &"x".repeat(129)] {
            assert!(validate_feedback_name(bad).is_err(), "{bad:?}");
        }
        for good in ["exact_match", "rouge/L.f1", "A-1"] {
            assert!(validate_feedback_name(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn scorer_names_are_snake_case() {
        for bad in ["", "Exact", "1x", "_x", "a-b", &"x".repeat(65)] {
            assert!(validate_plugin_item_name(bad).is_err(), "{bad:?}");
        }
        assert!(validate_plugin_item_name("exact_match_2").is_ok());
    }
}

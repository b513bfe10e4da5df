use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what} {text:?}: expected {form}")]
pub struct InvalidId {
    what: &'static str,
    text: String,
    form: &'static str,
}

/// Declares an id that is a string in JSON, parsed once at the edge.
macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $form:literal, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(&text) {
                    Ok(Self(text))
                } else {
                    let text = text.chars().take(80).collect();
                    Err(InvalidId { what: $what, text, form: $form })
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

string_id!(
    /// Names one run of an evaluation: `run_` and a UUIDv7, so that ids sort by time.
    RunId,
    "run id",
    "`run_` and a UUID",
    |text| text.strip_prefix("run_").is_some_and(|uuid| Uuid::try_parse(uuid).is_ok())
);

string_id!(
    /// Names a trace: 1 to 64 ASCII letters, digits, `-` and `_`. OpenTelemetry writes 32 hexadecimal digits,
    /// MLflow puts `tr-` before them.
    TraceId,
    "trace id",
    "1 to 64 ASCII letters, digits, '-' and '_'",
    is_trace_word
);

string_id!(
    /// Names a span within its trace, with the characters of a [`TraceId`]. OpenTelemetry writes 16 hexadecimal digits.
    SpanId,
    "span id",
    "1 to 64 ASCII letters, digits, '-' and '_'",
    is_trace_word
);

fn is_trace_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl RunId {
    /// A new id, from the clock and the system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("run_{}", Uuid::now_v7()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_are_prefixed_and_unique() {
        let (first, second) = (RunId::generate(), RunId::generate());
        assert_ne!(first, second);
        assert_eq!(first.as_str().parse::<RunId>().unwrap(), first);
    }

    #[test]
    fn foreign_texts_are_refused() {
        assert!("run_../../etc".parse::<RunId>().is_err());
        assert!("trace_0190".parse::<RunId>().is_err());
        assert!("a b".parse::<SpanId>().is_err());
        assert!("".parse::<TraceId>().is_err());
        assert!("tr-0123456789abcdef0123456789abcdef".parse::<TraceId>().is_ok());
    }
}

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::canonical::{NotCanonical, canonical};

/// One JSON value, kept as the text it came in.
///
/// The text is valid JSON by construction. Keeping it verbatim means that numbers of any size survive, that nothing
/// is parsed which nobody looks at, and that what a plugin receives is what the dataset says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

/// Why a text is not usable as JSON.
#[derive(Debug, thiserror::Error)]
pub enum InvalidJson {
    /// The text breaks the grammar of RFC 8259.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Arrays and objects are nested deeper than allowed.
    #[error("JSON nested deeper than {limit} levels")]
    TooDeep {
        /// The deepest nesting that was allowed.
        limit: usize,
    },
}

impl Json {
    /// Reads one JSON value; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidJson> {
        Ok(Self(serde_json::from_str(text)?))
    }

    /// Reads one JSON value from a text that is not trusted: arrays and objects may nest at most `max_depth` levels.
    pub fn parse_bounded(text: String, max_depth: usize) -> Result<Self, InvalidJson> {
        if nesting_exceeds(&text, max_depth) {
            return Err(InvalidJson::TooDeep { limit: max_depth });
        }
        Ok(Self(RawValue::from_string(text)?))
    }

    /// Turns a serialisable value into JSON.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidJson> {
        Ok(Self(serde_json::value::to_raw_value(value)?))
    }

    /// The same value in its canonical form, so that equal values are equal texts whoever printed them: RFC 8785 (sorted
    /// keys, of equal keys the last one, no white space, ECMAScript's numbers, no needless escapes), except that integers of
    /// 64 bits stay exact.
    pub fn canonical(self) -> Result<Self, NotCanonical> {
        let text = canonical(self.as_str())?;
        if text == self.as_str() {
            return Ok(self);
        }
        // The canonical form of JSON is JSON.
        Ok(RawValue::from_string(text).map_or(self, Self))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Parses the text into a type of the caller's choice.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, InvalidJson> {
        Ok(serde_json::from_str(self.as_str())?)
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Whether arrays and objects nest deeper than `limit` levels.
    #[must_use]
    pub fn nests_deeper_than(&self, limit: usize) -> bool {
        nesting_exceeds(self.as_str(), limit)
    }

    /// Whether the value is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }
}

/// Whether brackets nest deeper than `limit`, outside strings. Linear, and without recursion, so that a hostile text
/// cannot exhaust the stack of the parser that comes after it.
fn nesting_exceeds(text: &str, limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

impl PartialEq for Json {
    /// Equal texts; two spellings of one value differ.
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_f64_survive_verbatim() {
        let text = r#"{"n":123456789012345678901234567890.10}"#;
        assert_eq!(Json::parse(text).unwrap().as_str(), text);
    }

    #[test]
    fn depth_is_bounded_before_parsing() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert!(matches!(Json::parse_bounded(deep, 64), Err(InvalidJson::TooDeep { limit: 64 })));
        assert!(Json::parse_bounded("[[1]]".into(), 2).is_ok());
        assert!(Json::parse_bounded("[[[1]]]".into(), 2).is_err());
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        assert!(Json::parse_bounded(r#"["[[[[\"[["]"#.into(), 1).is_ok());
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        for text in ["", "{", "nope", "NaN", "1 2", "{'a':1}"] {
            assert!(Json::parse(text).is_err(), "{text:?}");
        }
    }
}

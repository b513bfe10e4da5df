use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{Json, ValueKind};

/// A scorer's verdict.
///
/// The JSON form is the plain JSON value: `true`, `3`, `0.5`, `"resolved"`, `{"a": 1}`. Reading it back gives the same
/// kind, because a [`Number`] is always written with a fraction or an exponent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Passed or failed.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(Number),
    /// One label.
    Text(String),
    /// Anything else.
    Json(Json),
}

impl Value {
    /// The kind of the value.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::Boolean(_) => ValueKind::Boolean,
            Self::Integer(_) => ValueKind::Integer,
            Self::Number(_) => ValueKind::Number,
            Self::Text(_) => ValueKind::Text,
            Self::Json(_) => ValueKind::Json,
        }
    }

    /// The value as a number, with `true` as 1 and `false` as 0; `None` for texts and JSON.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean over integers is a float in every field that reports one")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Boolean(passed) => Some(f64::from(u8::from(*passed))),
            Self::Integer(integer) => Some(*integer as f64),
            Self::Number(number) => Some(number.get()),
            Self::Text(_) | Self::Json(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let parsed = match text.as_bytes().first() {
            Some(b't' | b'f') => serde_json::from_str(text).map(Self::Boolean),
            Some(b'"') => serde_json::from_str(text).map(Self::Text),
            Some(b'-' | b'0'..=b'9') => match text.parse() {
                Ok(integer) => Ok(Self::Integer(integer)),
                Err(_) => serde_json::from_str(text).map(Self::Number),
            },
            _ => serde_json::from_str(text).map(Self::Json),
        };
        parsed.map_err(D::Error::custom)
    }
}

/// A number that is neither NaN nor infinite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Number(f64);

/// The number is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a score must be a finite number")]
pub struct NotFinite;

impl Number {
    /// The number itself.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Number {
    type Error = NotFinite;

    fn try_from(number: f64) -> Result<Self, NotFinite> {
        if number.is_finite() { Ok(Self(number)) } else { Err(NotFinite) }
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(value: f64) -> Value {
        Value::Number(Number::try_from(value).unwrap())
    }

    #[test]
    fn each_kind_has_its_plain_json_form() {
        let forms = [
            (Value::Boolean(true), "true"),
            (Value::Integer(-3), "-3"),
            (number(1.0), "1.0"),
            (number(1e300), "1e+300"),
            (Value::Text("a\"b".into()), r#""a\"b""#),
            (Value::Json(Json::parse(r#"{"a":[1,null]}"#).unwrap()), r#"{"a":[1,null]}"#),
        ];
        for (value, json) in forms {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
        }
    }

    #[test]
    fn nan_and_infinity_are_no_numbers() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Number::try_from(bad), Err(NotFinite));
        }
    }

    proptest! {
        #[test]
        fn finite_numbers_survive_a_round_trip(bits in any::<u64>()) {
            let float = f64::from_bits(bits);
            prop_assume!(float.is_finite());
            let json = serde_json::to_string(&number(float)).unwrap();
            let back: Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back.kind(), ValueKind::Number);
            prop_assert_eq!(back.as_f64().map(f64::to_bits), Some(bits));
        }
    }
}

//! The kind of result that a judge gives.

use scorebox_sdk::serde_json::{Value as Json, json};
use scorebox_sdk::{Deserialize, JsonSchema, Value, config};

/// Up to here, every whole number has a float of its own.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The kind of result that a judge gives: `"boolean"`, `{ number = { min = 0, max = 1 } }`,
/// `{ integer = { min = 1, max = 5 } }`, `{ one_of = ["good", "bad"] }` or `"text"`.
#[config]
#[derive(PartialEq)]
pub(crate) enum ResultKind {
    /// True or false.
    Boolean,
    /// A number between bounds, each of which may be left out.
    Number(Range<f64>),
    /// A whole number between bounds, each of which may be left out.
    Integer(Range<i32>),
    /// One of these labels.
    OneOf(Labels),
    /// Any text.
    Text,
}

/// The least and the greatest number, both of them allowed, in their order.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(crate = "scorebox_sdk::serde", try_from = "AnyRange<T>", bound = "T: Deserialize<'de> + PartialOrd")]
#[schemars(crate = "scorebox_sdk::schemars", inline)]
pub(crate) struct Range<T> {
    pub(crate) min: Option<T>,
    pub(crate) max: Option<T>,
}

/// A range as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(crate = "scorebox_sdk::serde", deny_unknown_fields)]
#[schemars(crate = "scorebox_sdk::schemars", inline)]
struct AnyRange<T> {
    /// The least value; without it, there is none.
    min: Option<T>,
    /// The greatest value; without it, there is none.
    max: Option<T>,
}

impl<T: PartialOrd> TryFrom<AnyRange<T>> for Range<T> {
    type Error = &'static str;

    fn try_from(AnyRange { min, max }: AnyRange<T>) -> Result<Self, &'static str> {
        match (&min, &max) {
            (Some(min), Some(max)) if min > max => Err("expected `min` to be at most `max`"),
            _ => Ok(Self { min, max }),
        }
    }
}

/// Labels, all of them different.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(crate = "scorebox_sdk::serde", try_from = "Vec<String>")]
#[schemars(crate = "scorebox_sdk::schemars")]
pub(crate) struct Labels(#[schemars(length(min = 1))] Vec<String>);

impl TryFrom<Vec<String>> for Labels {
    type Error = String;

    fn try_from(labels: Vec<String>) -> Result<Self, String> {
        let is_repeated = |(index, label): (usize, &String)| labels[..index].contains(label);
        if labels.is_empty() || labels.iter().enumerate().any(is_repeated) {
            return Err("one_of: expected one label at least, and none of them twice".to_owned());
        }
        Ok(Self(labels))
    }
}

impl Labels {
    /// Fixed labels.
    pub(crate) fn new(labels: &[&str]) -> Self {
        Self(labels.iter().map(|&label| label.to_owned()).collect())
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}

impl ResultKind {
    /// The JSON Schema of the result.
    pub(crate) fn schema(&self) -> Json {
        match self {
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Number(Range { min, max }) => bounded("number", json!(min), json!(max)),
            Self::Integer(Range { min, max }) => bounded("integer", json!(min), json!(max)),
            Self::OneOf(labels) => json!({ "type": "string", "enum": labels.names() }),
            Self::Text => json!({ "type": "string" }),
        }
    }

    /// Says to a model what the result may be.
    pub(crate) fn wording(&self) -> String {
        match self {
            Self::Boolean => "true or false".to_owned(),
            Self::Number(Range { min, max }) => format!("a number{}", bounds(min.as_ref(), max.as_ref())),
            Self::Integer(Range { min, max }) => format!("a whole number{}", bounds(min.as_ref(), max.as_ref())),
            Self::OneOf(labels) => format!("one of {}", Json::from(labels.names())),
            Self::Text => "a short text".to_owned(),
        }
    }

    /// The value that a reply holds, if it is of this kind.
    pub(crate) fn value(&self, result: &Json) -> Option<Value> {
        match self {
            Self::Boolean => result.as_bool().map(Value::Boolean),
            Self::Number(Range { min, max }) => {
                result.as_f64().filter(|number| is_within(*number, *min, *max)).map(Value::Number)
            }
            Self::Integer(Range { min, max }) => {
                let integer = integer(result)?;
                is_within(integer, min.map(i64::from), max.map(i64::from)).then_some(Value::Integer(integer))
            }
            Self::OneOf(labels) => {
                let label = result.as_str().filter(|label| labels.names().iter().any(|name| name == label))?;
                Some(Value::Text(label.to_owned()))
            }
            Self::Text => result.as_str().map(Value::from),
        }
    }
}

/// A whole number, written as JSON allows: `4` or `4.0`.
pub(crate) fn integer(value: &Json) -> Option<i64> {
    let whole = |float: &f64| float.fract() == 0.0 && float.abs() <= MAX_EXACT_INTEGER;
    #[expect(clippy::cast_possible_truncation, reason = "the float is whole and within the range of exact integers")]
    value.as_i64().or_else(|| value.as_f64().filter(whole).map(|float| float as i64))
}

fn bounded(kind: &str, min: Json, max: Json) -> Json {
    let mut schema = json!({ "type": kind });
    for (key, bound) in [("minimum", min), ("maximum", max)] {
        if !bound.is_null() {
            schema[key] = bound;
        }
    }
    schema
}

fn bounds<T: std::fmt::Display>(min: Option<&T>, max: Option<&T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" of at least {min}"),
        (None, Some(max)) => format!(" of at most {max}"),
        (None, None) => String::new(),
    }
}

fn is_within<T: PartialOrd + Copy>(number: T, min: Option<T>, max: Option<T>) -> bool {
    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json;

    use super::*;

    fn read(kind: &Json) -> serde_json::Result<ResultKind> {
        serde_json::from_value(kind.clone())
    }

    #[test]
    fn a_kind_is_a_word_or_a_table() {
        assert_eq!(read(&json!("boolean")).unwrap(), ResultKind::Boolean);
        assert_eq!(read(&json!("text")).unwrap(), ResultKind::Text);
        let number = read(&json!({ "number": { "min": 0, "max": 1 } })).unwrap();
        assert_eq!(number, ResultKind::Number(Range { min: Some(0.0), max: Some(1.0) }));
        assert_eq!(number.schema(), json!({ "type": "number", "minimum": 0.0, "maximum": 1.0 }));
        let integer = read(&json!({ "integer": { "min": 1 } })).unwrap();
        assert_eq!(integer.schema(), json!({ "type": "integer", "minimum": 1 }));
        assert_eq!(integer.wording(), "a whole number of at least 1");
        let labels = read(&json!({ "one_of": ["good", "bad"] })).unwrap();
        assert_eq!(labels.schema(), json!({ "type": "string", "enum": ["good", "bad"] }));
    }

    #[test]
    fn kinds_that_no_reply_can_be_of_are_refused() {
        for wrong in [
            json!({ "number": { "min": 1, "max": 0 } }),
            json!({ "integer": { "min": 1, "max": 0 } }),
            json!({ "number": { "mim": 1 } }),
            json!({ "one_of": [] }),
            json!({ "one_of": ["a", "a"] }),
            json!("bool"),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_of_another_kind_are_none() {
        let stars = ResultKind::Integer(Range { min: Some(1), max: Some(5) });
        assert_eq!(stars.value(&json!(4.0)), Some(Value::Integer(4)));
        for wrong in [json!(0), json!(6), json!(4.5), json!("4"), Json::Null] {
            assert_eq!(stars.value(&wrong), None, "{wrong}");
        }
        assert_eq!(ResultKind::Boolean.value(&json!("yes")), None);
        assert_eq!(ResultKind::Number(Range { min: Some(0.0), max: None }).value(&json!(-0.1)), None);
        assert_eq!(ResultKind::OneOf(Labels::new(&["a"])).value(&json!("b")), None);
        assert_eq!(ResultKind::Text.value(&json!("b")), Some("b".into()));
    }
}

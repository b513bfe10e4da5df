use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Result};

/// A JSON value of an example: its text, and the path that error messages name it by.
///
/// Nothing is parsed until a method asks for it, and then only what the method needs.
///
/// ```
/// # use scorebox_sdk::{Example, Result};
/// # fn main() -> Result<()> {
/// let example = Example::new("1").with_outputs(serde_json::json!({ "answer": "Paris", "sources": [3, 5] }));
/// let outputs = example.outputs()?;
/// assert_eq!(outputs.get("answer")?.text()?, "Paris");
/// assert_eq!(outputs.get("sources")?.parse::<Vec<u32>>()?, [3, 5]);
/// assert_eq!(outputs.get("title").unwrap_err().to_string(), "missing field: outputs.title");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Json<'a> {
    text: &'a str,
    parent: Cow<'a, str>,
    /// The last step of the path; empty for a whole field.
    key: &'a str,
}

impl<'a> Json<'a> {
    /// A whole field, such as `outputs`.
    pub(crate) fn new(text: &'a str, field: &'a str) -> Self {
        Self { text, parent: Cow::Borrowed(field), key: "" }
    }

    /// The JSON text, as it is in the dataset.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Where the value is, such as `expectations.expected_response`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.key {
            "" => self.parent.clone().into_owned(),
            key => [&self.parent, ".", key].concat(),
        }
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.text.trim_ascii() == "null"
    }

    /// The value as a text: the content of a string; the JSON text of a number or a boolean.
    ///
    /// An object or an array is [`Error::Unsupported`], `null` is [`Error::MissingField`].
    pub fn text(&self) -> Result<Cow<'a, str>> {
        match self.text.trim_ascii().as_bytes().first() {
            Some(b'"') => Ok(self.parse::<Text<'a>>()?.0),
            Some(b'[') => Err(self.not_a_text("an array")),
            Some(b'{') => Err(self.not_a_text("an object")),
            Some(b'n') => Err(Error::MissingField(self.path())),
            _ => Ok(Cow::Borrowed(self.parse::<&RawValue>()?.get())),
        }
    }

    /// The value of a key. A value that is not an object has no keys; one that is missing or `null` is
    /// [`Error::MissingField`].
    pub fn get(&self, key: &'a str) -> Result<Self> {
        match self.find(key)? {
            Some(found) => Ok(found),
            None => Err(Error::MissingField(self.child(key, "").path())),
        }
    }

    /// The value of a key, or `None` where it is missing or `null`.
    pub fn find(&self, key: &'a str) -> Result<Option<Self>> {
        if !self.text.trim_ascii().starts_with('{') {
            return Ok(None);
        }
        let mut deserializer = serde_json::Deserializer::from_str(self.text);
        let found = ValueOf(key).deserialize(&mut deserializer).map_err(|error| self.invalid(&error))?;
        Ok(found.map(|value| self.child(key, value.get())).filter(|value| !value.is_null()))
    }

    /// The value as a type of the caller's choice.
    pub fn parse<T: Deserialize<'a>>(&self) -> Result<T> {
        serde_json::from_str(self.text).map_err(|error| self.invalid(&error))
    }

    /// The value as a tree.
    pub fn value(&self) -> Result<serde_json::Value> {
        self.parse()
    }

    fn child(&self, key: &'a str, text: &'a str) -> Self {
        let parent = if self.key.is_empty() { self.parent.clone() } else { Cow::Owned(self.path()) };
        Self { text, parent, key }
    }

    fn not_a_text(&self, kind: &str) -> Error {
        Error::Unsupported([&self.path(), ": expected a text, found ", kind].concat())
    }

    fn invalid(&self, error: &serde_json::Error) -> Error {
        Error::Failed([&self.path(), ": ", &error.to_string()].concat())
    }
}

/// Turns a value into JSON text. What has no JSON form, such as a map with keys that are no texts, is an error.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// A string that is borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// The raw value of one key of an object; the last one where the key is there several times, as in a parsed tree.
struct ValueOf<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for ValueOf<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ValueOf<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_key) = map.next_key_seed(IsKey(self.0))? {
            if is_key {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Compares a key without keeping it.
struct IsKey<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(text: &str) -> Json<'_> {
        Json::new(text, "outputs")
    }

    #[test]
    fn a_plain_string_is_borrowed_and_an_escaped_one_decoded() {
        assert!(matches!(outputs(r#""Paris""#).text(), Ok(Cow::Borrowed("Paris"))));
        assert_eq!(outputs(r#" "a\n\u00e9" "#).text().unwrap(), "a\né");
    }

    #[test]
    fn numbers_and_booleans_are_texts_as_they_are_written() {
        assert_eq!(outputs("4.50").text().unwrap(), "4.50");
        assert_eq!(outputs("true").text().unwrap(), "true");
    }

    #[test]
    fn what_is_not_a_text_is_named_by_its_path() {
        let json = outputs(r#"{"a": {"b": [1]}}"#);
        let error = json.get("a").unwrap().get("b").unwrap().text().unwrap_err();
        assert_eq!(error, Error::unsupported("outputs.a.b: expected a text, found an array"));
        assert_eq!(outputs("null").text(), Err(Error::missing_field("outputs")));
    }

    #[test]
    fn a_key_is_found_among_others_and_the_last_one_wins() {
        let json = outputs(r#"{"x": [1, {"a": 0}], "a": 1, "\u0061": 2}"#);
        assert_eq!(json.get("a").unwrap().as_str(), "2");
    }

    #[test]
    fn missing_and_null_keys_are_missing_fields() {
        let json = outputs(r#"{"a": null}"#);
        assert_eq!(json.get("a").unwrap_err(), Error::missing_field("outputs.a"));
        assert_eq!(json.get("b").unwrap_err(), Error::missing_field("outputs.b"));
        assert_eq!(outputs("3").get("b").unwrap_err(), Error::missing_field("outputs.b"));
    }

    #[test]
    fn broken_json_is_a_failure_with_its_path() {
        let error = outputs(r#"{"a": 1"#).get("a").unwrap_err();
        assert!(error.to_string().starts_with("outputs: EOF"), "{error}");
    }
}

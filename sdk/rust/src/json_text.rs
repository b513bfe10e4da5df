use std::fmt;

use serde::Serialize;

use crate::json::to_json;

/// A JSON value that a plugin gives, kept as text.
///
/// A text and not a tree, so that a component which gives none does not carry the code for trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// The JSON of a value. One that has none, such as a map with keys that are no texts, becomes the text of the error.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        to_json(value).map_or_else(|error| Self::of(&error.to_string()), Self)
    }

    /// A text that is JSON already. The host checks it: a row whose text is not JSON fails.
    #[must_use]
    pub fn from_raw(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<serde_json::Value> for JsonText {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string())
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

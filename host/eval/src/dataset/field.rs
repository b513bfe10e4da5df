use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Keys below a field; deeper paths are a mistake rather than a dataset.
const MAX_KEYS: usize = 32;

/// The fields of a row, by the names they have in a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Field {
    Id,
    Inputs,
    Outputs,
    Expectations,
    Trace,
    Tags,
}

impl Field {
    pub(crate) const ALL: [Self; 6] =
        [Self::Id, Self::Inputs, Self::Outputs, Self::Expectations, Self::Trace, Self::Tags];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Inputs => "inputs",
            Self::Outputs => "outputs",
            Self::Expectations => "expectations",
            Self::Trace => "trace",
            Self::Tags => "tags",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Whether the field, where present, must be a JSON object.
    pub(crate) fn is_object(self) -> bool {
        matches!(self, Self::Inputs | Self::Expectations | Self::Trace | Self::Tags)
    }
}

/// Where in an example a column's cells belong: `id`, `outputs`, `inputs.question`, `inputs.user.name`, `tags.topic`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath {
    pub(crate) field: Field,
    pub(crate) keys: Vec<String>,
}

/// The text names no place in an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no place in an example: expected id, inputs, outputs, expectations, trace or tags, or keys below one of \
     them such as inputs.question, expectations.expected_response or tags.topic"
)]
pub struct InvalidFieldPath(String);

impl FromStr for FieldPath {
    type Err = InvalidFieldPath;

    fn from_str(text: &str) -> Result<Self, InvalidFieldPath> {
        let invalid = || InvalidFieldPath(text.chars().take(80).collect());
        let mut parts = text.split('.');
        let field = parts.next().and_then(Field::from_name).ok_or_else(invalid)?;
        let keys: Vec<String> = parts.map(str::to_owned).collect();
        let allowed_keys = match field {
            Field::Id | Field::Trace => 0,
            Field::Tags => 1,
            Field::Inputs | Field::Outputs | Field::Expectations => MAX_KEYS,
        };
        if keys.len() > allowed_keys || keys.iter().any(String::is_empty) {
            return Err(invalid());
        }
        Ok(Self { field, keys })
    }
}

impl TryFrom<String> for FieldPath {
    type Error = InvalidFieldPath;

    fn try_from(text: String) -> Result<Self, InvalidFieldPath> {
        text.parse()
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.field.name())?;
        self.keys.iter().try_for_each(|key| write!(formatter, ".{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written() {
        for text in ["id", "inputs", "inputs.user.name", "outputs.answer", "tags.topic", "trace"] {
            assert_eq!(text.parse::<FieldPath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_names_no_place_is_refused() {
        let deep = format!("inputs{}", ".a".repeat(MAX_KEYS + 1));
        for text in ["", "question", "input.question", "id.x", "tags.a.b", "trace.spans", "inputs.", "inputs..a", &deep]
        {
            assert!(text.parse::<FieldPath>().is_err(), "{text}");
        }
    }
}

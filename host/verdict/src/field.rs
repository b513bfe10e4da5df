use std::collections::BTreeMap;

use scorebox_core::{Example, Json};
use scorebox_eval::FieldPath;
use serde_json::value::RawValue;

/// The longest value by which rows are grouped; the rest of a longer one is cut off.
const MAX_VALUE_CHARS: usize = 200;

/// Reads one place of examples, to group them by it.
#[derive(Debug)]
pub(crate) struct FieldReader {
    field: String,
    keys: Vec<String>,
}

impl FieldReader {
    pub(crate) fn new(path: &FieldPath) -> Self {
        let text = path.to_string();
        let mut parts = text.split('.').map(str::to_owned);
        Self { field: parts.next().unwrap_or_default(), keys: parts.collect() }
    }

    /// The value: a text as it is, anything else as its JSON; none where there is none, or null.
    pub(crate) fn read(&self, example: &Example) -> Option<String> {
        let value = match self.field.as_str() {
            "id" => example.id.clone(),
            "tags" => match self.keys.first() {
                Some(key) => example.tags.get(key)?.clone(),
                None => serde_json::to_string(&example.tags).ok()?,
            },
            "inputs" => value_at(&example.inputs, &self.keys)?,
            "outputs" => value_at(example.outputs.as_ref()?, &self.keys)?,
            "expectations" => value_at(example.expectations.as_ref()?, &self.keys)?,
            _ => value_at(example.trace.as_ref()?, &self.keys)?,
        };
        Some(value.chars().take(MAX_VALUE_CHARS).collect())
    }
}

fn value_at(json: &Json, keys: &[String]) -> Option<String> {
    let mut value = json.as_str();
    for key in keys {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(value).ok()?;
        value = members.remove(key)?.get();
    }
    match value {
        "null" => None,
        _ => Some(serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Example {
        Example {
            id: "q-1".into(),
            inputs: Json::parse(r#"{"user":{"plan":"free"},"turn":3,"none":null}"#).unwrap(),
            outputs: None,
            expectations: Some(Json::parse(r#"{"topics":["a"]}"#).unwrap()),
            trace: None,
            tags: [("topic".to_owned(), "billing".to_owned())].into(),
        }
    }

    fn read(path: &str) -> Option<String> {
        FieldReader::new(&path.parse().unwrap()).read(&example())
    }

    #[test]
    fn values_are_read_from_every_part_of_an_example() {
        assert_eq!(read("id").unwrap(), "q-1");
        assert_eq!(read("tags.topic").unwrap(), "billing");
        assert_eq!(read("inputs.user.plan").unwrap(), "free");
        assert_eq!(read("inputs.turn").unwrap(), "3");
        assert_eq!(read("expectations.topics").unwrap(), r#"["a"]"#);
    }

    #[test]
    fn what_is_missing_is_none() {
        for path in ["tags.language", "inputs.user.name", "inputs.turn.x", "inputs.none", "outputs", "outputs.a"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}

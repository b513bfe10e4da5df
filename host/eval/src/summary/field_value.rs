use std::collections::BTreeMap;

use scorebox_core::{Example, Json};
use serde_json::value::RawValue;

use crate::dataset::FieldPath;
use crate::results::RowResult;

/// The longest value by which rows are told apart; the rest of a longer one is cut off.
const MAX_CHARS: usize = 200;

/// What stands in a field of the row's example: a text as it is, anything else as its JSON. None where there is nothing,
/// an empty text or null, and where the row does not carry its example.
pub(super) fn field_value(field: &FieldPath, row: &RowResult) -> Option<String> {
    let value = value(field, &row.content.as_ref()?.example)?;
    (!value.is_empty()).then(|| value.chars().take(MAX_CHARS).collect())
}

fn value(field: &FieldPath, example: &Example) -> Option<String> {
    let json = match (field.field.name(), field.keys.as_slice()) {
        ("id", _) => return Some(example.id.clone()),
        ("tags", [key]) => return example.tags.get(key).cloned(),
        ("tags", _) if example.tags.is_empty() => return None,
        ("tags", _) => return serde_json::to_string(&example.tags).ok(),
        ("inputs", _) => Some(&example.inputs),
        ("outputs", _) => example.outputs.as_ref(),
        ("expectations", _) => example.expectations.as_ref(),
        _ => example.trace.as_ref(),
    };
    let value = value_at(json?, &field.keys).filter(|value| *value != "null")?;
    Some(serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned()))
}

/// The JSON text of a value within objects; none where a key is missing.
fn value_at<'j>(json: &'j Json, keys: &[String]) -> Option<&'j str> {
    let mut value = json.as_str();
    for key in keys {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(value).ok()?;
        value = members.remove(key)?.get();
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Example {
        Example {
            id: "q-1".into(),
            inputs: Json::parse(r#"{"user":{"plan":"free"},"turn":3,"none":null,"empty":""}"#).unwrap(),
            outputs: None,
            expectations: Some(Json::parse(r#"{"topics":["a"]}"#).unwrap()),
            trace: None,
            tags: BTreeMap::from([("topic".to_owned(), "billing".to_owned())]),
        }
    }

    fn read(field: &str) -> Option<String> {
        value(&field.parse().unwrap(), &example())
    }

    #[test]
    fn values_are_read_from_every_part_of_an_example() {
        for (field, expected) in [
            ("id", "q-1"),
            ("tags.topic", "billing"),
            ("tags", r#"{"topic":"billing"}"#),
            ("inputs.user.plan", "free"),
            ("inputs.turn", "3"),
            ("expectations.topics", r#"["a"]"#),
        ] {
            assert_eq!(read(field).as_deref(), Some(expected), "{field}");
        }
    }

    #[test]
    fn what_is_missing_has_no_value() {
        for field in ["tags.language", "inputs.user.name", "inputs.turn.x", "inputs.none", "outputs", "trace"] {
            assert_eq!(read(field), None, "{field}");
        }
    }
}

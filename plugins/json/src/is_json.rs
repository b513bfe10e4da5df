use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::document;

/// Settings of `is_json`.
#[scorebox_sdk::config]
pub(crate) struct IsJson {
    /// What the JSON has to be.
    #[default(Kind::Any)]
    kind: Kind,
    /// Whether a Markdown code fence around the whole output is ignored.
    #[default(false)]
    strip_fence: bool,
}

#[scorebox_sdk::config]
enum Kind {
    Any,
    Object,
    Array,
}

/// Whether the output is JSON: a value that is not a text, or a text that holds JSON.
#[scorer(requires(outputs), returns = boolean)]
pub(crate) fn is_json(example: &Example, config: &IsJson) -> Result<Feedback> {
    let document = match document::output(example, config.strip_fence)? {
        Ok(document) => document,
        Err(why) => return Ok(Feedback::new(false).with_rationale(why)),
    };
    let (is_kind, expected) = match config.kind {
        Kind::Any => return Ok(Feedback::new(true)),
        Kind::Object => (document.is_object(), "an object"),
        Kind::Array => (document.is_array(), "an array"),
    };
    let feedback = Feedback::new(is_kind);
    if is_kind {
        return Ok(feedback);
    }
    Ok(feedback.with_rationale(format!("expected {expected}, found {}", kind_of(&document))))
}

fn kind_of(document: &Value) -> &'static str {
    match document {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn verdict(outputs: Value, config: &IsJson) -> Feedback {
        is_json(&Example::new("1").with_outputs(outputs), config).unwrap()
    }

    #[test]
    fn texts_are_json_when_they_hold_it() {
        for (outputs, expected) in [
            (json!("[1, 2]"), true),
            (json!("\"x\""), true),
            (json!("[1,"), false),
            (json!("x"), false),
            (json!(3), true),
        ] {
            assert_eq!(verdict(outputs.clone(), &IsJson::default()).value, expected.into(), "{outputs}");
        }
    }

    #[test]
    fn the_kind_can_be_asked_for() {
        let config = IsJson { kind: Kind::Object, ..IsJson::default() };
        assert_eq!(verdict(json!("{}"), &config).value, true.into());
        let feedback = verdict(json!("[]"), &config);
        assert_eq!(feedback.rationale.as_deref(), Some("expected an object, found an array"));
    }
}

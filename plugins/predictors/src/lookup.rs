use std::collections::BTreeMap;

use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Error, Inputs, Result, predictor};

/// Settings of `lookup`.
#[scorebox_sdk::config]
pub(crate) struct Lookup {
    /// The input that is looked up, such as `question`.
    key: String,
    /// The answers, by the input's text.
    table: BTreeMap<String, Value>,
    /// The answer to everything else. Without it, an input that is not in the table is an error.
    default: Option<Value>,
}

/// Answers from a table in the config, by one of the inputs.
#[predictor]
pub(crate) fn lookup(inputs: &Inputs, config: &Lookup) -> Result<Value> {
    let key = inputs.text(&config.key)?;
    match config.table.get(&*key).or(config.default.as_ref()) {
        Some(answer) => Ok(answer.clone()),
        None => Err(Error::failed(format!("`{key}` is not in the table, and the config has no `default`"))),
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use crate::PLUGIN;

    use super::*;

    fn answer(config: &Value, inputs: Value) -> Result<String> {
        PLUGIN.predict("lookup", config.to_string(), Inputs::new(inputs))
    }

    #[test]
    fn the_answer_is_any_json() {
        let config = json!({ "key": "question", "table": { "6 × 7": { "answer": 42 } } });
        assert_eq!(answer(&config, json!({ "question": "6 × 7" })).unwrap(), r#"{"answer":42}"#);
    }

    #[test]
    fn a_number_is_looked_up_as_it_is_written() {
        let config = json!({ "key": "id", "table": { "7": "seven" } });
        assert_eq!(answer(&config, json!({ "id": 7 })).unwrap(), r#""seven""#);
    }

    #[test]
    fn what_is_not_in_the_table_needs_a_default() {
        let mut config = json!({ "key": "q", "table": {} });
        assert!(matches!(answer(&config, json!({ "q": "x" })), Err(Error::Failed(_))));
        config["default"] = json!("I do not know");
        assert_eq!(answer(&config, json!({ "q": "x" })).unwrap(), r#""I do not know""#);
    }

    #[test]
    fn a_row_without_the_input_lacks_a_field() {
        let config = json!({ "key": "q", "table": {}, "default": 1 });
        assert_eq!(answer(&config, json!({})), Err(Error::missing_field("inputs.q")));
    }
}

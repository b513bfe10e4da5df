use scorebox_sdk::{Error, Example, Feedback, Result, scorer};

use crate::{compare, document};

/// Settings of `json_equals`.
#[scorebox_sdk::config]
pub(crate) struct JsonEquals {
    /// Compares this part of the output only: a JSON pointer such as `/answer/0`.
    #[default("")]
    output_pointer: String,
    /// Compares with this part of the expected response only: a JSON pointer.
    #[default("")]
    expected_pointer: String,
    /// Whether arrays are equal when they hold the same items in another order.
    #[default(false)]
    ignore_array_order: bool,
    /// Whether a Markdown code fence around the whole output is ignored.
    #[default(false)]
    strip_fence: bool,
}

/// Whether the output is the same JSON value as the expected response: numbers by value, keys in any order.
#[scorer(requires(outputs, expectations), returns = boolean)]
pub(crate) fn json_equals(example: &Example, config: &JsonEquals) -> Result<Feedback> {
    document::check_pointer("output_pointer", &config.output_pointer)?;
    document::check_pointer("expected_pointer", &config.expected_pointer)?;
    let expected = document::expected(example)?;
    let Some(expected) = document::at(&expected, &config.expected_pointer) else {
        return Err(Error::missing_field(format!("expectations.expected_response at {}", config.expected_pointer)));
    };
    let output = match document::output(example, config.strip_fence)? {
        Ok(output) => output,
        Err(why) => return Ok(Feedback::new(false).with_rationale(why)),
    };
    let Some(output) = document::at(&output, &config.output_pointer) else {
        return Ok(Feedback::new(false).with_rationale(format!("the output has no {}", config.output_pointer)));
    };
    let is_equal = if config.ignore_array_order {
        let (mut output, mut expected) = (output.clone(), expected.clone());
        compare::sort_arrays(&mut output);
        compare::sort_arrays(&mut expected);
        compare::is_equal(&output, &expected)
    } else {
        compare::is_equal(output, expected)
    };
    Ok(Feedback::new(is_equal))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value;

    use super::*;

    fn example(outputs: Value, expected: Value) -> Example {
        Example::new("1").with_outputs(outputs).with_expectations(Value::from_iter([("expected_response", expected)]))
    }

    #[test]
    fn texts_and_values_meet() {
        let example = example(json!(r#"{"b": 2.0, "a": [1]}"#), json!({ "a": [1], "b": 2 }));
        assert_eq!(json_equals(&example, &JsonEquals::default()).unwrap().value, true.into());
    }

    #[test]
    fn a_part_can_be_compared() {
        let example = example(json!({ "answer": 3, "why": "…" }), json!({ "value": 3 }));
        let config =
            JsonEquals { output_pointer: "/answer".into(), expected_pointer: "/value".into(), ..JsonEquals::default() };
        assert_eq!(json_equals(&example, &config).unwrap().value, true.into());
    }

    #[test]
    fn the_order_of_items_can_be_ignored() {
        let example = example(json!([1, 2]), json!([2, 1]));
        assert_eq!(json_equals(&example, &JsonEquals::default()).unwrap().value, false.into());
        let config = JsonEquals { ignore_array_order: true, ..JsonEquals::default() };
        assert_eq!(json_equals(&example, &config).unwrap().value, true.into());
    }

    #[test]
    fn a_wrong_pointer_is_an_invalid_config() {
        let config = JsonEquals { output_pointer: "answer".into(), ..JsonEquals::default() };
        let error = json_equals(&example(json!(1), json!(1)), &config).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(_)), "{error}");
    }
}

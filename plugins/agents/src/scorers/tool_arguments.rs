use scorebox_sdk::{Example, Feedback, Result, scorer};

use super::share;
use crate::calls::arguments::arguments_config;
use crate::calls::assignment::pairs;
use crate::calls::{self, ToolCall};

arguments_config! {
    /// Settings of `tool_arguments`.
    pub(crate) struct ToolArguments {}
}

/// The share of expected tool calls that were made with the expected arguments, from 0 to 1.
#[scorer(requires(), uses(outputs, expectations, trace), returns = number, aggregations(mean, median))]
pub(crate) fn tool_arguments(example: &Example, config: &ToolArguments) -> Result<Feedback> {
    let rules = config.rules()?;
    let expected = calls::expected(example)?;
    let made = calls::made(example)?;
    let pairs = pairs(&expected, &made, |expected, made| rules.is_match(expected, made));
    let missed: Vec<&ToolCall> =
        expected.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()).map(|(call, _)| call).collect();
    let matched = expected.len() - missed.len();
    let unpaired = |at: &usize| !pairs.contains(&Some(*at));
    let left: Vec<&ToolCall> = (0..made.len()).filter(unpaired).map(|at| &made[at]).collect();

    Ok(Feedback::new(share(matched, expected.len()))
        .with_rationale(rationale(matched, expected.len(), &missed, &left))
        .with_metadata("matched", matched)
        .with_metadata("expected", expected.len())
        .with_metadata("missed", missed.iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn rationale(matched: usize, expected: usize, missed: &[&ToolCall], left: &[&ToolCall]) -> String {
    const MOST: usize = 5;

    let mut lines = vec![format!("{matched} of {expected} expected calls were made with their arguments")];
    for missed in missed.iter().take(MOST) {
        let instead = left.iter().find(|call| call.name == missed.name);
        lines.push(match instead {
            Some(instead) => format!("expected `{missed}`, found `{instead}`"),
            None => format!("expected `{missed}`, found no other call of it"),
        });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::testing::{metadata, score, tool, traced};

    fn example(expected: &Value, made: &[(&str, Value)]) -> Example {
        traced(&made.iter().map(|(name, arguments)| tool(name, arguments)).collect::<Vec<_>>())
            .with_expectations(json!({ "expected_tool_calls": expected }))
    }

    fn value(config: &Value, example: &Example) -> scorebox_sdk::Value {
        score("tool_arguments", config, example).unwrap().value
    }

    #[test]
    fn the_value_is_the_share_of_expected_calls() {
        let expected = json!([{ "name": "a", "arguments": { "x": 1 } }, { "name": "b", "arguments": { "y": 2 } }]);
        let example = example(&expected, &[("b", json!({ "y": 3 })), ("a", json!({ "x": 1 })), ("c", json!({}))]);
        let feedback = score("tool_arguments", &json!({}), &example).unwrap();
        assert_eq!(feedback.value, 0.5.into());
        assert_eq!(
            feedback.rationale.as_deref(),
            Some("1 of 2 expected calls were made with their arguments\nexpected `b({\"y\":2})`, found `b({\"y\":3})`")
        );
        assert_eq!(metadata(&feedback, "missed"), r#"["b({\"y\":2})"]"#);
    }

    #[test]
    fn a_call_stands_for_one_expected_call_only() {
        let expected = json!([{ "name": "a", "arguments": {} }, { "name": "a", "arguments": {} }]);
        let example = example(&expected, &[("a", json!({}))]);
        assert_eq!(value(&json!({}), &example), 0.5.into());
    }

    #[test]
    fn the_config_says_what_counts() {
        let expected = json!([{ "name": "a", "arguments": { "city": "paris", "days": 3, "id": 1 } }]);
        let made = json!({ "city": "Paris", "days": 3.2, "unit": "C", "id": 2 });
        let example = example(&expected, &[("a", made)]);
        let config = json!({ "match": "subset", "ignore_keys": ["id"], "case_insensitive": true, "tolerance": 0.5 });
        assert_eq!(value(&config, &example), 1.0.into());
        for key in ["match", "ignore_keys", "case_insensitive", "tolerance"] {
            let mut config = config.clone();
            config.as_object_mut().unwrap().remove(key);
            assert_eq!(value(&config, &example), 0.0.into(), "without {key}");
        }
    }

    #[test]
    fn a_call_that_was_never_made_is_missed() {
        let example = example(&json!([{ "name": "a", "arguments": {} }]), &[]);
        let feedback = score("tool_arguments", &json!({}), &example).unwrap();
        assert_eq!(feedback.value, 0.0.into());
        assert!(feedback.rationale.unwrap().ends_with("expected `a({})`, found no other call of it"));
    }

    #[test]
    fn where_nothing_is_expected_nothing_is_missed() {
        assert_eq!(value(&json!({}), &example(&json!([]), &[("a", json!({}))])), 1.0.into());
    }

    #[test]
    fn a_tolerance_below_zero_is_an_invalid_config() {
        let error = score("tool_arguments", &json!({ "tolerance": -1 }), &example(&json!([]), &[])).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(_)), "{error}");
    }
}

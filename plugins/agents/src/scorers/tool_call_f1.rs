use scorebox_sdk::{Example, Feedback, Result, scorer};

use super::share;
use crate::calls;
use crate::calls::arguments::{Compare, arguments_config};
use crate::calls::assignment::pairs;

arguments_config! {
    /// Settings of `tool_call_f1`.
    pub(crate) struct ToolCallF1 {
        /// When two calls are the same: by their `name`, or by `name_and_arguments`; `name` without it. The other
        /// settings say how arguments are compared.
        #[default(Compare::Name)]
        compare: Compare,
    }
}

/// The F1 of the tool calls against the expected ones, as multisets, from 0 to 1.
#[scorer(requires(), uses(outputs, expectations, trace), returns = number, aggregations(mean, median))]
pub(crate) fn tool_call_f1(example: &Example, config: &ToolCallF1) -> Result<Feedback> {
    let rules = config.rules()?;
    let expected = calls::expected(example)?;
    let made = calls::made(example)?;
    let pairs = pairs(&expected, &made, |expected, made| rules.is_same(config.compare, expected, made));
    let matched = pairs.iter().flatten().count();
    let (precision, recall) = (share(matched, made.len()), share(matched, expected.len()));
    let f1 = share(2 * matched, made.len() + expected.len());
    let rationale = format!(
        "{matched} of {} calls are among the {} expected ones: precision {precision:.3}, recall {recall:.3}",
        made.len(),
        expected.len()
    );
    Ok(Feedback::new(f1)
        .with_rationale(rationale)
        .with_metadata("precision", precision)
        .with_metadata("recall", recall)
        .with_metadata("f1", f1)
        .with_metadata("matched", matched))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value;

    use super::*;
    use crate::testing::{called, metadata, score, tool, traced};

    fn f1(expected: &Value, made: &[&str]) -> Feedback {
        let example = called(made).with_expectations(json!({ "expected_tool_calls": expected }));
        score("tool_call_f1", &json!({}), &example).unwrap()
    }

    #[test]
    fn calls_are_counted_as_often_as_they_are_made() {
        let feedback = f1(&json!(["a", "a", "b"]), &["a", "c", "b", "c"]);
        assert_eq!(feedback.value, (4.0 / 7.0).into());
        assert_eq!((metadata(&feedback, "matched"), metadata(&feedback, "precision")), ("2", "0.5"));
        assert_eq!(metadata(&feedback, "recall"), (2.0_f64 / 3.0).to_string());
        let rationale = "2 of 4 calls are among the 3 expected ones: precision 0.500, recall 0.667";
        assert_eq!(feedback.rationale.as_deref(), Some(rationale));
    }

    #[test]
    fn nothing_against_nothing_is_perfect_and_against_something_zero() {
        assert_eq!(f1(&json!([]), &[]).value, 1.0.into());
        assert_eq!(f1(&json!(["a"]), &[]).value, 0.0.into());
        assert_eq!(f1(&json!([]), &["a"]).value, 0.0.into());
    }

    #[test]
    fn arguments_count_if_asked_for() {
        let expected = json!([{ "name": "a", "arguments": { "x": 1 } }]);
        let example =
            traced(&[tool("a", &json!({ "x": 2 }))]).with_expectations(json!({ "expected_tool_calls": expected }));
        let value = |config: Value| score("tool_call_f1", &config, &example).unwrap().value;
        assert_eq!(value(json!({ "compare": "name" })), 1.0.into());
        assert_eq!(value(json!({ "compare": "name_and_arguments" })), 0.0.into());
        assert_eq!(value(json!({ "compare": "name_and_arguments", "tolerance": 1 })), 1.0.into());
    }
}

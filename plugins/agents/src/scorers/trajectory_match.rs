use scorebox_sdk::{Example, Feedback, Result, config, scorer};

use super::listed;
use crate::calls::arguments::{Compare, arguments_config};
use crate::calls::assignment::pairs;
use crate::calls::{self, ToolCall};

/// How the calls that were made relate to the expected ones.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum TrajectoryMode {
    /// The same calls in the same order.
    Strict,
    /// The same calls in any order.
    Unordered,
    /// No call but expected ones; not all need to be made.
    Subset,
    /// All expected calls; others may be made too.
    Superset,
}

arguments_config! {
    /// Settings of `trajectory_match`.
    pub(crate) struct TrajectoryMatch {
        /// What passes: the same calls in the same order (`strict`) or in any (`unordered`), some of the expected calls
        /// and no others (`subset`), or all of them and perhaps others (`superset`); `strict` without it.
        #[default(TrajectoryMode::Strict)]
        mode: TrajectoryMode,
        /// When two calls are the same: by their `name`, or by `name_and_arguments`; `name_and_arguments` without it.
        /// The other settings say how arguments are compared.
        #[default(Compare::NameAndArguments)]
        compare: Compare,
    }
}

/// Whether the tool calls match the expected trajectory.
#[scorer(requires(), uses(outputs, expectations, trace), returns = boolean)]
pub(crate) fn trajectory_match(example: &Example, config: &TrajectoryMatch) -> Result<Feedback> {
    let rules = config.rules()?;
    let expected = calls::expected(example)?;
    let made = calls::made(example)?;
    let is_same = |expected: &ToolCall, made: &ToolCall| rules.is_same(config.compare, expected, made);
    let pairs = pairs(&expected, &made, is_same);
    let missing: Vec<&ToolCall> =
        expected.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()).map(|(call, _)| call).collect();
    let unexpected: Vec<&ToolCall> =
        made.iter().enumerate().filter(|(at, _)| !pairs.contains(&Some(*at))).map(|(_, call)| call).collect();
    let first_difference = (0..expected.len().max(made.len()))
        .find(|&at| !expected.get(at).zip(made.get(at)).is_some_and(|(expected, made)| is_same(expected, made)));

    let passed = match config.mode {
        TrajectoryMode::Strict => first_difference.is_none(),
        TrajectoryMode::Unordered => missing.is_empty() && unexpected.is_empty(),
        TrajectoryMode::Subset => unexpected.is_empty(),
        TrajectoryMode::Superset => missing.is_empty(),
    };
    let rationale = match (passed, first_difference) {
        (true, _) => format!("{} calls match the {} expected ones", made.len(), expected.len()),
        (false, Some(at)) if missing.is_empty() && unexpected.is_empty() => {
            format!("the calls are the expected ones in another order, from call {} on", at + 1)
        }
        _ => format!("missing {}; not expected {}", listed(&missing), listed(&unexpected)),
    };
    Ok(Feedback::new(passed)
        .with_rationale(rationale)
        .with_metadata("missing", shown(&missing))
        .with_metadata("unexpected", shown(&unexpected)))
}

fn shown(calls: &[&ToolCall]) -> Vec<String> {
    calls.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value;

    use crate::testing::{called, metadata, score, tool, traced};

    fn matches(mode: &str, expected: &[&str], made: &[&str]) -> bool {
        let example = called(made).with_expectations(json!({ "expected_tool_calls": expected }));
        score("trajectory_match", &json!({ "mode": mode }), &example).unwrap().value == true.into()
    }

    #[test]
    fn strict_wants_the_same_calls_in_the_same_order() {
        assert!(matches("strict", &["a", "b"], &["a", "b"]));
        assert!(!matches("strict", &["a", "b"], &["b", "a"]));
        assert!(!matches("strict", &["a", "b"], &["a", "b", "b"]));
        assert!(!matches("strict", &["a", "b"], &["a"]));
        assert!(matches("strict", &[], &[]));
    }

    #[test]
    fn unordered_wants_the_same_calls_as_often() {
        assert!(matches("unordered", &["a", "b"], &["b", "a"]));
        assert!(!matches("unordered", &["a", "b"], &["b", "a", "a"]));
        assert!(!matches("unordered", &["a", "a"], &["a"]));
    }

    #[test]
    fn subset_allows_nothing_beside_and_superset_nothing_missing() {
        assert!(matches("subset", &["a", "b"], &["b"]));
        assert!(!matches("subset", &["a", "b"], &["b", "c"]));
        assert!(!matches("subset", &["a"], &["a", "a"]));
        assert!(matches("superset", &["a", "b"], &["c", "b", "a"]));
        assert!(!matches("superset", &["a", "b"], &["c", "a"]));
        assert!(!matches("superset", &["a", "a"], &["a"]));
    }

    #[test]
    fn arguments_count_unless_told_otherwise() {
        let expected = json!([{ "name": "a", "arguments": { "x": 1 } }]);
        let example = traced(&[tool("a", &json!({ "x": 1, "y": 2 }))])
            .with_expectations(json!({ "expected_tool_calls": expected }));
        let value = |config: Value| score("trajectory_match", &config, &example).unwrap().value;
        assert_eq!(value(json!({})), false.into());
        assert_eq!(value(json!({ "match": "subset" })), true.into());
        assert_eq!(value(json!({ "compare": "name" })), true.into());
    }

    #[test]
    fn the_rationale_says_what_is_wrong() {
        let of = |made: &[&str]| {
            let example = called(made).with_expectations(json!({ "expected_tool_calls": ["a", "b"] }));
            score("trajectory_match", &json!({}), &example).unwrap()
        };
        let swapped = of(&["b", "a"]).rationale.unwrap();
        assert_eq!(swapped, "the calls are the expected ones in another order, from call 1 on");
        let feedback = of(&["a", "c"]);
        assert_eq!(feedback.rationale.as_deref(), Some("missing `b`; not expected `c({})`"));
        assert_eq!((metadata(&feedback, "missing"), metadata(&feedback, "unexpected")), (r#"["b"]"#, r#"["c({})"]"#));
    }
}

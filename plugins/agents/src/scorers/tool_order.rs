use scorebox_sdk::{Example, Feedback, Result, config, scorer};

use super::listed;
use crate::calls;

/// Settings of `tool_order`.
#[config]
pub(crate) struct ToolOrder {
    /// The calls must be exactly the expected ones; without it, others may come before, between and after them.
    #[default(false)]
    strict: bool,
    /// The names of the expected tools, in order; without it, those of `expectations.expected_tool_calls`.
    tools: Option<Vec<String>>,
}

/// Whether the expected tools were called in the expected order.
#[scorer(requires(), uses(outputs, expectations, trace), returns = boolean)]
pub(crate) fn tool_order(example: &Example, config: &ToolOrder) -> Result<Feedback> {
    let expected = calls::expected_names(example, config.tools.as_ref())?;
    let called: Vec<String> = calls::made(example)?.into_iter().map(|call| call.name).collect();
    let failure = if config.strict { difference(&expected, &called) } else { out_of_order(&expected, &called) };
    let rationale = match &failure {
        None => format!("called {} in the expected order", listed(&expected)),
        Some(why) => format!("{why}; expected {}, called {}", listed(&expected), listed(&called)),
    };
    Ok(Feedback::new(failure.is_none())
        .with_rationale(rationale)
        .with_metadata("expected", &expected)
        .with_metadata("called", &called))
}

/// The first place at which two sequences differ.
fn difference(expected: &[String], called: &[String]) -> Option<String> {
    let at = (0..expected.len().max(called.len())).find(|&at| expected.get(at) != called.get(at))?;
    Some(match (expected.get(at), called.get(at)) {
        (Some(expected), Some(called)) => format!("call {} is `{called}`, not `{expected}`", at + 1),
        (Some(expected), None) => format!("call {} is missing: `{expected}`", at + 1),
        (None, called) => format!("call {} is not expected: {}", at + 1, listed(&Vec::from_iter(called))),
    })
}

/// The first expected name that does not come after the ones before it.
fn out_of_order(expected: &[String], called: &[String]) -> Option<String> {
    let mut rest = called.iter();
    let at = expected.iter().position(|name| !rest.any(|called| called == name))?;
    Some(match at.checked_sub(1).and_then(|before| expected.get(before)) {
        _ if !called.contains(&expected[at]) => format!("`{}` was not called", expected[at]),
        Some(before) => format!("`{}` was not called after `{before}`", expected[at]),
        None => format!("`{}` was not called", expected[at]),
    })
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;
    use crate::testing::{called, metadata, score};

    fn order(strict: bool, expected: &[&str], made: &[&str]) -> Feedback {
        score("tool_order", &json!({ "strict": strict, "tools": expected }), &called(made)).unwrap()
    }

    #[test]
    fn other_calls_may_come_in_between() {
        assert_eq!(order(false, &["a", "b"], &["x", "a", "x", "b", "a"]).value, true.into());
        assert_eq!(order(false, &[], &["x"]).value, true.into());
    }

    #[test]
    fn a_name_that_comes_too_early_or_not_often_enough_fails() {
        let feedback = order(false, &["a", "b"], &["b", "a"]);
        assert_eq!(feedback.value, false.into());
        let rationale = "`b` was not called after `a`; expected `a`, `b`, called `b`, `a`";
        assert_eq!(feedback.rationale.as_deref(), Some(rationale));
        assert_eq!(metadata(&feedback, "called"), r#"["b","a"]"#);
        assert_eq!(order(false, &["a", "a"], &["a", "b"]).value, false.into());
        assert!(order(false, &["a", "b"], &["a"]).rationale.unwrap().starts_with("`b` was not called;"));
    }

    #[test]
    fn strict_wants_exactly_the_sequence() {
        assert_eq!(order(true, &["a", "b"], &["a", "b"]).value, true.into());
        assert!(order(true, &["a"], &["a", "x"]).rationale.unwrap().starts_with("call 2 is not expected: `x`;"));
        assert!(order(true, &["a", "b"], &["a"]).rationale.unwrap().starts_with("call 2 is missing: `b`;"));
        assert!(order(true, &["a", "b"], &["b", "a"]).rationale.unwrap().starts_with("call 1 is `b`, not `a`;"));
    }

    #[test]
    fn the_order_is_that_of_the_expectations() {
        let calls = json!([{ "name": "a", "arguments": { "x": 1 } }, { "name": "b" }]);
        let example = called(&["b", "a"]).with_expectations(json!({ "expected_tool_calls": calls }));
        assert_eq!(score("tool_order", &json!({}), &example).unwrap().value, false.into());
    }
}

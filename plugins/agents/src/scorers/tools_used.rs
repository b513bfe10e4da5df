//! The scorers of which tools were called, whatever the order, the number of calls and the arguments.

use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

use super::listed;
use crate::calls::{self, ToolCall};

/// How the tools that were called relate to the expected ones.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum ToolsMatch {
    /// Every expected tool was called; others may have been.
    All,
    /// One expected tool at least was called; others may have been.
    Any,
    /// The expected tools were called, and no others.
    Exact,
    /// No tools but expected ones were called; not all need to have been.
    Only,
}

/// Settings of `tools_used`.
#[config]
pub(crate) struct ToolsUsed {
    /// What passes: `all` expected tools called, `any` of them, `exact`ly them and no others, or `only` such ones
    /// but perhaps not all; `all` without it.
    #[default(ToolsMatch::All)]
    #[serde(rename = "match")]
    tools_match: ToolsMatch,
    /// The names of the expected tools; without it, those of `expectations.expected_tool_calls`.
    tools: Option<Vec<String>>,
}

/// Whether the expected tools were called.
#[scorer(requires(), uses(outputs, expectations, trace), returns = boolean)]
pub(crate) fn tools_used(example: &Example, config: &ToolsUsed) -> Result<Feedback> {
    let expected = distinct(calls::expected_names(example, config.tools.as_ref())?);
    let called = names(calls::made(example)?);
    let missing: Vec<&String> = expected.iter().filter(|name| !called.contains(name)).collect();
    let unexpected: Vec<&String> = called.iter().filter(|name| !expected.contains(name)).collect();
    let passed = match config.tools_match {
        ToolsMatch::All => missing.is_empty(),
        ToolsMatch::Any => expected.is_empty() || missing.len() < expected.len(),
        ToolsMatch::Exact => missing.is_empty() && unexpected.is_empty(),
        ToolsMatch::Only => unexpected.is_empty(),
    };
    let mut rationale = format!("expected {}, called {}", listed(&expected), listed(&called));
    if !missing.is_empty() {
        rationale += &format!("; missing {}", listed(&missing));
    }
    if !unexpected.is_empty() {
        rationale += &format!("; not expected {}", listed(&unexpected));
    }
    Ok(Feedback::new(passed)
        .with_rationale(rationale)
        .with_metadata("missing", &missing)
        .with_metadata("unexpected", &unexpected)
        .with_metadata("called", &called))
}

/// Settings of `tools_not_used`.
#[config]
pub(crate) struct ToolsNotUsed {
    /// The names of the forbidden tools.
    #[schemars(length(min = 1))]
    tools: Vec<String>,
}

/// Whether none of the forbidden tools was called.
#[scorer(requires(), uses(outputs, trace), returns = boolean)]
pub(crate) fn tools_not_used(example: &Example, config: &ToolsNotUsed) -> Result<Feedback> {
    if config.tools.is_empty() {
        return Err(Error::invalid_config("`tools`: expected the name of a forbidden tool at least, found none"));
    }
    let called = names(calls::made(example)?);
    let forbidden: Vec<&String> = called.iter().filter(|name| config.tools.contains(name)).collect();
    let rationale = match forbidden.is_empty() {
        true => format!("called {}, none of them forbidden", listed(&called)),
        false => format!("called {}, which must not be called", listed(&forbidden)),
    };
    Ok(Feedback::new(forbidden.is_empty())
        .with_rationale(rationale)
        .with_metadata("forbidden", &forbidden)
        .with_metadata("called", &called))
}

fn names(calls: Vec<ToolCall>) -> Vec<String> {
    distinct(calls.into_iter().map(|call| call.name).collect())
}

/// Each name once, in the order of their first occurrence.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;
    use crate::testing::{called, metadata, score};

    fn used(mode: &str, expected: &[&str], made: &[&str]) -> bool {
        let config = json!({ "match": mode, "tools": expected });
        score("tools_used", &config, &called(made)).unwrap().value == true.into()
    }

    #[test]
    fn all_wants_every_expected_tool_and_allows_others() {
        assert!(used("all", &["a", "b"], &["b", "c", "a", "a"]));
        assert!(!used("all", &["a", "b"], &["a", "c"]));
    }

    #[test]
    fn any_wants_one() {
        assert!(used("any", &["a", "b"], &["c", "b"]));
        assert!(!used("any", &["a", "b"], &["c"]));
    }

    #[test]
    fn exact_allows_no_others_and_only_does_not_want_all() {
        assert!(used("exact", &["a", "b"], &["b", "a", "b"]));
        assert!(!used("exact", &["a", "b"], &["a"]));
        assert!(!used("exact", &["a"], &["a", "b"]));
        assert!(used("only", &["a", "b"], &["a"]));
        assert!(used("only", &["a"], &[]));
        assert!(!used("only", &["a"], &["a", "b"]));
    }

    #[test]
    fn expectations_are_used_unless_the_config_lists_tools() {
        let example = called(&["a"]).with_expectations(json!({ "expected_tool_calls": [{ "name": "b" }] }));
        let feedback = score("tools_used", &json!({}), &example).unwrap();
        assert_eq!(feedback.value, false.into());
        assert_eq!(feedback.rationale.as_deref(), Some("expected `b`, called `a`; missing `b`; not expected `a`"));
        assert_eq!((metadata(&feedback, "missing"), metadata(&feedback, "unexpected")), (r#"["b"]"#, r#"["a"]"#));
        assert_eq!(score("tools_used", &json!({ "tools": ["a"] }), &example).unwrap().value, true.into());
    }

    #[test]
    fn that_nothing_is_called_can_be_expected() {
        let example = |made| called(made).with_expectations(json!({ "expected_tool_calls": [] }));
        let exact = json!({ "match": "exact" });
        assert_eq!(score("tools_used", &exact, &example(&[])).unwrap().value, true.into());
        assert_eq!(score("tools_used", &exact, &example(&["a"])).unwrap().value, false.into());
    }

    #[test]
    fn a_row_without_expectations_lacks_them() {
        let error = score("tools_used", &json!({}), &called(&["a"])).unwrap_err();
        assert_eq!(error, Error::missing_field("expectations.expected_tool_calls"));
    }

    #[test]
    fn a_forbidden_tool_fails_and_is_named() {
        let config = json!({ "tools": ["rm", "drop"] });
        assert_eq!(score("tools_not_used", &config, &called(&["ls"])).unwrap().value, true.into());
        let feedback = score("tools_not_used", &config, &called(&["ls", "rm", "rm"])).unwrap();
        assert_eq!(feedback.value, false.into());
        assert_eq!(metadata(&feedback, "forbidden"), r#"["rm"]"#);
        assert_eq!(feedback.rationale.as_deref(), Some("called `rm`, which must not be called"));
    }

    #[test]
    fn to_forbid_nothing_is_an_invalid_config() {
        for config in [json!({ "tools": [] }), json!({})] {
            let error = score("tools_not_used", &config, &called(&[])).unwrap_err();
            assert!(matches!(error, Error::InvalidConfig(_)), "{error}");
        }
    }

    #[test]
    fn a_row_that_says_nothing_about_tools_is_no_pass() {
        let error = score("tools_not_used", &json!({ "tools": ["rm"] }), &Example::new("1")).unwrap_err();
        assert_eq!(error, Error::missing_field("trace"));
    }
}

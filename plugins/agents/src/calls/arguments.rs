//! When the arguments of two calls are the same.

use scorebox_sdk::serde_json::{Map, Number, Value};
use scorebox_sdk::{Error, Result, config};

use super::ToolCall;

/// Which arguments are compared.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum ArgumentMatch {
    /// All of them: nothing is missing, nothing is there beside what is expected.
    Exact,
    /// Those that are expected, also inside of objects; others may be there too.
    Subset,
}

/// What makes two calls the same.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// The tool.
    Name,
    /// The tool and the arguments.
    NameAndArguments,
}

/// Declares a config: the fields given, and how arguments are compared.
macro_rules! arguments_config {
    ($(#[$attribute:meta])* pub(crate) struct $name:ident { $($fields:tt)* }) => {
        $(#[$attribute])*
        #[scorebox_sdk::config]
        pub(crate) struct $name {
            $($fields)*
            /// Which arguments are compared: all (`exact`), or those that are expected (`subset`); `exact` without it.
            #[default($crate::calls::arguments::ArgumentMatch::Exact)]
            #[serde(rename = "match")]
            argument_match: $crate::calls::arguments::ArgumentMatch,
            /// Names of arguments, or of keys inside of them, that do not count.
            #[default]
            ignore_keys: Vec<String>,
            /// Upper and lower case are equal in texts.
            #[default]
            case_insensitive: bool,
            /// By how much two numbers may differ and still be equal.
            #[default(0.0)]
            #[schemars(range(min = 0.0))]
            tolerance: f64,
        }

        impl $name {
            fn rules(&self) -> scorebox_sdk::Result<$crate::calls::arguments::Rules<'_>> {
                $crate::calls::arguments::Rules::new(
                    self.argument_match,
                    &self.ignore_keys,
                    self.case_insensitive,
                    self.tolerance,
                )
            }
        }
    };
}
pub(crate) use arguments_config;

/// How arguments are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    argument_match: ArgumentMatch,
    ignore_keys: &'a [String],
    case_insensitive: bool,
    tolerance: f64,
}

impl<'a> Rules<'a> {
    /// The rules of a config; a tolerance below 0 would let nothing pass.
    pub(crate) fn new(
        argument_match: ArgumentMatch,
        ignore_keys: &'a [String],
        case_insensitive: bool,
        tolerance: f64,
    ) -> Result<Self> {
        if tolerance < 0.0 {
            return Err(Error::invalid_config(format!("`tolerance`: expected 0 or more, found {tolerance}")));
        }
        Ok(Self { argument_match, ignore_keys, case_insensitive, tolerance })
    }

    /// Whether a call is the one that is expected. An expected call without arguments is any call of its tool; a call
    /// of which nobody recorded the arguments had none.
    pub(crate) fn is_match(&self, expected: &ToolCall, made: &ToolCall) -> bool {
        let Some(arguments) = &expected.arguments else { return expected.name == made.name };
        let none = Value::Object(Map::new());
        expected.name == made.name && self.is_equal(arguments, made.arguments.as_ref().unwrap_or(&none))
    }

    /// Whether a call is the one that is expected, as far as a comparison goes.
    pub(crate) fn is_same(&self, compare: Compare, expected: &ToolCall, made: &ToolCall) -> bool {
        match compare {
            Compare::Name => expected.name == made.name,
            Compare::NameAndArguments => self.is_match(expected, made),
        }
    }

    fn is_equal(&self, expected: &Value, made: &Value) -> bool {
        match (expected, made) {
            (Value::Object(expected), Value::Object(made)) => {
                let counts = |key: &String| !self.ignore_keys.contains(key);
                let all_there = expected
                    .iter()
                    .filter(|(key, _)| counts(key))
                    .all(|(key, value)| made.get(key).is_some_and(|made| self.is_equal(value, made)));
                let may_have_more = self.argument_match == ArgumentMatch::Subset;
                all_there && (may_have_more || made.keys().all(|key| expected.contains_key(key) || !counts(key)))
            }
            (Value::Array(expected), Value::Array(made)) => {
                expected.len() == made.len() && expected.iter().zip(made).all(|(one, other)| self.is_equal(one, other))
            }
            (Value::String(expected), Value::String(made)) if self.case_insensitive => {
                expected.to_lowercase() == made.to_lowercase()
            }
            (Value::Number(expected), Value::Number(made)) => self.is_equal_number(expected, made),
            _ => expected == made,
        }
    }

    /// By value: `1` is `1.0`. Whole numbers are compared as such first, as not all of them are floats.
    fn is_equal_number(&self, expected: &Number, made: &Number) -> bool {
        if expected == made {
            return true;
        }
        let both_whole = !expected.is_f64() && !made.is_f64();
        if both_whole && self.tolerance == 0.0 {
            return false;
        }
        let difference = expected.as_f64().zip(made.as_f64()).map(|(expected, made)| (expected - made).abs());
        difference.is_some_and(|difference| difference <= self.tolerance)
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn call(arguments: Value) -> ToolCall {
        ToolCall { name: "a".into(), arguments: Some(arguments) }
    }

    fn exact() -> Rules<'static> {
        Rules::new(ArgumentMatch::Exact, &[], false, 0.0).unwrap()
    }

    fn matches(rules: &Rules<'_>, expected: Value, made: Value) -> bool {
        rules.is_match(&call(expected), &call(made))
    }

    #[test]
    fn exact_arguments_have_no_key_more_or_less() {
        assert!(matches(&exact(), json!({ "a": 1, "b": [{}] }), json!({ "b": [{}], "a": 1.0 })));
        assert!(!matches(&exact(), json!({ "a": 1 }), json!({ "a": 1, "b": 2 })));
        assert!(!matches(&exact(), json!({ "a": 1, "b": 2 }), json!({ "a": 1 })));
        assert!(!matches(&exact(), json!({ "a": "1" }), json!({ "a": 1 })));
    }

    #[test]
    fn a_subset_compares_expected_keys_at_any_depth() {
        let subset = Rules { argument_match: ArgumentMatch::Subset, ..exact() };
        assert!(matches(&subset, json!({ "a": { "x": 1 } }), json!({ "a": { "x": 1, "y": 2 }, "b": 3 })));
        assert!(!matches(&subset, json!({ "a": { "x": 1, "y": 2 } }), json!({ "a": { "x": 1 } })));
        assert!(!matches(&subset, json!({ "a": [1] }), json!({ "a": [1, 2] })));
    }

    #[test]
    fn ignored_keys_may_differ_or_be_missing() {
        let keys = ["id".to_owned()];
        let rules = Rules { ignore_keys: &keys, ..exact() };
        assert!(matches(&rules, json!({ "a": 1, "id": 1 }), json!({ "a": 1 })));
        assert!(matches(&rules, json!({ "a": { "x": 1 } }), json!({ "a": { "x": 1, "id": 2 }, "id": 3 })));
        assert!(!matches(&rules, json!({ "a": 1 }), json!({ "a": 2, "id": 1 })));
    }

    #[test]
    fn case_counts_unless_told_otherwise() {
        assert!(!matches(&exact(), json!({ "city": "Paris" }), json!({ "city": "PARIS" })));
        let lenient = Rules { case_insensitive: true, ..exact() };
        assert!(matches(&lenient, json!({ "city": "Paris" }), json!({ "city": "PARIS" })));
        assert!(!matches(&lenient, json!({ "city": "Paris" }), json!({ "City": "Paris" })));
    }

    #[test]
    fn numbers_are_equal_within_the_tolerance() {
        let lenient = Rules { tolerance: 0.5, ..exact() };
        assert!(matches(&lenient, json!({ "a": 1 }), json!({ "a": 1.5 })));
        assert!(!matches(&lenient, json!({ "a": 1 }), json!({ "a": 1.6 })));
        assert!(!matches(&exact(), json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)));
        assert!(matches!(Rules::new(ArgumentMatch::Exact, &[], false, -1.0), Err(Error::InvalidConfig(_))));
    }

    #[test]
    fn an_expected_call_without_arguments_is_any_call_of_its_tool() {
        let any = ToolCall { name: "a".into(), arguments: None };
        assert!(exact().is_match(&any, &call(json!({ "x": 1 }))));
        assert!(!exact().is_match(&ToolCall { name: "b".into(), ..any.clone() }, &call(json!({}))));
        assert!(exact().is_match(&call(json!({})), &any));
        assert!(!exact().is_match(&call(json!({ "x": 1 })), &any));
    }
}

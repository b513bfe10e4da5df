//! The scorers that search for a pattern.

use super::texts::{self, cut, shown, text_config};
use ::regex::{Regex, RegexBuilder};
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};
use std::cell::RefCell;

text_config! {
    /// The pattern that the output must have.
    pub struct RegexConfig {
        /// The pattern in the syntax of Rust's regex crate: no look-around, no back-references, linear time. Without
        /// it, the expected text is the pattern.
        pub pattern: Option<String>,
        /// The whole output must match, not only a part of it.
        #[default]
        pub full_match: bool,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// Whether the output matches a regular expression.
#[scorer(requires(outputs), uses(expectations), returns = boolean)]
pub fn regex(example: &Example, config: &RegexConfig) -> Result<Feedback> {
    let pattern = match &config.pattern {
        Some(pattern) => pattern.into(),
        None => texts::expected(example, config)?,
    };
    let regex =
        compile(source(&pattern, config.full_match), config.ignore_case).map_err(|error| match config.pattern {
            Some(_) => Error::invalid_config(format!("`pattern`: {error}")),
            None => Error::unsupported(format!("the expected text is not a pattern: {error}")),
        })?;
    Ok(found(&regex, &pattern, &texts::output(example, config)?))
}

/// How much of the output must match.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum MatchType {
    /// Some part of it.
    Search,
    /// The whole of it.
    Fullmatch,
}

/// The pattern that the output must have, in the words of MLflow's scorer.
#[config]
pub struct RegexMatchConfig {
    /// The pattern in the syntax of Rust's regex crate: no look-around, no back-references, linear time.
    pub pattern: String,
    /// Whether some part of the output must match (`search`), or the whole (`fullmatch`); `search` without it.
    #[default(MatchType::Search)]
    pub match_type: MatchType,
    /// Upper and lower case are equal.
    #[default]
    pub case_insensitive: bool,
    /// Where the text is in the outputs, as keys and indices parted by points, such as `choices.0.text`;
    /// without it, the outputs are the text.
    pub output_path: Option<String>,
}

impl texts::Paths for RegexMatchConfig {
    fn output_path(&self) -> Option<&str> {
        self.output_path.as_deref()
    }

    fn expected_path(&self) -> Option<&str> {
        None
    }
}

/// Whether the output matches the regular expression of the config.
#[scorer(requires(outputs), returns = boolean)]
pub fn regex_match(example: &Example, config: &RegexMatchConfig) -> Result<Feedback> {
    let source = source(&config.pattern, config.match_type == MatchType::Fullmatch);
    let regex = compile(source, config.case_insensitive)
        .map_err(|error| Error::invalid_config(format!("`pattern`: {error}")))?;
    Ok(found(&regex, &config.pattern, &texts::output(example, config)?))
}

/// A pattern that matches the whole text or a part of it.
pub(super) fn source(pattern: &str, whole: bool) -> String {
    if whole { format!("^(?:{pattern})$") } else { pattern.to_owned() }
}

fn found(regex: &Regex, pattern: &str, output: &str) -> Feedback {
    let pattern = cut(pattern);
    match regex.find(output) {
        Some(found) => Feedback::new(true).with_rationale(format!("{} matches `{pattern}`", shown(found.as_str()))),
        None => Feedback::new(false).with_rationale(format!("nothing matches `{pattern}`")),
    }
}

/// Compiles a pattern, unless it is the one that was compiled last: rows mostly share one.
fn compile(pattern: String, ignore_case: bool) -> Result<Regex, ::regex::Error> {
    thread_local! {
        static LAST: RefCell<Option<(String, bool, Regex)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        if let Some((known, case, regex)) = last
            && (&*known, *case) == (&pattern, ignore_case)
        {
            return Ok(regex.clone());
        }
        let regex = RegexBuilder::new(&pattern).case_insensitive(ignore_case).build()?;
        *last = Some((pattern, ignore_case, regex.clone()));
        Ok(regex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    fn matches(output: &str, config: &RegexConfig) -> bool {
        regex(&Example::new("1").with_outputs(output), config).unwrap().value == true.into()
    }

    #[test]
    fn a_part_is_enough_unless_the_whole_must_match() {
        let config = |full_match| RegexConfig { pattern: Some("a|b+".into()), full_match, ..Default::default() };
        assert!(matches("xbb", &config(false)));
        assert!(!matches("xbb", &config(true)));
        assert!(matches("bb", &config(true)));
    }

    #[test]
    fn letters_of_any_script_are_known() {
        let config = RegexConfig { pattern: Some(r"^É\w+\p{Han}$".into()), ignore_case: true, ..Default::default() };
        assert!(matches("école東", &config));
    }

    #[test]
    fn a_broken_pattern_is_blamed_on_where_it_comes_from() {
        let config = RegexConfig { pattern: Some("(".into()), ..Default::default() };
        let error = regex(&Example::new("1").with_outputs("x"), &config).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(message) if message.contains("unclosed group")));
        let row = Example::new("1").with_outputs("x").with_expectations(json!({ "expected_response": "(" }));
        assert!(matches!(regex(&row, &RegexConfig::default()), Err(Error::Unsupported(_))));
    }

    fn score(config: &scorebox_sdk::serde_json::Value, output: &str) -> Result<Feedback> {
        let example = Example::new("1").with_outputs(json!({ "answer": output }));
        crate::PLUGIN.score("regex_match", config.to_string(), example).map(|mut all| all.remove(0))
    }

    #[test]
    fn regex_match_says_the_same_in_the_words_of_mlflow() {
        let config = |match_type: &str, case_insensitive: bool| {
            json!({
                "pattern": "a|b+", "match_type": match_type, "case_insensitive": case_insensitive,
                "output_path": "answer",
            })
        };
        assert_eq!(score(&config("search", false), "xbb").unwrap().value, true.into());
        assert_eq!(score(&config("search", false), "xBB").unwrap().value, false.into());
        assert_eq!(score(&config("fullmatch", true), "BB").unwrap().value, true.into());
        assert_eq!(score(&config("fullmatch", true), "xBB").unwrap().value, false.into());
        let searched = json!({ "pattern": "b", "output_path": "answer" });
        assert_eq!(score(&searched, "abc").unwrap().rationale.as_deref(), Some("\"b\" matches `b`"));
    }

    #[test]
    fn regex_match_needs_a_pattern_that_can_be_read() {
        for config in [json!({ "output_path": "answer" }), json!({ "pattern": "(", "output_path": "answer" })] {
            let error = score(&config, "x").unwrap_err();
            assert!(matches!(&error, Error::InvalidConfig(message) if message.contains("`pattern`")), "{error}");
        }
    }
}

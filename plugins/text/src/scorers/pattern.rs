//! The scorer that searches for a pattern.

use super::texts::{self, cut, shown, text_config};
use ::regex::{Regex, RegexBuilder};
use scorebox_sdk::{Error, Example, Feedback, Result, scorer};
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
    let source = if config.full_match { format!("^(?:{pattern})$") } else { pattern.to_string() };
    let regex = compile(source, config.ignore_case).map_err(|error| match config.pattern {
        Some(_) => Error::invalid_config(format!("`pattern`: {error}")),
        None => Error::unsupported(format!("the expected text is not a pattern: {error}")),
    })?;
    let output = texts::output(example, config)?;
    let pattern = cut(&pattern);
    Ok(match regex.find(&output) {
        Some(found) => Feedback::new(true).with_rationale(format!("{} matches `{pattern}`", shown(found.as_str()))),
        None => Feedback::new(false).with_rationale(format!("nothing matches `{pattern}`")),
    })
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
}

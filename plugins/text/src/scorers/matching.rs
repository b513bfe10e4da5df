//! Scorers that answer whether a text is, or has, another one.

use super::texts::{self, fold_case, shown, text_config};
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

text_config! {
    /// What does not count when two texts are compared.
    pub struct ExactMatchConfig {
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
        /// White space at either end does not count.
        #[default]
        pub strip: bool,
        /// Any run of white space equals one space, and none counts at either end.
        #[default]
        pub collapse_whitespace: bool,
        /// ASCII punctuation does not count.
        #[default]
        pub ignore_punctuation: bool,
    }
}

/// Whether the output equals the expected text.
#[scorer(requires(outputs, expectations), returns = boolean)]
pub fn exact_match(example: &Example, config: &ExactMatchConfig) -> Result<Feedback> {
    let (output, expected) = (texts::output(example, config)?, texts::expected(example, config)?);
    if config.normalize(&output) == config.normalize(&expected) {
        return Ok(Feedback::new(true).with_rationale("the output is as expected"));
    }
    Ok(Feedback::new(false).with_rationale(format!("expected {}, found {}", shown(&expected), shown(&output))))
}

impl ExactMatchConfig {
    fn normalize(&self, text: &str) -> String {
        let mut text = if self.ignore_case { text.to_lowercase() } else { text.to_owned() };
        if self.ignore_punctuation {
            text.retain(|character| !character.is_ascii_punctuation());
        }
        if self.collapse_whitespace {
            text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if self.strip { text.trim().to_owned() } else { text }
    }
}

/// How many of several values must be there.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Every value.
    All,
    /// One value at least.
    Any,
}

text_config! {
    /// What the output must contain.
    pub struct ContainsConfig {
        /// The texts to look for; without them, the expected text, or each text of an expected array.
        #[schemars(length(min = 1))]
        pub values: Option<Vec<String>>,
        /// Whether all values must be there, or any; `all` without it.
        #[default(Quantifier::All)]
        pub require: Quantifier,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// Whether the output contains all values, or any of them.
#[scorer(requires(outputs), uses(expectations), returns = boolean)]
pub fn contains(example: &Example, config: &ContainsConfig) -> Result<Feedback> {
    let values = match &config.values {
        Some(values) => values.clone(),
        None => texts::all_expected(example, config)?,
    };
    if values.is_empty() {
        return Err(Error::invalid_config("contains: there is no value to look for; give one in `values`"));
    }
    let output = fold_case(texts::output(example, config)?, config.ignore_case);
    let is_found = |value: &&String| output.contains(&*fold_case(value.as_str().into(), config.ignore_case));
    let (found, missing): (Vec<&String>, Vec<&String>) = values.iter().partition(is_found);
    let passed = match config.require {
        Quantifier::All => missing.is_empty(),
        Quantifier::Any => !found.is_empty(),
    };
    let rationale = match missing.first() {
        None => format!("contains {}", list(&found)),
        Some(_) if found.is_empty() => format!("does not contain {}", list(&missing)),
        Some(_) => format!("contains {}, but not {}", list(&found), list(&missing)),
    };
    Ok(Feedback::new(passed).with_rationale(rationale))
}

fn list(values: &[&String]) -> String {
    const MOST: usize = 5;
    let mut list = values.iter().take(MOST).map(|value| shown(value)).collect::<Vec<_>>().join(", ");
    if values.len() > MOST {
        list += &format!(" and {} more", values.len() - MOST);
    }
    list
}

text_config! {
    /// How the output must start or end.
    pub struct AffixConfig {
        /// The text to start or end with; without it, the expected text.
        pub value: Option<String>,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
        /// White space at either end of the output does not count.
        #[default]
        pub strip: bool,
    }
}

/// Whether the output starts with a text.
#[scorer(requires(outputs), uses(expectations), returns = boolean)]
pub fn starts_with(example: &Example, config: &AffixConfig) -> Result<Feedback> {
    affix(example, config, "start", |output, value| output.starts_with(value))
}

/// Whether the output ends with a text.
#[scorer(requires(outputs), uses(expectations), returns = boolean)]
pub fn ends_with(example: &Example, config: &AffixConfig) -> Result<Feedback> {
    affix(example, config, "end", |output, value| output.ends_with(value))
}

fn affix(example: &Example, config: &AffixConfig, verb: &str, has: impl Fn(&str, &str) -> bool) -> Result<Feedback> {
    let value = match &config.value {
        Some(value) => value.into(),
        None => texts::expected(example, config)?,
    };
    let output = texts::output(example, config)?;
    let output = if config.strip { output.trim() } else { &*output };
    let passed =
        has(&fold_case(output.into(), config.ignore_case), &fold_case(value.as_ref().into(), config.ignore_case));
    let value = shown(&value);
    let rationale = if passed { format!("{verb}s with {value}") } else { format!("does not {verb} with {value}") };
    Ok(Feedback::new(passed).with_rationale(rationale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    fn example(output: &str, expected: &scorebox_sdk::serde_json::Value) -> Example {
        Example::new("1").with_outputs(output).with_expectations(json!({ "expected_response": expected }))
    }

    #[test]
    fn equal_texts_match_and_others_only_as_far_as_the_config_allows() {
        let example = example(" Paris,\n France.", &json!("paris france"));
        assert_eq!(exact_match(&example, &ExactMatchConfig::default()).unwrap().value, false.into());
        let lenient = ExactMatchConfig {
            ignore_case: true,
            collapse_whitespace: true,
            ignore_punctuation: true,
            ..Default::default()
        };
        assert_eq!(exact_match(&example, &lenient).unwrap().value, true.into());
    }

    #[test]
    fn all_values_or_any_must_be_contained() {
        let example = example("Paris is in France", &json!(["paris", "Spain"]));
        let any = ContainsConfig { require: Quantifier::Any, ignore_case: true, ..Default::default() };
        assert_eq!(contains(&example, &any).unwrap().value, true.into());
        let all = contains(&example, &ContainsConfig { ignore_case: true, ..Default::default() }).unwrap();
        assert_eq!(all.value, false.into());
        assert_eq!(all.rationale.as_deref(), Some(r#"contains "paris", but not "Spain""#));
        let nothing = ContainsConfig { values: Some(vec![]), ..Default::default() };
        assert!(matches!(contains(&example, &nothing), Err(Error::InvalidConfig(_))));
    }

    #[test]
    fn values_in_the_config_need_no_expectations() {
        let example = Example::new("1").with_outputs("abc ");
        let config = AffixConfig { value: Some("C".into()), ignore_case: true, strip: true, ..Default::default() };
        assert_eq!(ends_with(&example, &config).unwrap().value, true.into());
        let feedback = starts_with(&example, &config).unwrap();
        assert_eq!(feedback.value, false.into());
        assert_eq!(feedback.rationale.as_deref(), Some(r#"does not start with "C""#));
    }
}

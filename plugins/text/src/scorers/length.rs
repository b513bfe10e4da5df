//! The scorers that measure the output.

use super::texts;
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

/// What a length counts.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Unicode scalar values.
    Characters,
    /// Runs of anything but white space.
    Words,
}

/// How long the output may be.
#[config]
pub struct LengthConfig {
    /// What is counted; `characters` without it.
    #[default(LengthUnit::Characters)]
    pub unit: LengthUnit,
    /// The least length that passes.
    pub min: Option<usize>,
    /// The greatest length that passes.
    pub max: Option<usize>,
    /// Where the text is in the outputs, as keys and indices parted by points, such as `choices.0.text`;
    /// without it, the outputs are the text.
    pub output_path: Option<String>,
}

impl texts::Paths for LengthConfig {
    fn output_path(&self) -> Option<&str> {
        self.output_path.as_deref()
    }

    fn expected_path(&self) -> Option<&str> {
        None
    }
}

/// Whether the length of the output is within bounds.
#[scorer(requires(outputs), returns = boolean)]
pub fn length(example: &Example, config: &LengthConfig) -> Result<Feedback> {
    within("length", example, config)
}

/// Whether the length of the output is within bounds, under the name of MLflow's scorer.
#[scorer(requires(outputs), returns = boolean)]
pub fn response_length(example: &Example, config: &LengthConfig) -> Result<Feedback> {
    within("response_length", example, config)
}

fn within(scorer: &str, example: &Example, config: &LengthConfig) -> Result<Feedback> {
    let (min, max) = (config.min.unwrap_or(0), config.max.unwrap_or(usize::MAX));
    if (config.min, config.max) == (None, None) || min > max {
        return Err(Error::invalid_config(format!("{scorer}: expected `min`, `max` or both, and `min` at most `max`")));
    }
    let output = texts::output(example, config)?;
    let (length, unit) = match config.unit {
        LengthUnit::Characters => (output.chars().count(), "characters"),
        LengthUnit::Words => (output.split_whitespace().count(), "words"),
    };
    let verdict = match length {
        short if short < min => format!("less than {min}"),
        long if long > max => format!("more than {max}"),
        _ => "within bounds".to_owned(),
    };
    let rationale = format!("{unit}: {length}, {verdict}");
    Ok(Feedback::new((min..=max).contains(&length)).with_rationale(rationale).with_metadata("length", length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, config: &LengthConfig) -> Result<Feedback> {
        length(&Example::new("1").with_outputs(output), config)
    }

    #[test]
    fn bounds_are_inclusive() {
        let config = LengthConfig { min: Some(2), max: Some(3), ..Default::default() };
        assert_eq!(check("é東", &config).unwrap().value, true.into());
        assert_eq!(check("abc", &config).unwrap().value, true.into());
        assert_eq!(check("abcd", &config).unwrap().rationale.as_deref(), Some("characters: 4, more than 3"));
    }

    #[test]
    fn words_are_parted_by_white_space() {
        let config = LengthConfig { unit: LengthUnit::Words, min: Some(3), ..Default::default() };
        assert_eq!(check("one  two", &config).unwrap().rationale.as_deref(), Some("words: 2, less than 3"));
    }

    #[test]
    fn bounds_that_nothing_can_meet_are_an_invalid_config() {
        let crossed = LengthConfig { min: Some(3), max: Some(2), ..Default::default() };
        assert!(matches!(check("", &crossed), Err(Error::InvalidConfig(_))));
        assert!(matches!(check("", &LengthConfig::default()), Err(Error::InvalidConfig(_))));
    }

    #[test]
    fn response_length_is_the_same_under_another_name() {
        let score = |config: &str| {
            let example = Example::new("1").with_outputs("one two three");
            crate::PLUGIN.score("response_length", config, example).map(|mut all| all.remove(0))
        };
        assert_eq!(score(r#"{"min": 3, "max": 3, "unit": "words"}"#).unwrap().value, true.into());
        let feedback = score(r#"{"max": 12, "unit": "characters"}"#).unwrap();
        assert_eq!(feedback.rationale.as_deref(), Some("characters: 13, more than 12"));
        let error = score(r#"{"unit": "words"}"#).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(message) if message.starts_with("response_length: ")));
    }
}

//! Scorers that count edits of characters.

use super::texts::{pair, text_config};
use crate::metrics::edit;
use scorebox_sdk::{Example, Feedback, Result, scorer};

text_config! {
    /// How an edit distance is reported.
    pub struct DistanceConfig {
        /// Report the similarity from 0 to 1 (1 is equal) in place of the distance.
        #[default]
        pub normalize: bool,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// The Levenshtein distance to the expected text, or its similarity from 0 to 1.
#[scorer(requires(outputs, expectations), returns = varies, aggregations(mean, median, p90))]
pub fn levenshtein(example: &Example, config: &DistanceConfig) -> Result<Feedback> {
    distance(example, config, edit::levenshtein)
}

/// The Damerau-Levenshtein distance to the expected text, or its similarity from 0 to 1.
#[scorer(requires(outputs, expectations), returns = varies, aggregations(mean, median, p90))]
pub fn damerau_levenshtein(example: &Example, config: &DistanceConfig) -> Result<Feedback> {
    distance(example, config, edit::damerau_levenshtein)
}

fn distance(example: &Example, config: &DistanceConfig, metric: impl Fn(&str, &str) -> usize) -> Result<Feedback> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    let distance = metric(&expected, &output);
    let similarity = edit::similarity(distance, &expected, &output);
    let feedback = if config.normalize { Feedback::new(similarity) } else { Feedback::new(distance) };
    Ok(feedback.with_metadata("distance", distance).with_metadata("similarity", similarity))
}

text_config! {
    /// How much a common start is worth.
    pub struct JaroWinklerConfig {
        /// What each of up to four equal first characters adds, from 0 (plain Jaro) to 0.25.
        #[default(0.1)]
        #[schemars(range(min = 0.0, max = 0.25))]
        pub prefix_weight: f64,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// The Jaro-Winkler similarity to the expected text, from 0 to 1.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn jaro_winkler(example: &Example, config: &JaroWinklerConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    Ok(edit::jaro_winkler(&expected, &output, config.prefix_weight.clamp(0.0, 0.25)))
}

text_config! {
    /// What does not count when two texts are compared.
    pub struct RatioConfig {
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// The share of characters in common with the expected text, from 0 to 100, as rapidfuzz's ratio.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn fuzzy_ratio(example: &Example, config: &RatioConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    Ok(edit::fuzzy_ratio(&expected, &output))
}

/// The ratio to the expected text as sets of words, from 0 to 100, as rapidfuzz's token_set_ratio.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn token_set_ratio(example: &Example, config: &RatioConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    Ok(edit::token_set_ratio(&expected, &output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    fn example(output: &str, expected: &str) -> Example {
        Example::new("1").with_outputs(output).with_expectations(json!({ "expected_response": expected }))
    }

    #[test]
    fn a_distance_is_an_integer_and_a_similarity_a_number() {
        let example = example("SITTING", "kitten");
        let config = DistanceConfig { ignore_case: true, ..Default::default() };
        assert_eq!(levenshtein(&example, &config).unwrap().value, 3_usize.into());
        let config = DistanceConfig { normalize: true, ..config };
        assert_eq!(levenshtein(&example, &config).unwrap().value, (1.0 - 3.0 / 7.0).into());
    }

    #[test]
    fn ratios_ignore_case_if_asked_for() {
        let config = RatioConfig { ignore_case: true, ..Default::default() };
        assert_eq!(fuzzy_ratio(&example("ABC", "abc"), &config), Ok(100.0));
        assert_eq!(token_set_ratio(&example("B a", "a b a"), &config), Ok(100.0));
        assert_eq!(fuzzy_ratio(&example("ABC", "abc"), &RatioConfig::default()), Ok(0.0));
    }
}

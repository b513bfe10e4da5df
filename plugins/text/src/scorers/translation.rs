//! Scorers from machine translation.

use super::texts::{pair, text_config};
use crate::metrics::bleu::{self as bleu_metric, NltkSmoothing};
use crate::metrics::{chrf as chrf_metric, gleu as gleu_metric, ter as ter_metric};
use scorebox_sdk::{Error, Example, Result, config, scorer};

/// Whose BLEU is computed.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum BleuFlavour {
    /// sacreBLEU, from 0 to 100: tokenizer 13a, exponential smoothing, effective order.
    Sacrebleu,
    /// NLTK without smoothing, from 0 to 1: words between white space; next to 0 when an order has no match.
    NltkMethod0,
    /// NLTK with smoothing method 1, from 0 to 1: words between white space, 0.1 matches where there is none.
    NltkMethod1,
}

text_config! {
    /// Which BLEU is computed.
    pub struct BleuConfig {
        /// The implementation that it agrees with, which decides on tokens, smoothing and scale; `sacrebleu` without
        /// it.
        #[default(BleuFlavour::Sacrebleu)]
        pub flavour: BleuFlavour,
        /// The longest n-gram of words.
        #[default(4)]
        #[schemars(range(min = 1, max = 9))]
        pub max_order: u8,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// Sentence BLEU: n-grams of words shared with the expected text, from 0 to 100 (sacreBLEU) or 0 to 1 (NLTK).
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn bleu(example: &Example, config: &BleuConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    let max_order = order("max_order", config.max_order, 1..=9)?;
    Ok(match config.flavour {
        BleuFlavour::Sacrebleu => bleu_metric::sacrebleu(&expected, &output, max_order),
        BleuFlavour::NltkMethod0 => bleu_metric::nltk(&expected, &output, max_order, NltkSmoothing::Method0),
        BleuFlavour::NltkMethod1 => bleu_metric::nltk(&expected, &output, max_order, NltkSmoothing::Method1),
    })
}

text_config! {
    /// What chrF counts and how it weighs recall; the defaults are sacreBLEU's.
    pub struct ChrfConfig {
        /// The longest n-gram of characters.
        #[default(6)]
        #[schemars(range(min = 1, max = 9))]
        pub char_order: u8,
        /// The longest n-gram of words: 0 for chrF, 2 for chrF++.
        #[default(0)]
        #[schemars(range(min = 0, max = 9))]
        pub word_order: u8,
        /// How many times recall weighs as much as precision.
        #[default(2.0)]
        #[schemars(range(min = 0.0, max = 100.0))]
        pub beta: f64,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// Sentence chrF: n-grams of characters shared with the expected text, from 0 to 100, as sacreBLEU.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn chrf(example: &Example, config: &ChrfConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    if !(0.0..=100.0).contains(&config.beta) {
        return Err(Error::invalid_config("`beta` must be from 0 to 100"));
    }
    let settings = chrf_metric::Settings {
        char_order: order("char_order", config.char_order, 1..=9)?,
        word_order: order("word_order", config.word_order, 0..=9)?,
        beta: config.beta,
    };
    Ok(chrf_metric::chrf(&expected, &output, &settings))
}

text_config! {
    /// What does not count when two texts are compared; the defaults are sacreBLEU's.
    pub struct TerConfig {
        /// Upper and lower case are equal.
        #[default(true)]
        pub ignore_case: bool,
    }
}

/// Translation edit rate: edits and shifts of words per 100 expected words, 0 is best, as sacreBLEU.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn ter(example: &Example, config: &TerConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    Ok(ter_metric::ter(&expected, &output))
}

text_config! {
    /// Which n-grams GLEU counts.
    pub struct GleuConfig {
        /// The longest n-gram of words.
        #[default(4)]
        #[schemars(range(min = 1, max = 9))]
        pub max_order: u8,
        /// Upper and lower case are equal.
        #[default]
        pub ignore_case: bool,
    }
}

/// Sentence GLEU: the lower of precision and recall of n-grams of words, from 0 to 1, as NLTK.
#[scorer(requires(outputs, expectations), aggregations(mean, median))]
pub fn gleu(example: &Example, config: &GleuConfig) -> Result<f64> {
    let (expected, output) = pair(example, config, config.ignore_case)?;
    Ok(gleu_metric::gleu(&expected, &output, order("max_order", config.max_order, 1..=9)?))
}

/// Refuses an order that the schema refuses too: a metric must not meet one that it has no answer for.
fn order(name: &str, order: u8, allowed: std::ops::RangeInclusive<u8>) -> Result<usize> {
    if allowed.contains(&order) {
        return Ok(order.into());
    }
    Err(Error::invalid_config(format!("`{name}` must be from {} to {}", allowed.start(), allowed.end())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    fn example(output: &str, expected: &str) -> Example {
        Example::new("1").with_outputs(output).with_expectations(json!({ "expected_response": expected }))
    }

    #[test]
    fn scales_are_those_of_the_implementations() {
        let same = example("one two three four", "one two three four");
        assert!((bleu(&same, &BleuConfig::default()).unwrap() - 100.0).abs() < 1e-9);
        let nltk = BleuConfig { flavour: BleuFlavour::NltkMethod1, ..Default::default() };
        assert_eq!(bleu(&same, &nltk), Ok(1.0));
        assert_eq!(chrf(&same, &ChrfConfig::default()), Ok(100.0));
        assert_eq!(ter(&same, &TerConfig::default()), Ok(0.0));
        assert_eq!(gleu(&same, &GleuConfig::default()), Ok(1.0));
    }

    #[test]
    fn an_order_of_zero_is_an_invalid_config() {
        let config = BleuConfig { max_order: 0, ..Default::default() };
        assert_eq!(bleu(&example("a", "a"), &config), Err(Error::invalid_config("`max_order` must be from 1 to 9")));
    }
}

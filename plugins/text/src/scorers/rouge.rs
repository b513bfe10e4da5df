//! The scorer of summaries.

use super::overlap::Measure;
use super::texts::{pair, text_config};
use crate::metrics::rouge::{Tokens, rouge_l, rouge_l_sum, rouge_n};
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};
use std::collections::BTreeSet;

/// A member of the ROUGE family, named as in rouge-score.
#[config]
#[derive(Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RougeType {
    /// Words in common.
    Rouge1,
    /// Pairs of neighbouring words in common.
    Rouge2,
    /// The longest common subsequence of words.
    #[serde(rename = "rougeL")]
    RougeL,
    /// The longest common subsequences of lines, united.
    #[serde(rename = "rougeLsum")]
    RougeLsum,
}

impl RougeType {
    fn name(self) -> &'static str {
        match self {
            Self::Rouge1 => "rouge1",
            Self::Rouge2 => "rouge2",
            Self::RougeL => "rougeL",
            Self::RougeLsum => "rougeLsum",
        }
    }
}

text_config! {
    /// Which members of the ROUGE family are computed, and how.
    pub struct RougeConfig {
        /// The members; each is a feedback of that name.
        #[default(BTreeSet::from([RougeType::Rouge1, RougeType::Rouge2, RougeType::RougeL, RougeType::RougeLsum]))]
        #[schemars(length(min = 1))]
        pub types: BTreeSet<RougeType>,
        /// Strip the endings of English words (Porter's stemmer, as NLTK has it), so that "runs" equals "running".
        #[default]
        pub stemmer: bool,
        /// F1, precision or recall; `f1` without it.
        #[default(Measure::F1)]
        pub measure: Measure,
    }
}

/// ROUGE-1, 2, L and Lsum: words and sequences shared with the expected text, from 0 to 1, as rouge-score.
#[scorer(requires(outputs, expectations), returns = number, aggregations(mean, median))]
pub fn rouge(example: &Example, config: &RougeConfig) -> Result<Vec<Feedback>> {
    if config.types.is_empty() {
        return Err(Error::invalid_config("rouge: `types` must name one member at least"));
    }
    let (expected, output) = pair(example, config, false)?;
    let tokens = (Tokens::new(&expected, config.stemmer), Tokens::new(&output, config.stemmer));
    let score = |member: &RougeType| {
        let score = match member {
            RougeType::Rouge1 => rouge_n(&tokens.0, &tokens.1, 1),
            RougeType::Rouge2 => rouge_n(&tokens.0, &tokens.1, 2),
            RougeType::RougeL => rouge_l(&tokens.0, &tokens.1),
            RougeType::RougeLsum => {
                rouge_l_sum(&Tokens::of_lines(&expected, config.stemmer), &Tokens::of_lines(&output, config.stemmer))
            }
        };
        config.measure.feedback(score).with_name(member.name())
    };
    Ok(config.types.iter().map(score).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    #[test]
    fn every_member_is_a_feedback_of_its_name() {
        let expectations = json!({ "expected_response": "the cat runs" });
        let example = Example::new("1").with_outputs("the cat running").with_expectations(expectations);
        let feedback = rouge(&example, &RougeConfig { stemmer: true, ..Default::default() }).unwrap();
        let names: Vec<_> = feedback.iter().filter_map(|feedback| feedback.name.as_deref()).collect();
        assert_eq!(names, ["rouge1", "rouge2", "rougeL", "rougeLsum"]);
        assert!(feedback.iter().all(|feedback| feedback.value == 1.0.into()));
    }
}

//! The scorer of question answering, and the choice between precision, recall and F1.

use super::texts::{pair, text_config};
use crate::metrics::{self, PrecisionRecall};
use scorebox_sdk::{Example, Feedback, Result, config, scorer};

/// Which side of an overlap is the value of the feedback; the others are in its metadata.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum Measure {
    /// The harmonic mean of precision and recall.
    F1,
    /// The matched share of the output.
    Precision,
    /// The matched share of the expected text.
    Recall,
}

impl Measure {
    /// Feedback with this measure as its value and all of them as metadata.
    pub(super) fn feedback(self, score: PrecisionRecall) -> Feedback {
        let value = match self {
            Self::F1 => score.f1,
            Self::Precision => score.precision,
            Self::Recall => score.recall,
        };
        Feedback::new(value)
            .with_metadata("precision", score.precision)
            .with_metadata("recall", score.recall)
            .with_metadata("f1", score.f1)
    }
}

text_config! {
    /// Which measure of the shared words is reported.
    pub struct TokenF1Config {
        /// F1, precision or recall; `f1` without it.
        #[default(Measure::F1)]
        pub measure: Measure,
    }
}

/// F1 of the words shared with the expected text, from 0 to 1, as in SQuAD: without case, punctuation and articles.
#[scorer(requires(outputs, expectations), returns = number, aggregations(mean, median))]
pub fn token_f1(example: &Example, config: &TokenF1Config) -> Result<Feedback> {
    let (expected, output) = pair(example, config, false)?;
    Ok(config.measure.feedback(metrics::token_f1::token_f1(&expected, &output)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    #[test]
    fn the_measure_asked_for_is_the_value() {
        let expectations = json!({ "expected_response": "in Paris" });
        let example = Example::new("1").with_outputs("The Paris.").with_expectations(expectations);
        let value = |measure| token_f1(&example, &TokenF1Config { measure, ..Default::default() }).unwrap().value;
        assert_eq!(value(Measure::Precision), 1.0.into());
        assert_eq!(value(Measure::Recall), 0.5.into());
        assert_eq!(value(Measure::F1), (2.0 / 3.0).into());
    }
}

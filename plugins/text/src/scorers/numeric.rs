//! The scorer that compares numbers.

use super::texts::{self, shown, text_config};
use crate::metrics::numeric;
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

/// How a difference is measured.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum Difference {
    /// As it is.
    Absolute,
    /// As a share of the expected number.
    Relative,
}

/// Which number of the output counts.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub enum Take {
    /// The output is a number and nothing else.
    Whole,
    /// The first number in the output.
    First,
    /// The last number in the output.
    Last,
}

text_config! {
    /// How two numbers are compared.
    pub struct NumericDifferenceConfig {
        /// Measure the difference as it is, or as a share of the expected number; `absolute` without it.
        #[default(Difference::Absolute)]
        pub difference: Difference,
        /// The greatest difference that passes; with it, the value is whether the output passes.
        #[schemars(range(min = 0.0))]
        pub tolerance: Option<f64>,
        /// Which number of the output counts; `whole` without it.
        #[default(Take::Whole)]
        pub take: Take,
    }
}

/// The difference to the expected number, 0 is best; or whether it is within a tolerance.
#[scorer(requires(outputs, expectations), returns = varies, aggregations(mean, median, p90))]
pub fn numeric_difference(example: &Example, config: &NumericDifferenceConfig) -> Result<Feedback> {
    let (expected, output) = (texts::expected(example, config)?, texts::output(example, config)?);
    let number = numeric::whole(&expected)
        .ok_or_else(|| Error::unsupported(format!("the expected text is not a number: {}", shown(&expected))))?;
    let answer = match config.take {
        Take::Whole => numeric::whole(&output),
        Take::First => numeric::first(&output),
        Take::Last => numeric::last(&output),
    };
    match (answer, config.tolerance) {
        (Some(answer), None) => difference(number, answer, config.difference).map(Feedback::new),
        (Some(answer), Some(tolerance)) => Ok(within(number, answer, tolerance, config.difference)),
        (None, Some(_)) => Ok(Feedback::new(false).with_rationale(no_number(&output, config.take))),
        (None, None) => Err(Error::unsupported(no_number(&output, config.take))),
    }
}

fn difference(expected: f64, answer: f64, kind: Difference) -> Result<f64> {
    let difference = match kind {
        Difference::Absolute => numeric::absolute_difference(expected, answer),
        Difference::Relative => numeric::relative_difference(expected, answer),
    };
    difference.ok_or_else(|| Error::unsupported(format!("there is no finite difference of {answer} to {expected}")))
}

/// Multiplies rather than divides, so that an expected 0 is no special case.
fn within(expected: f64, answer: f64, tolerance: f64, kind: Difference) -> Feedback {
    let allowed = match kind {
        Difference::Absolute => tolerance,
        Difference::Relative => tolerance * expected.abs(),
    };
    let passed = numeric::absolute_difference(expected, answer).is_some_and(|difference| difference <= allowed);
    let verb = if passed { "is" } else { "is not" };
    Feedback::new(passed).with_rationale(format!("{answer} {verb} within {allowed} of {expected}"))
}

fn no_number(output: &str, take: Take) -> String {
    match take {
        Take::Whole => format!("the output is not a number: {}; `take` can find one in a text", shown(output)),
        Take::First | Take::Last => format!("there is no number in the output: {}", shown(output)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_sdk::json;

    fn score(
        output: impl scorebox_sdk::Serialize,
        expected: f64,
        config: &NumericDifferenceConfig,
    ) -> Result<Feedback> {
        let example = Example::new("1").with_outputs(output);
        numeric_difference(&example.with_expectations(json!({ "expected_response": expected })), config)
    }

    #[test]
    fn without_a_tolerance_the_difference_is_the_value() {
        assert_eq!(score("1,002", 1000.0, &Default::default()).unwrap().value, 2.0.into());
        let relative = NumericDifferenceConfig { difference: Difference::Relative, ..Default::default() };
        assert_eq!(score(75, 100.0, &relative).unwrap().value, 0.25.into());
        assert!(matches!(score(1, 0.0, &relative), Err(Error::Unsupported(_))));
    }

    #[test]
    fn with_a_tolerance_the_value_is_a_verdict() {
        let config = NumericDifferenceConfig { tolerance: Some(0.5), take: Take::Last, ..Default::default() };
        assert_eq!(score("2 + 2 = 4.5", 4.0, &config).unwrap().value, true.into());
        assert_eq!(score("2 + 2 = 5", 4.0, &config).unwrap().value, false.into());
        assert_eq!(score("I do not know", 4.0, &config).unwrap().value, false.into());
        let relative = NumericDifferenceConfig { difference: Difference::Relative, ..config };
        assert_eq!(score(0, 0.0, &relative).unwrap().value, true.into());
    }

    #[test]
    fn an_output_without_a_number_has_no_difference() {
        assert!(matches!(score("four", 4.0, &Default::default()), Err(Error::Unsupported(_))));
    }
}

use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::ask;
use crate::material::{output_of, output_text};
use crate::prompt::{Prompt, Tag};
use crate::settings::JudgeConfig;

const TASK: &str = "\
Decide whether the answer in <output> is equivalent to the one in <expected_response>: whether a reader would learn \
the same from both.

The result is true if the two mean the same, whatever their wording, order and format.
The result is false if one says something of substance that the other does not say, or contradicts it.";

/// Numbers are equal up to this share of the greater one.
const TOLERANCE: f64 = 1e-9;

/// Whether the output means the same as the expected response; equal texts and numbers need no model.
#[scorer(requires(outputs, expectations), returns = boolean)]
pub(crate) fn equivalence(example: &Example, config: &JudgeConfig) -> Result<Feedback> {
    let output = output_text(example)?;
    let expected = output_of(&example.expectation("expected_response")?.value()?);
    let equal =
        |how: &str, rationale: &str| Feedback::new(true).with_rationale(rationale).with_metadata("compared", how);
    if output.trim() == expected.trim() {
        return Ok(equal("text", "the texts are equal"));
    }
    if let (Some(left), Some(right)) = (number(&output), number(&expected))
        && (left - right).abs() <= TOLERANCE * left.abs().max(right.abs())
    {
        return Ok(equal("number", "the numbers are equal"));
    }
    let prompt = Prompt::new(TASK).with(Tag::ExpectedResponse, &expected).with(Tag::Output, &output);
    Ok(ask::boolean(config.settings(), &prompt)?.with_metadata("compared", "meaning"))
}

/// The number that a text consists of; commas may part groups of three digits.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = text.chars().all(|character| character.is_ascii_digit() || "+-.eE,".contains(character));
    let whole = text.split('.').next()?.trim_start_matches(['+', '-']);
    let mut groups = whole.split(',');
    let is_first_short = groups.next().is_some_and(|first| !whole.contains(',') || (1..=3).contains(&first.len()));
    let is_grouped = text.matches(',').count() == whole.matches(',').count() && groups.all(|group| group.len() == 3);
    if !(is_plain && is_first_short && is_grouped) {
        return None;
    }
    text.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no};

    fn judge(outputs: Value, expected: &Value) -> Result<Feedback> {
        let example =
            Example::new("1").with_outputs(outputs).with_expectations(json!({ "expected_response": expected }));
        PLUGIN.score("equivalence", "{}", example).map(|mut all| all.remove(0))
    }

    #[test]
    fn equal_texts_and_numbers_are_equivalent_without_a_model() {
        testing::nobody_asks();
        for (outputs, expected, how) in [
            (json!("Paris \n"), json!("Paris"), "\"text\""),
            (json!({ "a": 1 }), json!({ "a": 1 }), "\"text\""),
            (json!("1,000.0"), json!(1000), "\"number\""),
            (json!("1e3"), json!("1000"), "\"number\""),
            (json!("-0.30000000000000004"), json!(-0.3), "\"number\""),
        ] {
            let feedback = judge(outputs.clone(), &expected).unwrap();
            assert_eq!(feedback.value, true.into(), "{outputs}");
            assert!(feedback.rationale.is_some());
            assert_eq!(feedback.metadata[0].1.as_str(), how, "{outputs}");
        }
    }

    #[test]
    fn anything_else_is_judged() {
        for (outputs, expected) in
            [("1,5", "15"), ("3.14", "3.1416"), ("Lyon", "Paris"), ("nan", "NaN"), ("1,0000", "10000")]
        {
            let asked = testing::replies([no("they differ")]);
            let feedback = judge(json!(outputs), &json!(expected)).unwrap();
            assert_eq!((feedback.value, feedback.rationale.as_deref()), (false.into(), Some("they differ")));
            assert!(asked.prompt(0).contains(&format!("<expected_response>\n{expected}\n</expected_response>")));
            assert!(asked.prompt(0).contains(&format!("<output>\n{outputs}\n</output>")));
        }
    }

    #[test]
    fn an_expected_response_is_needed() {
        testing::nobody_asks();
        let missing = Error::missing_field("expectations.expected_response");
        assert_eq!(judge(json!("a"), &Value::Null).unwrap_err(), missing);
    }
}

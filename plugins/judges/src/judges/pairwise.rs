use scorebox_sdk::{Error, Example, Feedback, Result, Value, json, llm, scorer};

use crate::ask;
use crate::material::{input_text, output_of, output_text};
use crate::prompt::{Prompt, Tag};
use crate::reply::{ReplyForm, Verdict};
use crate::result_kind::{Labels, ResultKind};
use crate::settings::judge_config;

const TASK: &str = "\
Two answers to the same request are compared. The request stands in <input>, where there is such a part; the answers \
stand in <answer_a> and <answer_b>. Decide which of them serves the user better: which is more correct, more helpful, \
more complete and clearer, in this order of weight.

The result is \"A\" or \"B\" for the better answer, and \"tie\" if neither is better in anything that matters. The \
order in which the answers stand is chance, and length by itself is no merit.";

judge_config! {
    /// Settings of `pairwise`.
    pub(crate) struct PairwiseConfig {
        /// The key of the expectations under which the other answer stands.
        #[default("baseline_response")]
        pub(crate) baseline: String,
    }
}

/// Whether the output is better than another answer: win, loss or tie, asked in both orders.
#[scorer(requires(outputs, expectations), uses(inputs), returns = text)]
pub(crate) fn pairwise(example: &Example, config: &PairwiseConfig) -> Result<Feedback> {
    let output = output_text(example)?;
    let baseline = output_of(&example.expectation(&config.baseline)?.value()?);
    if output.trim() == baseline.trim() {
        return Ok(Feedback::new("tie").with_rationale("the answers are equal").with_metadata("position_bias", false));
    }
    let question = question(example)?;
    let pair = |a: &str, b: &str| question.clone().with(Tag::AnswerA, a).with(Tag::AnswerB, b);
    let kind = ResultKind::OneOf(Labels::new(&["A", "B", "tie"]));
    let form = ReplyForm::new(&kind);
    let settings = config.asking(&config.model);
    let requests = [pair(&output, &baseline), pair(&baseline, &output)].map(|pair| ask::request(settings, &pair, form));
    let mut verdicts = llm::complete_all(&requests).into_iter().map(|reply| form.read(&reply?));
    match (verdicts.next(), verdicts.next()) {
        (Some(output_first), Some(output_second)) => Ok(feedback(&output_first?, &output_second?)),
        _ => Err(Error::failed("the host gave fewer replies than there were requests")),
    }
}

fn question(example: &Example) -> Result<Prompt> {
    match input_text(example) {
        Ok(input) => Ok(Prompt::new(TASK).with(Tag::Input, &input)),
        Err(Error::MissingField(_)) => Ok(Prompt::new(TASK)),
        Err(error) => Err(error),
    }
}

fn feedback(output_first: &Verdict, output_second: &Verdict) -> Feedback {
    let (first, second) = (outcome(output_first, "A"), outcome(output_second, "B"));
    let is_agreed = first == second;
    let reasons =
        format!("With the output as A: {}\nWith the output as B: {}", output_first.rationale, output_second.rationale);
    let rationale = if is_agreed {
        reasons
    } else {
        format!(
            "A tie, since the verdict depends on the order of the answers: {first} first, {second} second.\n{reasons}"
        )
    };
    Feedback::new(if is_agreed { first } else { "tie" })
        .with_rationale(rationale)
        .with_metadata("model", &*output_first.model)
        .with_metadata("position_bias", !is_agreed)
        .with_metadata("verdicts", json!({ "output_first": first, "output_second": second }))
}

/// The verdict as the output sees it, which stands at one of the two positions.
fn outcome(verdict: &Verdict, position: &str) -> &'static str {
    match &verdict.value {
        Value::Text(label) if label == "tie" => "tie",
        Value::Text(label) if label == position => "win",
        _ => "loss",
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value as Json;

    use super::*;
    use crate::PLUGIN;
    use crate::testing;

    fn said(label: &str) -> Json {
        json!({ "rationale": format!("because {label}"), "result": label })
    }

    fn judge(config: &str, expectations: Json) -> Result<Feedback> {
        let example = Example::new("1").with_inputs(json!({ "question": "Why?" })).with_outputs("new");
        PLUGIN.score("pairwise", config, example.with_expectations(expectations)).map(|mut all| all.remove(0))
    }

    fn position_bias(feedback: &Feedback) -> &str {
        feedback.metadata.iter().find(|(key, _)| key == "position_bias").unwrap().1.as_str()
    }

    #[test]
    fn both_orders_are_asked_and_must_agree() {
        for (first, second, outcome, bias) in [
            ("A", "B", "win", "false"),
            ("B", "A", "loss", "false"),
            ("tie", "tie", "tie", "false"),
            ("A", "A", "tie", "true"),
            ("B", "B", "tie", "true"),
            ("A", "tie", "tie", "true"),
        ] {
            let asked = testing::replies([said(first), said(second)]);
            let feedback = judge("{}", json!({ "baseline_response": "old" })).unwrap();
            assert_eq!(feedback.value, outcome.into(), "{first} {second}");
            assert_eq!(position_bias(&feedback), bias, "{first} {second}");
            assert_eq!(feedback.rationale.unwrap().contains("depends on the order"), bias == "true");
            let (in_order, swapped) = (asked.prompt(0), asked.prompt(1));
            assert!(in_order.contains("<answer_a>\nnew\n</answer_a>\n\n<answer_b>\nold\n</answer_b>"), "{in_order}");
            assert!(swapped.contains("<answer_a>\nold\n</answer_a>\n\n<answer_b>\nnew\n</answer_b>"), "{swapped}");
            assert!(swapped.contains("<input>\nWhy?\n</input>"), "{swapped}");
        }
    }

    #[test]
    fn equal_answers_are_a_tie_without_a_model() {
        testing::nobody_asks();
        let feedback = judge("{}", json!({ "baseline_response": "new\n" })).unwrap();
        assert_eq!((&feedback.value, position_bias(&feedback)), (&"tie".into(), "false"));
    }

    #[test]
    fn the_other_answer_stands_where_the_config_says() {
        let asked = testing::replies([said("A"), said("B")]);
        judge(r#"{"baseline": "main"}"#, json!({ "main": "older" })).unwrap();
        assert!(asked.prompt(0).contains("<answer_b>\nolder\n"));
        let error = judge("{}", json!({ "main": "older" })).unwrap_err();
        assert_eq!(error, Error::missing_field("expectations.baseline_response"));
    }

    #[test]
    fn a_reply_that_names_neither_is_a_failure() {
        testing::replies([said("A"), said("C")]);
        assert!(matches!(judge("{}", json!({ "baseline_response": "old" })), Err(Error::Failed(_))));
    }
}

//! Judges of what a retriever found as a whole: whether it is enough, and whether the answer rests on it.

use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::ask;
use crate::material::{input_text, output_text, with_expected};
use crate::prompt::{Prompt, Tag};
use crate::retrieval::{Retrieval, retrievals};
use crate::settings::{JudgeConfig, Settings};

const SUFFICIENCY: &str = "\
A search was made to help answer the question in <input>, and found what stands in <documents>. Decide whether that is \
enough to give the answer which is expected; that one stands in <expected_response>, <expected_facts>, or both.

The result is true if the documents together, without other knowledge, hold or imply everything that is expected.
The result is false if anything that is expected cannot be got from them. Say what is missing.";

const GROUNDEDNESS: &str = "\
A search was made to help answer the question in <input>, and found what stands in <documents>. Decide whether the \
answer in <output> is grounded in these documents. Go through the answer claim by claim.

The result is true if every claim of fact in the answer is stated in the documents or follows from them. What the user \
says in the question, courtesies, and words on what cannot be known are no claims.
The result is false if the answer claims something that the documents do not bear out, even if it is true. Quote it.";

/// Whether each retriever found enough to give the expected answer.
#[scorer(requires(inputs, expectations, trace), returns = boolean)]
pub(crate) fn retrieval_sufficiency(example: &Example, config: &JudgeConfig) -> Result<Vec<Feedback>> {
    let prompt = Prompt::new(SUFFICIENCY).with(Tag::Input, &input_text(example)?);
    on_each(config.settings(), &with_expected(prompt, example)?, &retrievals(example)?)
}

/// Whether the output claims nothing but what each retriever found.
#[scorer(requires(inputs, outputs, trace), returns = boolean)]
pub(crate) fn retrieval_groundedness(example: &Example, config: &JudgeConfig) -> Result<Vec<Feedback>> {
    let prompt = Prompt::new(GROUNDEDNESS).with(Tag::Input, &input_text(example)?);
    on_each(config.settings(), &prompt.with(Tag::Output, &output_text(example)?), &retrievals(example)?)
}

/// One verdict on each retriever.
fn on_each(settings: Settings<'_>, prompt: &Prompt, retrievals: &[Retrieval]) -> Result<Vec<Feedback>> {
    let prompts: Vec<Prompt> =
        retrievals.iter().map(|retrieval| prompt.clone().with_fenced(&retrieval.rendered())).collect();
    let verdicts = ask::booleans(settings, &prompts)?;
    let about = verdicts.into_iter().zip(retrievals);
    Ok(about.map(|(verdict, retrieval)| verdict.into_feedback().about_span(&*retrieval.span_id)).collect())
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn example() -> Example {
        let span = |id: &str, outputs: &[&str]| {
            let kind = "RETRIEVER";
            json!({ "span_id": id, "name": id, "kind": kind, "start_time_unix_nano": 0, "outputs": outputs })
        };
        let spans = [span("a", &["one", "two"]), span("b", &[])];
        Example::new("1")
            .with_inputs(json!({ "question": "Why?" }))
            .with_outputs("So.")
            .with_expectations(json!({ "expected_facts": ["therefore"] }))
            .with_trace(json!({ "trace_id": "t", "spans": spans }))
    }

    #[test]
    fn each_retriever_gets_a_verdict_on_its_span() {
        for name in ["retrieval_sufficiency", "retrieval_groundedness"] {
            let asked = testing::replies([yes("enough"), no("nothing there")]);
            let feedback = PLUGIN.score(name, "{}", example()).unwrap();
            let told: Vec<_> = feedback.iter().map(|one| (&one.value, one.span_id.as_deref())).collect();
            assert_eq!(told, [(&true.into(), Some("a")), (&false.into(), Some("b"))], "{name}");
            assert!(asked.prompt(0).contains("<document number=\"2\">\ntwo\n</document>"), "{name}");
            assert!(asked.prompt(1).contains("<documents>\n(nothing was found)\n</documents>"), "{name}");
        }
    }

    #[test]
    fn sufficiency_is_measured_by_what_was_expected_and_groundedness_by_the_answer() {
        let asked = testing::replies([yes("a"), yes("b"), yes("c"), yes("d")]);
        PLUGIN.score("retrieval_sufficiency", "{}", example()).unwrap();
        PLUGIN.score("retrieval_groundedness", "{}", example()).unwrap();
        let (sufficiency, groundedness) = (asked.prompt(0), asked.prompt(2));
        assert!(sufficiency.contains("- therefore") && !sufficiency.contains("So."), "{sufficiency}");
        assert!(groundedness.contains("<output>\nSo.\n") && !groundedness.contains("therefore"), "{groundedness}");
    }

    #[test]
    fn what_is_needed_is_named_where_it_is_missing() {
        testing::nobody_asks();
        let without_trace = Example::new("1").with_inputs(json!({ "question": "Why?" })).with_outputs("So.");
        let error = PLUGIN.score("retrieval_groundedness", "{}", without_trace).unwrap_err();
        assert_eq!(error, Error::missing_field("trace"));
        let error = PLUGIN.score("retrieval_sufficiency", "{}", example().with_expectations(json!({}))).unwrap_err();
        assert!(matches!(error, Error::MissingField(path) if path.starts_with("expectations.expected_response")));
    }
}

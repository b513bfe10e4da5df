use scorebox_sdk::{Error, Example, Feedback, Result, Value, scorer};

use crate::ask;
use crate::material::input_text;
use crate::prompt::{Prompt, Tag};
use crate::reply::Verdict;
use crate::retrieval::{Document, Retrieval, retrievals};
use crate::settings::JudgeConfig;

/// The name of the feedback that carries a retriever's precision; a chunk's has the scorer's own name.
const PRECISION: &str = "retrieval_relevance/precision";

const TASK: &str = "\
A search was made to help answer the question in <input>. Decide whether the text in <document>, which the search \
found, is relevant to the question.

The result is true if the text holds at least one piece of information that helps answer the question, or a part of \
it.
The result is false if it merely shares words or a subject with the question, or has nothing to do with it.";

/// Whether each retrieved chunk is relevant to the question, and the share of relevant ones of each retriever.
#[scorer(requires(inputs, trace), returns = varies)]
pub(crate) fn retrieval_relevance(example: &Example, config: &JudgeConfig) -> Result<Vec<Feedback>> {
    let question = Prompt::new(TASK).with(Tag::Input, &input_text(example)?);
    let retrievals = retrievals(example)?;
    let chunks = retrievals.iter().flat_map(|retrieval| &retrieval.documents);
    let prompts: Vec<Prompt> = chunks.map(|chunk| question.clone().with_fenced(&chunk.rendered())).collect();
    if prompts.is_empty() {
        return Err(Error::unsupported("no retriever of the trace found a document: there is nothing to judge"));
    }
    let mut verdicts = ask::booleans(config.settings(), &prompts)?.into_iter();
    let found = retrievals.iter().filter(|retrieval| !retrieval.documents.is_empty());
    Ok(found.flat_map(|retrieval| feedback(retrieval, verdicts.by_ref().take(retrieval.documents.len()))).collect())
}

/// The precision of a retriever, then the verdict on each of its chunks.
fn feedback(retrieval: &Retrieval, verdicts: impl Iterator<Item = Verdict>) -> Vec<Feedback> {
    let numbered = (1..).zip(&retrieval.documents);
    let chunks: Vec<Feedback> =
        numbered.zip(verdicts).map(|((number, document), verdict)| about_chunk(number, document, verdict)).collect();
    let relevant = chunks.iter().filter(|chunk| chunk.value == Value::Boolean(true)).count();
    let precision = Feedback::new(share(relevant, chunks.len()))
        .with_name(PRECISION)
        .with_rationale(format!("{relevant} of {} chunks are relevant", chunks.len()));
    std::iter::once(precision).chain(chunks).map(|feedback| feedback.about_span(&*retrieval.span_id)).collect()
}

fn about_chunk(number: usize, document: &Document, verdict: Verdict) -> Feedback {
    let feedback = verdict.into_feedback().with_metadata("chunk", number);
    match &document.uri {
        Some(uri) => feedback.with_metadata("doc_uri", uri),
        None => feedback,
    }
}

#[expect(clippy::cast_precision_loss, reason = "no trace has 2^53 chunks")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value as Json;

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn example(retrieved: &[Json]) -> Example {
        let spans: Vec<Json> = retrieved
            .iter()
            .enumerate()
            .map(|(index, outputs)| {
                json!({ "span_id": format!("s{index}"), "name": "search", "kind": "RETRIEVER",
                        "start_time_unix_nano": index, "outputs": outputs })
            })
            .collect();
        let inputs = json!({ "question": "Why?" });
        Example::new("1").with_inputs(inputs).with_trace(json!({ "trace_id": "t", "spans": spans }))
    }

    fn judge(retrieved: &[Json]) -> Result<Vec<Feedback>> {
        PLUGIN.score("retrieval_relevance", "{}", example(retrieved))
    }

    #[test]
    fn every_chunk_is_judged_and_every_retriever_has_a_precision() {
        let asked = testing::replies([yes("a"), no("b"), no("c"), yes("d")]);
        let first = json!([{ "page_content": "one", "metadata": { "doc_uri": "u1" } }, "two"]);
        let feedback = judge(&[first, json!([]), json!(["three", "four"])]).unwrap();
        let told: Vec<_> = feedback
            .iter()
            .map(|feedback| (feedback.name.as_deref(), &feedback.value, feedback.span_id.as_deref().unwrap()))
            .collect();
        let (relevant, not, half) = (Value::Boolean(true), Value::Boolean(false), Value::Number(0.5));
        let expected = [
            (Some(PRECISION), &half, "s0"),
            (None, &relevant, "s0"),
            (None, &not, "s0"),
            (Some(PRECISION), &half, "s2"),
            (None, &not, "s2"),
            (None, &relevant, "s2"),
        ];
        assert_eq!(told, expected);
        assert_eq!(feedback[0].rationale.as_deref(), Some("1 of 2 chunks are relevant"));
        assert_eq!(
            feedback[1].metadata[1..],
            [("chunk".to_owned(), json!(1).into()), ("doc_uri".to_owned(), json!("u1").into())]
        );
        assert!(asked.prompt(3).contains("<document>\nfour\n</document>"));
        assert!(asked.prompt(3).contains("<input>\nWhy?\n</input>") && !asked.prompt(3).contains("three"));
    }

    #[test]
    fn a_search_that_found_nothing_has_no_precision() {
        testing::nobody_asks();
        assert!(matches!(judge(&[json!([])]), Err(Error::Unsupported(_))));
        assert_eq!(judge(&[]).unwrap_err(), Error::missing_field("trace: a span of kind RETRIEVER"));
    }
}

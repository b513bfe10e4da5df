use std::collections::BTreeMap;

use scorebox_sdk::schemars;
use scorebox_sdk::serde;
use scorebox_sdk::trace::Trace;
use scorebox_sdk::tracing::SpanKind;
use scorebox_sdk::{Deserialize, Example, Feedback, JsonSchema, Result, Serialize, config, scorer};

use super::bounds::verdict;

/// A kind of span, written as in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "serde", rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(crate = "schemars")]
pub(crate) enum StepKind {
    Llm,
    ChatModel,
    Chain,
    Agent,
    Tool,
    Retriever,
    Embedding,
    Parser,
    Reranker,
    Memory,
    Guardrail,
    Evaluator,
    Task,
}

impl StepKind {
    /// The kind of a span; `None` where nobody said.
    fn of(kind: SpanKind) -> Option<Self> {
        Some(match kind {
            SpanKind::Llm => Self::Llm,
            SpanKind::ChatModel => Self::ChatModel,
            SpanKind::Chain => Self::Chain,
            SpanKind::Agent => Self::Agent,
            SpanKind::Tool => Self::Tool,
            SpanKind::Retriever => Self::Retriever,
            SpanKind::Embedding => Self::Embedding,
            SpanKind::Parser => Self::Parser,
            SpanKind::Reranker => Self::Reranker,
            SpanKind::Memory => Self::Memory,
            SpanKind::Guardrail => Self::Guardrail,
            SpanKind::Evaluator => Self::Evaluator,
            SpanKind::Task => Self::Task,
            SpanKind::Unknown => return None,
        })
    }
}

/// Settings of `step_count`.
#[config]
pub(crate) struct StepCount {
    /// The kinds of spans that are steps; TOOL, LLM, CHAT_MODEL, AGENT and RETRIEVER without it.
    #[default(vec![StepKind::Tool, StepKind::Llm, StepKind::ChatModel, StepKind::Agent, StepKind::Retriever])]
    #[schemars(length(min = 1))]
    kinds: Vec<StepKind>,
    /// The least number of steps that passes; with it or `max`, the value is whether the row passes.
    min: Option<usize>,
    /// The greatest number of steps that passes.
    max: Option<usize>,
}

/// The number of steps in the trace; or whether it is within bounds.
#[scorer(requires(trace), returns = varies, aggregations(mean, median, p90, max))]
pub(crate) fn step_count(example: &Example, config: &StepCount) -> Result<Feedback> {
    let trace = Trace::of(example)?;
    let mut counts: BTreeMap<StepKind, usize> = BTreeMap::new();
    for kind in trace.spans.iter().filter_map(|span| StepKind::of(span.kind)) {
        if config.kinds.contains(&kind) {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let steps = counts.values().sum();
    Ok(verdict("steps", steps, config.min, config.max)?.with_metadata("steps", steps).with_metadata("kinds", counts))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::testing::{chat, metadata, score, tool, traced};

    fn example() -> Example {
        let of_kind = |kind: &str| {
            let mut span = chat("1", None, &Value::Null);
            span["kind"] = kind.into();
            span
        };
        traced(&[
            of_kind("AGENT"),
            of_kind("CHAIN"),
            of_kind("SOMETHING_NEW"),
            chat("2", None, &Value::Null),
            tool("a", &json!({})),
            tool("b", &json!({})),
        ])
    }

    #[test]
    fn steps_are_what_agents_models_tools_and_retrievers_do() {
        let feedback = score("step_count", &json!({}), &example()).unwrap();
        assert_eq!((feedback.value.clone(), feedback.rationale.as_deref()), (4_i64.into(), Some("steps: 4")));
        assert_eq!(metadata(&feedback, "kinds"), r#"{"CHAT_MODEL":1,"AGENT":1,"TOOL":2}"#);
    }

    #[test]
    fn the_config_says_what_a_step_is() {
        let config = json!({ "kinds": ["CHAIN", "TOOL"] });
        assert_eq!(score("step_count", &config, &example()).unwrap().value, 3_i64.into());
        let error = score("step_count", &json!({ "kinds": ["tool"] }), &example()).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(message) if message.contains("`CHAT_MODEL`")));
    }

    #[test]
    fn bounds_make_a_verdict_of_it() {
        assert_eq!(score("step_count", &json!({ "max": 4 }), &example()).unwrap().value, true.into());
        assert_eq!(score("step_count", &json!({ "max": 3 }), &example()).unwrap().value, false.into());
        let feedback = score("step_count", &json!({ "min": 5 }), &example()).unwrap();
        assert_eq!(feedback.rationale.as_deref(), Some("steps: 4, less than 5"));
    }

    #[test]
    fn a_row_without_a_trace_lacks_it() {
        let error = score("step_count", &json!({}), &Example::new("1")).unwrap_err();
        assert_eq!(error, Error::missing_field("trace"));
    }
}

use scorebox_sdk::trace::Trace;
use scorebox_sdk::{Error, Example, Feedback, Result, scorer};

use crate::ask;
use crate::expected_calls::{ExpectedCall, compare_in_any_order, compare_in_order, expected, rendered};
use crate::prompt::{Prompt, Tag};
use crate::settings::verdict_config;
use crate::tools::{self, ToolCall};

const AGAINST_EXPECTED: &str = "\
Decide whether an agent called the right tools. The request it worked on stands in <input>, its calls in <tool_calls>, \
and the calls that are expected in <expected_tool_calls>.

The result is true if every expected call was made, with the same tool and with arguments that mean the same, and \
nothing else was called. Differences of wording, format or default values that change nothing for the request do not \
count. Where any arguments are expected, only the tool counts.
The result is false if a call is missing, is one too many, goes to another tool, or has arguments that mean something \
else. Say which.";

const BY_ITSELF: &str = "\
Decide whether an agent called the right tools. The request it worked on stands in <input>, its calls in \
<tool_calls>, and where it is known what could be called, that stands in <available_tools>.

The result is true if the tools fit the request, every argument follows from the request or from an earlier result, \
and no call that the request clearly needs is missing.
The result is false if a tool does not fit, an argument is made up, wrong or missing, or a needed call was not made. \
Say which. A call that failed for reasons of its own, although it was right, does not count against the agent.";

const IN_ORDER: &str = "The order counts: the calls must be made in the order in which they are expected.";
const ANY_ORDER: &str = "The order does not count.";

verdict_config! {
    /// Settings of `tool_call_correctness`.
    pub(crate) struct ToolCallConfig {
        /// Whether calls must equal the expected ones, name and arguments; then no model is asked.
        #[default(false)]
        pub(crate) should_exact_match: bool,
        /// Whether calls must be made in the order in which they are expected.
        #[default(false)]
        pub(crate) should_consider_ordering: bool,
    }
}

/// Whether the right tools were called with the right arguments.
#[scorer(requires(trace), uses(inputs, expectations), returns = boolean)]
pub(crate) fn tool_call_correctness(example: &Example, config: &ToolCallConfig) -> Result<Feedback> {
    let trace = Trace::of(example)?;
    let (calls, expected) = (tools::calls_of(&trace), expected(example)?);
    match expected {
        Some(expected) if config.should_exact_match => Ok(exact(&expected, &calls, config)),
        None if config.should_exact_match => Err(Error::missing_field("expectations.expected_tool_calls")),
        Some(expected) if expected.is_empty() || calls.is_empty() => Ok(exact(&expected, &calls, config)),
        Some(expected) => {
            ask::boolean(config.settings(), &against_expected(example, &trace, &expected, &calls, config)?)
        }
        None => ask::boolean(config.settings(), &by_itself(example, &trace, &calls)?),
    }
}

fn exact(expected: &[ExpectedCall], calls: &[ToolCall], config: &ToolCallConfig) -> Feedback {
    let compared = if config.should_consider_ordering {
        compare_in_order(expected, calls)
    } else {
        compare_in_any_order(expected, calls)
    };
    let is_equal = compared.is_ok();
    let rationale = compared.err().unwrap_or_else(|| "the calls are the expected ones".to_owned());
    Feedback::new(is_equal).with_rationale(rationale).with_metadata("compared", "exactly")
}

fn against_expected(
    example: &Example,
    trace: &Trace,
    expected: &[ExpectedCall],
    calls: &[ToolCall],
    config: &ToolCallConfig,
) -> Result<Prompt> {
    let order = if config.should_consider_ordering { IN_ORDER } else { ANY_ORDER };
    let prompt = Prompt::new([AGAINST_EXPECTED, order].join("\n"));
    Ok(prompt
        .with(Tag::Input, &tools::request(example, trace)?)
        .with(Tag::ExpectedToolCalls, &rendered(expected))
        .with(Tag::ToolCalls, &tools::rendered(calls)))
}

fn by_itself(example: &Example, trace: &Trace, calls: &[ToolCall]) -> Result<Prompt> {
    let mut prompt = Prompt::new(BY_ITSELF).with(Tag::Input, &tools::request(example, trace)?);
    if let Some(offered) = tools::offered(trace) {
        prompt = prompt.with(Tag::AvailableTools, &offered);
    }
    Ok(prompt.with(Tag::ToolCalls, &tools::rendered(calls)))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value;

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn example(calls: &[(&str, Value)]) -> Example {
        let root = json!({ "span_id": "root", "name": "agent", "kind": "AGENT", "start_time_unix_nano": 0,
                           "inputs": { "question": "From the root" },
                           "attributes": { "gen_ai.tool.definitions": [{ "name": "offered_tool" }] } });
        let tools = calls.iter().map(|(name, inputs)| {
            json!({ "span_id": "s", "parent_span_id": "root", "name": name, "kind": "TOOL", "start_time_unix_nano": 1,
                    "inputs": inputs })
        });
        let spans: Vec<Value> = std::iter::once(root).chain(tools).collect();
        Example::new("1").with_trace(json!({ "trace_id": "t", "spans": spans }))
    }

    fn expecting(example: Example, calls: &Value) -> Example {
        example.with_expectations(json!({ "expected_tool_calls": calls }))
    }

    fn judge(config: &Value, example: Example) -> Result<Feedback> {
        PLUGIN.score("tool_call_correctness", config.to_string(), example).map(|mut all| all.remove(0))
    }

    #[test]
    fn exact_mode_compares_without_a_model() {
        testing::nobody_asks();
        let made = || example(&[("g", json!({ "x": 1 })), ("f", json!({}))]);
        let calls = json!([{ "name": "f" }, { "name": "g", "arguments": { "x": 1 } }]);
        let feedback = judge(&json!({ "should_exact_match": true }), expecting(made(), &calls)).unwrap();
        assert_eq!(feedback.value, true.into());
        let config = json!({ "should_exact_match": true, "should_consider_ordering": true });
        let feedback = judge(&config, expecting(made(), &calls)).unwrap();
        assert_eq!(feedback.value, false.into());
        assert!(feedback.rationale.unwrap().starts_with("call 1: expected f"));
        let error = judge(&json!({ "should_exact_match": true }), made()).unwrap_err();
        assert_eq!(error, Error::missing_field("expectations.expected_tool_calls"));
    }

    #[test]
    fn where_one_side_has_no_calls_no_model_is_needed() {
        testing::nobody_asks();
        let none = expecting(example(&[]), &json!([{ "name": "f" }]));
        assert_eq!(judge(&json!({}), none).unwrap().rationale.as_deref(), Some("f with any arguments was not called"));
        assert_eq!(judge(&json!({}), expecting(example(&[]), &json!([]))).unwrap().value, true.into());
        assert_eq!(judge(&json!({}), expecting(example(&[("f", json!({}))]), &json!([]))).unwrap().value, false.into());
    }

    #[test]
    fn the_meaning_of_arguments_is_judged() {
        let asked = testing::replies([yes("same city"), no("order")]);
        let row = || {
            let row = example(&[("weather", json!({ "city": "NYC" }))]).with_inputs(json!({ "question": "Weather?" }));
            expecting(row, &json!([{ "name": "weather", "arguments": { "city": "New York" } }]))
        };
        assert_eq!(judge(&json!({}), row()).unwrap().value, true.into());
        let prompt = asked.prompt(0);
        for part in [
            "<input>\nWeather?\n</input>",
            "<expected_tool_calls>\n1. weather with {\"city\":\"New York\"}\n</expected_tool_calls>",
            "<tool_calls>\n1. weather with {\"city\":\"NYC\"}\n</tool_calls>",
            ANY_ORDER,
        ] {
            assert!(prompt.contains(part), "{part}: {prompt}");
        }
        judge(&json!({ "should_consider_ordering": true }), row()).unwrap();
        assert!(asked.prompt(1).contains(IN_ORDER));
    }

    #[test]
    fn without_expectations_the_calls_are_judged_by_the_request() {
        let asked = testing::replies([no("made up")]);
        assert_eq!(judge(&json!({}), example(&[("f", json!({ "x": 1 }))])).unwrap().value, false.into());
        let prompt = asked.prompt(0);
        assert!(prompt.contains("<input>\nFrom the root\n</input>"), "{prompt}");
        assert!(prompt.contains("offered_tool") && !prompt.contains("</expected_tool_calls>"), "{prompt}");
    }
}

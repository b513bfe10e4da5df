use scorebox_sdk::trace::Trace;
use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::ask;
use crate::prompt::{Prompt, Tag};
use crate::settings::JudgeConfig;
use crate::tools;

const TASK: &str = "\
Decide whether an agent used its tools without waste. The request it worked on stands in <input>, its calls, with what \
they gave, in <tool_calls>.

The result is true if every call could bring something that the agent did not have yet and that the request needs.
The result is false if a call repeats another with the same or equivalent arguments, asks again for what an earlier \
result already holds, is tried again unchanged after a failure that trying again cannot mend, serves nothing in the \
request, or if several calls do what a single call to the same tool plainly could. Say which calls, by their numbers.
A retry after a failure that may pass, such as a timeout, is no waste. Whether the calls are right is not your \
question.";

/// Whether tools were called without redundant or needlessly retried calls.
#[scorer(requires(trace), uses(inputs), returns = boolean)]
pub(crate) fn tool_call_efficiency(example: &Example, config: &JudgeConfig) -> Result<Feedback> {
    let trace = Trace::of(example)?;
    let calls = tools::calls_of(&trace);
    if calls.is_empty() {
        return Err(tools::no_tool_calls());
    }
    let prompt = Prompt::new(TASK).with(Tag::Input, &tools::request(example, &trace)?);
    ask::boolean(config.settings(), &prompt.with(Tag::ToolCalls, &tools::rendered(&calls)))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no};

    fn judge(spans: &[Value]) -> Result<Feedback> {
        let inputs = json!({ "question": "Weather?" });
        let example = Example::new("1").with_inputs(inputs).with_trace(json!({ "trace_id": "t", "spans": spans }));
        PLUGIN.score("tool_call_efficiency", "{}", example).map(|mut all| all.remove(0))
    }

    #[test]
    fn the_judge_sees_the_calls_with_their_results() {
        let asked = testing::replies([no("call 2 repeats call 1")]);
        let span =
            json!({ "span_id": "s", "name": "weather", "kind": "TOOL", "start_time_unix_nano": 0, "outputs": "sun" });
        let feedback = judge(&[span.clone(), span]).unwrap();
        assert_eq!((feedback.value, feedback.rationale.as_deref()), (false.into(), Some("call 2 repeats call 1")));
        let prompt = asked.prompt(0);
        assert!(prompt.contains("1. weather with {}\n   gave: \"sun\"\n2. weather with {}"), "{prompt}");
        assert!(prompt.contains("<input>\nWeather?\n</input>"), "{prompt}");
    }

    #[test]
    fn without_tool_calls_there_is_nothing_to_judge() {
        testing::nobody_asks();
        assert_eq!(judge(&[]).unwrap_err(), Error::missing_field("trace: a span of kind TOOL"));
    }
}

//! Judges whose question is in the config.

use scorebox_sdk::trace::Trace;
use scorebox_sdk::{Error, Example, Feedback, Result, scorer};

use crate::agent;
use crate::ask;
use crate::conversation;
use crate::material::{pretty, whole};
use crate::prompt::{Prompt, Tag, fenced};
use crate::reply::{ReplyForm, Verdict};
use crate::result_kind::ResultKind;
use crate::settings::{Settings, verdict_config};
use crate::template::{Placeholder, Row, Session, Template};

/// The question itself comes with the material.
pub(crate) const TASK: &str = "\
The user's message holds the instructions for your judgement, and within tags the material that they are about. Follow \
the instructions; what they say of the verdict is what `result` has to tell.";

const WITH_TOOLS: &str = "\
The instructions are about a trace: the record of all steps of an application, called spans. It is not shown to you. \
Look into it with the tools, as far as you need to, before you judge; start at the root span or with the list of \
spans. What the tools tell is material too.";

const TRACE: &str = "the trace (look into it with the tools)";

verdict_config! {
    /// Settings of `llm_judge`.
    pub(crate) struct LlmJudgeConfig {
        /// What to judge, with one at least of `{{ inputs }}`, `{{ outputs }}`, `{{ expectations }}`, `{{ trace }}`.
        /// With `{{ trace }}`, the model looks into the trace with tools.
        pub(crate) instructions: Template<Row>,
        /// The kind of result.
        #[default(ResultKind::Boolean)]
        pub(crate) result: ResultKind,
    }
}

verdict_config! {
    /// Settings of `conversation_judge`.
    pub(crate) struct ConversationJudgeConfig {
        /// What to judge, with `{{ conversation }}`, and `{{ expectations }}` where it is wanted.
        pub(crate) instructions: Template<Session>,
        /// The kind of result.
        #[default(ResultKind::Boolean)]
        pub(crate) result: ResultKind,
    }
}

/// Judges a row by instructions of your own.
#[scorer(requires(), uses(inputs, outputs, expectations, trace), returns = varies)]
pub(crate) fn llm_judge(example: &Example, config: &LlmJudgeConfig) -> Result<Feedback> {
    let settings = checked(config.settings(), &config.result)?;
    let instructions = config.instructions.fill(|placeholder| about_row(placeholder, example))?;
    let form = ReplyForm::new(&config.result);
    let verdict = if config.instructions.has(Placeholder::Trace) {
        let prompt = Prompt::new([TASK, WITH_TOOLS].join("\n\n")).with_fenced(&instructions);
        agent::one(settings, &prompt, form, &Trace::of(example)?)
    } else {
        ask::one(settings, &Prompt::new(TASK).with_fenced(&instructions), form)
    };
    verdict.map(Verdict::into_feedback)
}

/// Judges a conversation by instructions of your own.
#[scorer(requires(inputs, outputs), uses(expectations), returns = varies)]
pub(crate) fn conversation_judge(turns: &[Example], config: &ConversationJudgeConfig) -> Result<Feedback> {
    let settings = checked(config.settings(), &config.result)?;
    let instructions = config.instructions.fill(|placeholder| match placeholder {
        Placeholder::Expectations => expectations_of(turns),
        _ => conversation::rendered(turns),
    })?;
    let prompt = Prompt::new(TASK).with_fenced(&instructions);
    ask::one(settings, &prompt, ReplyForm::new(&config.result)).map(Verdict::into_feedback)
}

/// What stands in instructions for a placeholder about a row.
pub(crate) fn about_row(placeholder: Placeholder, example: &Example) -> Result<String> {
    match placeholder {
        Placeholder::Inputs => Ok(fenced(Tag::Inputs, &whole(&example.inputs()?)?)),
        Placeholder::Outputs => Ok(fenced(Tag::Outputs, &whole(&example.outputs()?)?)),
        Placeholder::Expectations => Ok(fenced(Tag::Expectations, &whole(&example.expectations()?)?)),
        Placeholder::Trace => Ok(TRACE.to_owned()),
        Placeholder::Conversation => Err(Error::invalid_config("instructions: a row is no conversation")),
    }
}

/// Only a verdict of false can be a failure that is to be confirmed.
fn checked<'a>(settings: Settings<'a>, kind: &ResultKind) -> Result<Settings<'a>> {
    if settings.confirm_on_fail > 0 && *kind != ResultKind::Boolean {
        return Err(Error::invalid_config(
            "`confirm_on_fail` goes with the result \"boolean\" only: remove one of them",
        ));
    }
    Ok(settings)
}

/// The expectations of all turns that have any.
fn expectations_of(turns: &[Example]) -> Result<String> {
    let mut texts = Vec::new();
    for (number, turn) in (1..).zip(turns) {
        match turn.expectations() {
            Ok(expectations) => texts.push(format!("turn {number}: {}", pretty(&expectations.value()?))),
            Err(Error::MissingField(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if texts.is_empty() {
        return Err(Error::missing_field("expectations"));
    }
    Ok(fenced(Tag::Expectations, &texts.join("\n")))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::llm::{Response, ToolCall};
    use scorebox_sdk::serde_json::Value;

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn judge(config: &Value, example: Example) -> Result<Feedback> {
        PLUGIN.score("llm_judge", config.to_string(), example).map(|mut all| all.remove(0))
    }

    fn example() -> Example {
        let example = Example::new("1").with_inputs(json!({ "question": "Why?" }));
        example.with_outputs("{{ inputs }}</outputs>").with_expectations(json!({ "tone": "kind" }))
    }

    #[test]
    fn placeholders_are_filled_with_fenced_data_that_is_not_expanded_again() {
        let asked = testing::replies([yes("kind")]);
        let config = json!({ "instructions": "Is {{ outputs }} {{expectations}}?" });
        assert_eq!(judge(&config, example()).unwrap().value, true.into());
        let user = asked.request(0).messages[1].content.clone();
        let expected = "Is <outputs>\n{{ inputs }}&lt;/outputs>\n</outputs> \
                        <expectations>\n{\n  \"tone\": \"kind\"\n}\n</expectations>?";
        assert_eq!(user, expected);
        assert!(asked.request(0).tools.is_empty());
    }

    #[test]
    fn results_are_of_the_kind_that_the_config_names() {
        let result = |kind: Value, reply: Value| {
            testing::replies([json!({ "rationale": "r", "result": reply })]);
            judge(&json!({ "instructions": "{{ outputs }}", "result": kind }), example()).map(|feedback| feedback.value)
        };
        assert_eq!(result(json!("boolean"), json!(false)), Ok(false.into()));
        assert_eq!(result(json!({ "integer": { "min": 1, "max": 5 } }), json!(4)), Ok(4.into()));
        assert_eq!(result(json!({ "number": {} }), json!(0.5)), Ok(0.5.into()));
        assert_eq!(result(json!({ "one_of": ["a", "b"] }), json!("b")), Ok("b".into()));
        assert_eq!(result(json!("text"), json!("fine")), Ok("fine".into()));
        assert!(matches!(result(json!({ "integer": { "max": 5 } }), json!(6)), Err(Error::Failed(_))));
    }

    #[test]
    fn configs_that_do_not_fit_are_refused() {
        testing::nobody_asks();
        for (config, part) in [
            (json!({ "instructions": "Is it good?" }), "one placeholder at least"),
            (json!({ "instructions": "{{ answer }}" }), "unknown placeholder `answer`"),
            (json!({ "instructions": "{{ conversation }}" }), "`conversation_judge`"),
            (json!({ "instructions": "{{ outputs }}", "result": { "one_of": [] } }), "one label at least"),
            (json!({ "instructions": "{{ outputs }}", "result": "text", "confirm_on_fail": 1 }), "`confirm_on_fail`"),
        ] {
            let error = judge(&config, example()).unwrap_err();
            assert!(matches!(&error, Error::InvalidConfig(text) if text.contains(part)), "{error}");
        }
    }

    #[test]
    fn only_what_the_instructions_name_must_be_there() {
        testing::replies([yes("fine")]);
        let row = Example::new("1").with_outputs("So.");
        assert!(judge(&json!({ "instructions": "{{ outputs }}" }), row.clone()).is_ok());
        for (instructions, field) in [("{{ inputs }}", "inputs"), ("{{ outputs }} {{ trace }}", "trace")] {
            let error = judge(&json!({ "instructions": instructions }), row.clone()).unwrap_err();
            assert_eq!(error, Error::missing_field(field));
        }
    }

    #[test]
    fn a_trace_is_looked_into_and_not_sent() {
        let call =
            ToolCall { id: "1".into(), name: "search".into(), arguments: json!({ "pattern": "time" }).to_string() };
        let first = Response { tool_calls: vec![call], ..Response::new("") };
        let asked = testing::responses([first, Response::new(no("it timed out").to_string())]);
        let trace = json!({ "trace_id": "t", "spans": [
            { "span_id": "a", "name": "agent", "start_time_unix_nano": 0, "outputs": "timeout" },
        ] });
        let config = json!({ "instructions": "Did {{ trace }} end well?" });
        let feedback = judge(&config, Example::new("1").with_trace(trace)).unwrap();
        assert_eq!((feedback.value, feedback.rationale.as_deref()), (false.into(), Some("it timed out")));
        assert!(asked.prompt(0).contains("Did the trace (look into it with the tools) end well?"));
        assert!(!asked.prompt(0).contains("timeout") && asked.prompt(1).contains("timeout"));
    }

    #[test]
    fn a_conversation_is_judged_with_the_expectations_of_its_turns() {
        let asked = testing::replies([yes("fine"), yes("fine")]);
        let plain = Example::new("1").with_inputs(json!({ "message": "Hi" })).with_outputs("Hello");
        let turns = vec![plain.clone(), plain.clone().with_expectations(json!({ "tone": "kind" }))];
        let config = r#"{"instructions": "Does {{ conversation }} keep {{ expectations }}?"}"#;
        let feedback = PLUGIN.score_session("conversation_judge", config, turns).unwrap();
        assert_eq!(feedback[0].value, true.into());
        let prompt = asked.prompt(0);
        assert!(prompt.contains("<expectations>\nturn 2: {\n  \"tone\": \"kind\"\n}\n</expectations>"), "{prompt}");
        assert!(prompt.contains("<turn number=\"2\">\n<user>\nHi\n"), "{prompt}");
        let error = PLUGIN.score_session("conversation_judge", config, vec![plain.clone()]).unwrap_err();
        assert_eq!(error, Error::missing_field("expectations"));
        let error = PLUGIN.score_session("conversation_judge", r#"{"instructions": "{{ outputs }}"}"#, vec![plain]);
        assert!(matches!(error, Err(Error::InvalidConfig(text)) if text.contains("`llm_judge`")));
    }
}

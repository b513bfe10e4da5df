//! A judge that looks into a trace with tools before it decides.

use scorebox_sdk::Result;
use scorebox_sdk::llm::{Message, Request, Response, Role};
use scorebox_sdk::trace::Trace;

use crate::ask;
use crate::prompt::Prompt;
use crate::reply::{ReplyForm, Verdict};
use crate::settings::Settings;
use crate::trace_tools;

/// How often the judge may ask for tools before it must decide.
pub(crate) const MAX_ROUNDS: usize = 30;

const DECIDE: &str = "No more tools can be used. Decide on what you have seen, in the form that was asked for.";

/// The verdict on a prompt about a trace.
pub(crate) fn one(settings: Settings<'_>, prompt: &Prompt, form: ReplyForm<'_>, trace: &Trace) -> Result<Verdict> {
    let verdict = investigated(ask::request(settings, prompt, form), form, trace)?;
    if !ask::is_to_be_confirmed(&verdict, settings) {
        return Ok(verdict);
    }
    let investigate = |_| investigated(ask::request(settings, prompt, form), form, trace);
    let again = (0..settings.confirm_on_fail).map(investigate).collect::<Result<_>>()?;
    Ok(ask::majority(verdict, again))
}

fn investigated(mut request: Request, form: ReplyForm<'_>, trace: &Trace) -> Result<Verdict> {
    request.tools = trace_tools::offered();
    for _ in 0..MAX_ROUNDS {
        let reply = request.complete()?;
        if reply.tool_calls.is_empty() {
            return form.read(&reply);
        }
        request = with_answers(request, reply, trace);
    }
    request.tools.clear();
    form.read(&request.user(DECIDE).complete()?)
}

fn with_answers(request: Request, reply: Response, trace: &Trace) -> Request {
    let answers: Vec<Message> =
        reply.tool_calls.iter().map(|call| Message::tool_result(call, trace_tools::answer(trace, call))).collect();
    let said = Message { tool_calls: reply.tool_calls, ..Message::new(Role::Assistant, reply.text) };
    answers.into_iter().fold(request.message(said), Request::message)
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::llm::{self, FinishReason, ToolCall};
    use scorebox_sdk::serde_json;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::result_kind::ResultKind;
    use crate::settings::JudgeConfig;
    use crate::testing::{self, no, yes};

    fn calling(tool: &str) -> Response {
        let call = ToolCall { id: "call-1".into(), name: tool.into(), arguments: "{}".into() };
        Response { tool_calls: vec![call], finish_reason: FinishReason::ToolCalls, ..Response::new("") }
    }

    fn saying(reply: &serde_json::Value) -> Response {
        Response::new(reply.to_string())
    }

    fn judge(confirm_on_fail: u32) -> Result<Verdict> {
        let trace =
            json!({ "trace_id": "t", "spans": [{ "span_id": "a", "name": "secret step", "start_time_unix_nano": 0 }] });
        let trace: Trace = serde_json::from_value(trace).unwrap();
        let config = JudgeConfig { confirm_on_fail, ..JudgeConfig::default() };
        one(config.settings(), &Prompt::new("Was it fast?"), ReplyForm::new(&ResultKind::Boolean), &trace)
    }

    #[test]
    fn tools_are_answered_until_the_judge_decides() {
        let asked = testing::responses([calling("root_span"), calling("nothing"), saying(&yes("fast"))]);
        assert_eq!(judge(0).unwrap().rationale, "fast");
        assert!(!asked.prompt(0).contains("secret step"));
        assert_eq!(asked.request(0).tools.len(), 6);
        let messages = asked.request(2).messages;
        assert_eq!(messages.len(), 6);
        assert_eq!((messages[2].role, messages[2].tool_calls[0].name.as_str()), (Role::Assistant, "root_span"));
        assert_eq!((messages[3].role, messages[3].tool_call_id.as_deref()), (Role::Tool, Some("call-1")));
        assert!(messages[3].content.contains("secret step"));
        assert!(messages[5].content.contains("there is no tool `nothing`"));
    }

    #[test]
    fn after_30_rounds_the_judge_must_decide_without_tools() {
        let rounds = vec![calling("trace_info"); MAX_ROUNDS];
        let asked = testing::responses(rounds.into_iter().chain([saying(&no("too slow"))]));
        assert_eq!(judge(0).unwrap().rationale, "too slow");
        assert_eq!(asked.count(), MAX_ROUNDS + 1);
        let last = asked.request(MAX_ROUNDS);
        assert!(last.tools.is_empty() && last.response_schema.is_some());
        assert_eq!(last.messages.last().unwrap().content, DECIDE);
    }

    #[test]
    fn a_judge_that_never_decides_is_a_failure() {
        llm::testing::answer_with(|_| Ok(calling("trace_info")));
        assert!(matches!(judge(0), Err(Error::Failed(_))));
    }

    #[test]
    fn a_failure_is_confirmed_by_looking_again() {
        let again = [calling("trace_info"), saying(&yes("fast")), saying(&yes("fast enough"))];
        let asked = testing::responses([saying(&no("slow"))].into_iter().chain(again));
        let verdict = judge(2).unwrap();
        assert_eq!((verdict.rationale.as_str(), asked.count()), ("fast", 4));
    }
}

//! Asks for verdicts, and confirms failures where the config says so.

use std::collections::VecDeque;

use scorebox_sdk::llm::{self, Request};
use scorebox_sdk::{Feedback, Result, Value};

use crate::prompt::Prompt;
use crate::reply::{ReplyForm, Verdict, Votes};
use crate::result_kind::ResultKind;
use crate::settings::Settings;

/// A judge's verdict, true or false, as feedback.
pub(crate) fn boolean(settings: Settings<'_>, prompt: &Prompt) -> Result<Feedback> {
    one(settings, prompt, ReplyForm::new(&ResultKind::Boolean)).map(Verdict::into_feedback)
}

/// The verdicts, true or false, on several prompts, in their order.
pub(crate) fn booleans(settings: Settings<'_>, prompts: &[Prompt]) -> Result<Vec<Verdict>> {
    all(settings, prompts, ReplyForm::new(&ResultKind::Boolean))
}

/// The verdict on one prompt.
pub(crate) fn one(settings: Settings<'_>, prompt: &Prompt, form: ReplyForm<'_>) -> Result<Verdict> {
    let request = request(settings, prompt, form);
    let verdict = form.read(&request.complete()?)?;
    if !is_to_be_confirmed(&verdict, settings) {
        return Ok(verdict);
    }
    let again = replies(&repeated(&request, settings), form)?;
    Ok(majority(verdict, again))
}

/// The request that a prompt makes.
pub(crate) fn request(settings: Settings<'_>, prompt: &Prompt, form: ReplyForm<'_>) -> Request {
    prompt.request(&settings, &form.wording()).response_schema(&form.schema())
}

/// Whether a verdict failed and the config asks for more votes.
pub(crate) fn is_to_be_confirmed(verdict: &Verdict, settings: Settings<'_>) -> bool {
    verdict.has_failed() && settings.confirm_on_fail > 0
}

/// The verdict of the majority, a failed one first: with a tie, it stays.
pub(crate) fn majority(failed: Verdict, again: Vec<Verdict>) -> Verdict {
    let votes = 1 + again.len();
    let mut passing =
        again.into_iter().filter(|verdict| verdict.value == Value::Boolean(true)).collect::<VecDeque<_>>();
    let counted = Votes { passed: passing.len(), failed: votes - passing.len() };
    let decided = if counted.passed > counted.failed { passing.pop_front() } else { None };
    Verdict { votes: Some(counted), ..decided.unwrap_or(failed) }
}

/// The verdicts on several prompts, in their order: all at once, then all confirmations at once.
fn all(settings: Settings<'_>, prompts: &[Prompt], form: ReplyForm<'_>) -> Result<Vec<Verdict>> {
    let requests: Vec<Request> = prompts.iter().map(|prompt| request(settings, prompt, form)).collect();
    let verdicts = replies(&requests, form)?;
    let confirmations: Vec<Request> = verdicts
        .iter()
        .zip(&requests)
        .filter(|(verdict, _)| is_to_be_confirmed(verdict, settings))
        .flat_map(|(_, request)| repeated(request, settings))
        .collect();
    let mut again = replies(&confirmations, form)?.into_iter();
    let confirmed = verdicts.into_iter().map(|verdict| {
        if !is_to_be_confirmed(&verdict, settings) {
            return verdict;
        }
        let votes = again.by_ref().take(confirmations_each(settings)).collect();
        majority(verdict, votes)
    });
    Ok(confirmed.collect())
}

fn repeated(request: &Request, settings: Settings<'_>) -> Vec<Request> {
    vec![request.clone(); confirmations_each(settings)]
}

fn confirmations_each(settings: Settings<'_>) -> usize {
    usize::try_from(settings.confirm_on_fail).unwrap_or(usize::MAX)
}

fn replies(requests: &[Request], form: ReplyForm<'_>) -> Result<Vec<Verdict>> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    llm::complete_all(requests).into_iter().map(|reply| form.read(&reply?)).collect()
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::settings::JudgeConfig;
    use crate::testing::{self, no, yes};

    fn config(confirm_on_fail: u32) -> JudgeConfig {
        JudgeConfig { confirm_on_fail, ..JudgeConfig::default() }
    }

    fn ask(confirm_on_fail: u32) -> Result<Feedback> {
        boolean(config(confirm_on_fail).settings(), &Prompt::new("Is it good?"))
    }

    #[test]
    fn a_pass_is_asked_for_once() {
        let asked = testing::replies([yes("good")]);
        let feedback = ask(3).unwrap();
        assert_eq!((feedback.value, asked.count()), (true.into(), 1));
        assert_eq!(feedback.metadata, [("model".to_owned(), json!("test").into())]);
    }

    #[test]
    fn a_failure_stands_unless_the_config_has_it_confirmed() {
        let asked = testing::replies([no("bad")]);
        assert_eq!((ask(0).unwrap().value, asked.count()), (false.into(), 1));
    }

    #[test]
    fn the_majority_decides_and_the_same_request_is_sent_again() {
        let asked = testing::replies([no("bad"), yes("good"), yes("fine")]);
        let feedback = ask(2).unwrap();
        assert_eq!((&feedback.value, feedback.rationale.as_deref()), (&true.into(), Some("good")));
        assert!(
            feedback.metadata.contains(&("confirm_on_fail".to_owned(), json!({ "passed": 2, "failed": 1 }).into()))
        );
        assert_eq!(asked.count(), 3);
        assert!(asked.request(0) == asked.request(1) && asked.request(1) == asked.request(2));
    }

    #[test]
    fn a_tie_fails() {
        let asked = testing::replies([no("bad"), yes("good")]);
        let feedback = ask(1).unwrap();
        assert_eq!((feedback.value, feedback.rationale.as_deref(), asked.count()), (false.into(), Some("bad"), 2));
    }

    #[test]
    fn of_several_verdicts_only_the_failed_ones_are_confirmed() {
        let asked = testing::replies([yes("a"), no("b"), no("c"), yes("b"), yes("b"), no("c"), no("c")]);
        let prompts = ["a", "b", "c"].map(Prompt::new);
        let verdicts = booleans(config(2).settings(), &prompts).unwrap();
        let values: Vec<_> =
            verdicts.iter().map(|verdict| (verdict.rationale.as_str(), verdict.has_failed())).collect();
        assert_eq!(values, [("a", false), ("b", false), ("c", true)]);
        assert_eq!(asked.count(), 7);
    }

    #[test]
    fn what_the_host_refuses_fails_the_row_with_its_reason() {
        scorebox_sdk::llm::testing::answer_with(|_| Err(llm::Error::OverBudget("no money".to_owned())));
        assert_eq!(ask(0).unwrap_err(), Error::failed("model: over budget: no money"));
    }

    #[test]
    fn a_confirmation_that_cannot_be_read_is_a_failure() {
        testing::replies([no("bad"), json!({ "rationale": "?" })]);
        assert!(matches!(ask(1), Err(Error::Failed(_))));
    }
}

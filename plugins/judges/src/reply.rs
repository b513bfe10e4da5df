//! What a judge is told to reply, and how the reply is read: strictly, since a verdict that nobody gave is none.

use scorebox_sdk::llm::{FinishReason, Response};
use scorebox_sdk::serde_json::{self, Value as Json, json};
use scorebox_sdk::{Deserialize, Error, Feedback, Result, Value};

use crate::prompt::cut;
use crate::result_kind::ResultKind;

/// The form of a reply.
///
/// The keys sort so that a model which fills them in in the order of the schema reasons before it decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyForm<'a> {
    kind: &'a ResultKind,
    /// For a judge of conversations that names the turn which decided: how many turns there are.
    turns: Option<usize>,
}

impl<'a> ReplyForm<'a> {
    /// A rationale and a result.
    pub(crate) fn new(kind: &'a ResultKind) -> Self {
        Self { kind, turns: None }
    }

    /// Asks for the turn as well.
    pub(crate) fn naming_turn_of(self, turns: usize) -> Self {
        Self { turns: Some(turns), ..self }
    }

    /// The JSON Schema of the reply.
    pub(crate) fn schema(&self) -> Json {
        let mut properties = json!({ "rationale": { "type": "string" }, "result": self.kind.schema() });
        let mut required = vec!["rationale", "result"];
        if let Some(turns) = self.turns {
            properties["turn"] = json!({ "type": ["integer", "null"], "minimum": 1, "maximum": turns });
            required.push("turn");
        }
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// Says to a model how to reply.
    pub(crate) fn wording(&self) -> String {
        let turn = match self.turns {
            Some(_) => "; then `turn`, the number of the turn that decides the verdict, or null if no single turn does",
            None => "",
        };
        format!(
            "Reply with one JSON object and nothing else: first `rationale`, a few sentences that weigh the evidence \
             and quote it where that helps; then `result`, {}{turn}.",
            self.kind.wording()
        )
    }

    /// The verdict that a reply holds.
    pub(crate) fn read(&self, response: &Response) -> Result<Verdict> {
        let reply: Reply = parse(response)?;
        let value = self.kind.value(&reply.result).ok_or_else(|| {
            let (found, expected) = (cut(&reply.result.to_string(), 200), self.kind.wording());
            Error::failed(format!("the reply of model {}: `result` is {found}, not {expected}", response.model))
        })?;
        Ok(Verdict {
            value,
            rationale: reply.rationale,
            turn: self.turn(reply.turn, response)?,
            model: response.model.clone(),
            votes: None,
        })
    }

    fn turn(&self, turn: Option<usize>, response: &Response) -> Result<Option<usize>> {
        match turn {
            Some(turn) if !(1..=self.turns.unwrap_or(0)).contains(&turn) => {
                let model = &response.model;
                Err(Error::failed(format!("the reply of model {model}: `turn` is {turn}, which there is not")))
            }
            turn => Ok(turn),
        }
    }
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde", deny_unknown_fields)]
struct Reply {
    rationale: String,
    result: Json,
    turn: Option<usize>,
}

/// Reads a reply as JSON of a type; what is anything else fails the row.
pub(crate) fn parse<T: for<'de> Deserialize<'de>>(response: &Response) -> Result<T> {
    serde_json::from_str(&response.text).map_err(|error| {
        let hint = match response.finish_reason {
            FinishReason::Length => "; it ended at the limit on tokens: raise `max_tokens`",
            FinishReason::ContentFilter => "; the provider's filter stepped in",
            _ => "",
        };
        let (model, text) = (&response.model, cut(&response.text, 200));
        Error::failed(format!(
            "the reply of model {model} is not of the form that was asked for: {error}{hint}; it was: {text:?}"
        ))
    })
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) value: Value,
    pub(crate) rationale: String,
    /// The number of the turn that decided, in a conversation.
    pub(crate) turn: Option<usize>,
    /// The model that answered, as the provider names it.
    pub(crate) model: String,
    /// How the votes fell, where a failure was confirmed.
    pub(crate) votes: Option<Votes>,
}

/// How often a judge said true and false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Votes {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Verdict {
    /// Whether the verdict is false: the only value that can be confirmed.
    pub(crate) fn has_failed(&self) -> bool {
        self.value == Value::Boolean(false)
    }

    /// The verdict as feedback.
    pub(crate) fn into_feedback(self) -> Feedback {
        let rationale = match self.turn {
            Some(turn) => format!("turn {turn}: {}", self.rationale),
            None => self.rationale,
        };
        let mut feedback = Feedback::new(self.value).with_rationale(rationale).with_metadata("model", self.model);
        if let Some(turn) = self.turn {
            feedback = feedback.with_metadata("turn", turn);
        }
        if let Some(Votes { passed, failed }) = self.votes {
            feedback = feedback.with_metadata("confirm_on_fail", json!({ "passed": passed, "failed": failed }));
        }
        feedback
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOLEAN: ResultKind = ResultKind::Boolean;

    fn read(form: ReplyForm<'_>, text: &str) -> Result<Verdict> {
        form.read(&Response::new(text))
    }

    #[test]
    fn the_rationale_stands_before_the_result_in_the_schema() {
        let schema = ReplyForm::new(&BOOLEAN).naming_turn_of(3).schema().to_string();
        let position = |key: &str| schema.find(&format!("\"{key}\":{{")).unwrap();
        assert!(position("rationale") < position("result") && position("result") < position("turn"), "{schema}");
        assert!(schema.contains("\"additionalProperties\":false"), "{schema}");
        assert!(schema.contains(r#""required":["rationale","result","turn"]"#), "{schema}");
    }

    #[test]
    fn replies_of_another_form_are_failures() {
        for text in [
            "yes",
            "{}",
            r#"{"rationale": "r"}"#,
            r#"{"result": true}"#,
            r#"{"rationale": "r", "result": "true"}"#,
            r#"{"rationale": "r", "result": null}"#,
            r#"{"rationale": "r", "result": true, "score": 1}"#,
            r#"{"rationale": "r", "result": true, "turn": 1}"#,
        ] {
            assert!(matches!(read(ReplyForm::new(&BOOLEAN), text), Err(Error::Failed(_))), "{text}");
        }
    }

    #[test]
    fn a_reply_that_was_cut_off_says_what_to_do() {
        let response = Response { finish_reason: FinishReason::Length, ..Response::new("{\"rationale\": \"be") };
        let error = ReplyForm::new(&BOOLEAN).read(&response).unwrap_err().to_string();
        assert!(error.contains("raise `max_tokens`"), "{error}");
    }

    #[test]
    fn the_turn_that_decided_is_named() {
        let form = ReplyForm::new(&BOOLEAN).naming_turn_of(2);
        let feedback = read(form, r#"{"rationale": "rude", "result": false, "turn": 2}"#).unwrap().into_feedback();
        assert_eq!(feedback.rationale.as_deref(), Some("turn 2: rude"));
        assert!(feedback.metadata.contains(&("turn".to_owned(), json!(2).into())));
        let general = read(form, r#"{"rationale": "fine", "result": true, "turn": null}"#).unwrap().into_feedback();
        assert_eq!(general.rationale.as_deref(), Some("fine"));
        for turn in [0, 3] {
            let reply = json!({ "rationale": "r", "result": true, "turn": turn }).to_string();
            assert!(matches!(read(form, &reply), Err(Error::Failed(_))), "{turn}");
        }
    }
}

//! What the model is asked: the messages that the config and the inputs make.

use std::collections::BTreeMap;

use scorebox_sdk::llm::{Message, Role};
use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Error, Inputs, Result};

use super::message;
use crate::jinja;

/// Inputs that are the user's message when no template says what is, the likeliest first.
const QUESTIONS: [&str; 4] = ["question", "query", "prompt", "input"];

/// The messages, given the templates of the system's and the user's message.
pub(super) fn messages(inputs: &Inputs, system: Option<&str>, template: Option<&str>) -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    if let Some(system) = system {
        messages.push(Message::new(Role::System, jinja::fill("system", system, inputs)?));
    }
    match (template, inputs.json().find("messages")?) {
        (Some(template), _) => messages.push(Message::new(Role::User, jinja::fill("template", template, inputs)?)),
        (None, Some(conversation)) => messages.extend(message::list(&conversation)?),
        (None, None) => messages.push(Message::new(Role::User, question(inputs)?)),
    }
    Ok(messages)
}

/// The input that is evidently the user's message.
fn question(inputs: &Inputs) -> Result<String> {
    let mut all = inputs.parse::<BTreeMap<String, Value>>()?;
    all.retain(|_, value| !value.is_null());
    let names: Vec<_> = all.keys().map(String::as_str).collect();
    let name = match names[..] {
        [only] => only,
        _ => QUESTIONS.into_iter().find(|name| all.contains_key(*name)).ok_or_else(|| not_evident(&names))?,
    };
    inputs.text(name).map(std::borrow::Cow::into_owned).map_err(|error| match error {
        Error::Unsupported(text) => Error::Unsupported(format!(
            "{text}; set `template` to say what the user's message is, for instance \"{{{{ {name} | tojson }}}}\""
        )),
        error => error,
    })
}

fn not_evident(names: &[&str]) -> Error {
    let Some(first) = names.first() else { return Error::missing_field("inputs.question") };
    Error::invalid_config(format!(
        "template: needed, since the row has the inputs `{}` and none of them is evidently the user's message (`{}`); \
         for instance \"{{{{ {first} }}}}\"",
        names.join("`, `"),
        QUESTIONS.join("`, `"),
    ))
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn asked(inputs: Value) -> Result<Vec<Message>> {
        messages(&Inputs::new(inputs), None, None)
    }

    fn user(text: &str) -> Vec<Message> {
        vec![Message::new(Role::User, text)]
    }

    #[test]
    fn the_only_input_is_the_message() {
        assert_eq!(asked(json!({ "ticket": "It broke.", "context": null })).unwrap(), user("It broke."));
        assert_eq!(asked(json!({ "n": 7 })).unwrap(), user("7"));
    }

    #[test]
    fn among_others_the_question_is_found_by_its_name() {
        assert_eq!(asked(json!({ "context": "c", "prompt": "p" })).unwrap(), user("p"));
        assert_eq!(asked(json!({ "input": "i", "query": "q" })).unwrap(), user("q"));
    }

    #[test]
    fn a_conversation_is_sent_as_it_is_after_the_system_message() {
        let inputs = Inputs::new(json!({ "question": "no", "messages": [
            { "role": "user", "content": "Hi" }, { "role": "assistant", "content": "Hello" }, { "role": "user", "content": "Why?" },
        ] }));
        let sent = messages(&inputs, Some("Be brief."), None).unwrap();
        let roles: Vec<_> = sent.iter().map(|message| message.role).collect();
        assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User]);
        assert_eq!(sent[3].content, "Why?");
    }

    #[test]
    fn a_template_comes_before_all_that_is_evident() {
        let inputs = Inputs::new(json!({ "question": "q", "messages": [{ "role": "user", "content": "m" }] }));
        let sent = messages(&inputs, None, Some("{{ messages[0].content }}, {{ question }}")).unwrap();
        assert_eq!(sent, user("m, q"));
    }

    #[test]
    fn without_an_evident_message_the_error_asks_for_a_template() {
        let error = asked(json!({ "a": "1", "b": "2" })).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid config: template: needed, since the row has the inputs `a`, `b` and none of them is evidently the \
             user's message (`question`, `query`, `prompt`, `input`); for instance \"{{ a }}\""
        );
        assert_eq!(asked(json!({})), Err(Error::missing_field("inputs.question")));
    }

    #[test]
    fn an_object_is_no_message() {
        let error = asked(json!({ "form": { "name": "Ada" } })).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unsupported: inputs.form: expected a text, found an object; set `template` to say what the user's message \
             is, for instance \"{{ form | tojson }}\""
        );
    }
}

//! The messages of a chat completion: roles, contents, and tool calls that each have their result.

use crate::provider::asked::Texts;
use crate::provider::check::{Checked, Node};

const ROLES: [&str; 5] = ["system", "developer", "user", "assistant", "tool"];

/// Checks the messages and collects their text.
pub(crate) fn check(root: &Node<'_, '_>, texts: &mut Texts) -> Checked {
    let messages = root.require("messages")?;
    if messages.value.as_array().is_some_and(Vec::is_empty) {
        return Err(messages
            .refuse(
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array \
                 instead.",
            )
            .with_code("empty_array"));
    }
    // The calls of the last assistant's message that have no result yet, and whether there were any.
    let mut open: Vec<&str> = Vec::new();
    let mut after_calls = false;
    for message in messages.items()? {
        let role = message.require("role")?.one_of(&ROLES)?;
        if role == "tool" {
            check_tool_result(&message, &mut open, after_calls, texts)?;
            continue;
        }
        refuse_open_calls(&messages, &open)?;
        match role {
            "user" => {
                message.only(&["role", "content", "name"])?;
                texts.start_user_message();
                check_content(&message, true, texts)?;
            }
            "assistant" => open = check_assistant(&message, texts)?,
            _ => {
                message.only(&["role", "content", "name"])?;
                check_content(&message, false, texts)?;
            }
        }
        message.texts(&["name"])?;
        after_calls = !open.is_empty();
    }
    refuse_open_calls(&messages, &open)
}

fn check_assistant<'v>(message: &Node<'v, '_>, texts: &mut Texts) -> Checked<Vec<&'v str>> {
    message.only(&["role", "content", "name", "refusal", "audio", "tool_calls"])?;
    message.texts(&["refusal"])?;
    let mut ids = Vec::new();
    if let Some(calls) = message.get("tool_calls") {
        for call in calls.items()? {
            ids.push(check_call(&call, texts)?);
        }
        if ids.is_empty() {
            return Err(calls
                .refuse(format!(
                    "Invalid '{}': empty array. Expected an array with minimum length 1, but got an empty array \
                     instead.",
                    calls.path()
                ))
                .with_code("empty_array"));
        }
    }
    if message.get("content").is_some() || (ids.is_empty() && message.get("refusal").is_none()) {
        check_content(message, false, texts)?;
    }
    Ok(ids)
}

fn check_call<'v>(call: &Node<'v, '_>, texts: &mut Texts) -> Checked<&'v str> {
    call.only(&["id", "type", "function"])?;
    let id = call.require("id")?;
    call.require("type")?.one_of(&["function"])?;
    let function = call.require("function")?;
    function.only(&["name", "arguments"])?;
    function.require("name")?.identifier("_-", 64)?;
    texts.add(function.require("arguments")?.text()?);
    match id.text()? {
        "" => Err(id.refuse(format!("Invalid '{}': empty string.", id.path()))),
        id => Ok(id),
    }
}

fn check_tool_result(message: &Node<'_, '_>, open: &mut Vec<&str>, after_calls: bool, texts: &mut Texts) -> Checked {
    message.only(&["role", "content", "tool_call_id"])?;
    let id = message.require("tool_call_id")?;
    if !after_calls {
        return Err(message.refuse(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
             'tool_calls'.",
        ));
    }
    let wanted = id.text()?;
    let Some(position) = open.iter().position(|id| *id == wanted) else {
        return Err(message.refuse(format!(
            "Invalid parameter: 'tool_call_id' of '{wanted}' not found in 'tool_calls' of previous message."
        )));
    };
    open.swap_remove(position);
    check_content(message, false, texts)
}

fn refuse_open_calls(messages: &Node<'_, '_>, open: &[&str]) -> Checked {
    if open.is_empty() {
        return Ok(());
    }
    Err(messages.refuse(format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. \
         The following tool_call_ids did not have response messages: {}",
        open.join(", ")
    )))
}

fn check_content(message: &Node<'_, '_>, of_user: bool, texts: &mut Texts) -> Checked {
    let Some(content) = message.get("content") else {
        return Err(message.refuse("Invalid value for 'content': expected a string, got null."));
    };
    let mut add = |text: &str| if of_user { texts.add_of_user(text) } else { texts.add(text) };
    if let Some(text) = content.value.as_str() {
        add(text);
        return Ok(());
    }
    if content.value.as_array().is_some_and(Vec::is_empty) {
        return Err(content.refuse(format!("Invalid '{}': empty array.", content.path())).with_code("empty_array"));
    }
    for part in content.items()? {
        let kinds: &[&str] = if of_user { &["text", "image_url", "input_audio", "file"] } else { &["text", "refusal"] };
        let kind = part.require("type")?.one_of(kinds)?;
        part.only(&["type", kind])?;
        let inside = part.require(kind)?;
        if kind == "text" {
            add(inside.text()?);
        }
    }
    Ok(())
}

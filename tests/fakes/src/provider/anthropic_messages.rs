//! The messages of Anthropic's API: turns that alternate, blocks, and tool uses that each have their result.

use crate::provider::asked::Texts;
use crate::provider::check::{Checked, Node, Refusal};

/// Checks the messages and collects their text.
///
/// The API itself joins neighbours of one role by now; this keeps to the older rule that turns alternate, which those
/// who serve the same API elsewhere still have.
pub(crate) fn check(root: &Node<'_, '_>, texts: &mut Texts) -> Checked {
    let messages = root.require("messages")?;
    let count = messages.items()?.count();
    if count == 0 {
        return Err(Refusal::bad_request("messages: at least one message is required"));
    }
    let mut before = "";
    let mut uses: Vec<&str> = Vec::new();
    for (index, message) in messages.items()?.enumerate() {
        message.only(&["role", "content"])?;
        let role = message.require("role")?.text()?;
        match role {
            "user" | "assistant" => {}
            "system" => {
                return Err(message.refuse(
                    "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, \
                     not \"system\" as an input message role.",
                ));
            }
            _ => {
                return Err(message.refuse(format!(
                    "messages: Unexpected role \"{role}\". Allowed roles are \"user\" or \"assistant\"."
                )));
            }
        }
        if index == 0 && role != "user" {
            return Err(message.refuse("messages: first message must use the \"user\" role"));
        }
        if role == before {
            return Err(message.refuse(format!(
                "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"{role}\" \
                 roles in a row"
            )));
        }
        before = role;
        if role == "user" {
            texts.start_user_message();
        }
        let is_last = index + 1 == count;
        uses = check_content(&message, role, is_last, &uses, texts)?;
    }
    if uses.is_empty() { Ok(()) } else { Err(unanswered(count - 1, &uses)) }
}

/// Checks one message's content, which answers the tool uses of the message before; returns the tool uses in it.
fn check_content<'v>(
    message: &Node<'v, '_>,
    role: &str,
    is_last: bool,
    answers: &[&str],
    texts: &mut Texts,
) -> Checked<Vec<&'v str>> {
    let content = message.require("content")?;
    let index = message.path();
    if let Some(text) = content.value.as_str() {
        if !answers.is_empty() {
            return Err(unanswered_before(&index, answers));
        }
        check_text(&content, text, role, is_last)?;
        add(role, text, texts);
        return Ok(Vec::new());
    }
    let (mut uses, mut open, mut other_seen) = (Vec::new(), answers.to_vec(), false);
    let blocks = content.items()?.count();
    if blocks == 0 && !(is_last && role == "assistant") {
        return Err(content.refuse(format!(
            "{index}: all messages must have non-empty content except for the optional final assistant message"
        )));
    }
    for (position, block) in content.items()?.enumerate() {
        let kind = block.require("type")?.text()?;
        match (kind, role) {
            ("tool_result", "user") => {
                if other_seen && !open.is_empty() {
                    return Err(unanswered_before(&index, &open));
                }
                let id = check_tool_result(&block, texts)?;
                let Some(found) = open.iter().position(|use_id| *use_id == id) else {
                    return Err(block.refuse(format!(
                        "{}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block \
                         must have a corresponding `tool_use` block in the previous message.",
                        block.path()
                    )));
                };
                open.swap_remove(found);
            }
            ("tool_use", "assistant") => {
                block.only(&["type", "id", "name", "input", "cache_control", "caller"])?;
                block.require("name")?.identifier("_-", 200)?;
                let input = block.require("input")?;
                input.object()?;
                texts.add(&input.value.to_string());
                uses.push(block.require("id")?.identifier("_-", 200)?);
            }
            ("text", _) => {
                block.only(&["type", "text", "cache_control", "citations"])?;
                let text = block.require("text")?;
                check_text(&text, text.text()?, role, is_last && position + 1 == blocks)?;
                add(role, text.text()?, texts);
                other_seen = true;
            }
            ("image" | "document", "user") => {
                block.require("source")?.object()?;
                other_seen = true;
            }
            ("thinking", "assistant") => {
                block.only(&["type", "thinking", "signature"])?;
                block.require("thinking")?.text()?;
                block.require("signature")?.text()?;
            }
            ("redacted_thinking", "assistant") => drop(block.require("data")?.text()?),
            ("tool_use" | "tool_result" | "image" | "document" | "thinking" | "redacted_thinking", _) => {
                return Err(block.refuse(format!("{}: `{kind}` blocks cannot be in `{role}` messages", block.path())));
            }
            _ => {
                return Err(block.refuse(format!(
                    "{}: Input tag '{kind}' found using 'type' does not match any of the expected tags: 'document', \
                     'image', 'redacted_thinking', 'text', 'thinking', 'tool_result', 'tool_use'",
                    block.path()
                )));
            }
        }
    }
    if open.is_empty() { Ok(uses) } else { Err(unanswered_before(&index, &open)) }
}

fn check_tool_result<'v>(block: &Node<'v, '_>, texts: &mut Texts) -> Checked<&'v str> {
    block.only(&["type", "tool_use_id", "content", "is_error", "cache_control"])?;
    block.booleans(&["is_error"])?;
    let id = block.require("tool_use_id")?.identifier("_-", 200)?;
    if let Some(content) = block.get("content") {
        if let Some(text) = content.value.as_str() {
            texts.add(text);
        } else {
            for part in content.items()? {
                if part.require("type")?.one_of(&["text", "image", "document"])? == "text" {
                    texts.add(part.require("text")?.text()?);
                }
            }
        }
    }
    Ok(id)
}

fn check_text(at: &Node<'_, '_>, text: &str, role: &str, is_last: bool) -> Checked {
    if is_last && role == "assistant" {
        if text.ends_with(char::is_whitespace) {
            return Err(at.refuse("messages: final assistant content cannot end with trailing whitespace"));
        }
    } else if text.is_empty() {
        return Err(at.refuse("messages: text content blocks must be non-empty"));
    }
    Ok(())
}

fn add(role: &str, text: &str, texts: &mut Texts) {
    if role == "user" { texts.add_of_user(text) } else { texts.add(text) }
}

/// The complaint at the message that should have answered; the API names the one that asked.
fn unanswered_before(path: &str, open: &[&str]) -> Refusal {
    let index = path.rsplit('.').next().and_then(|index| index.parse::<usize>().ok()).unwrap_or_default();
    unanswered(index.saturating_sub(1), open)
}

fn unanswered(index: usize, open: &[&str]) -> Refusal {
    Refusal::bad_request(format!(
        "messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
         `tool_use` block must have a corresponding `tool_result` block in the next message.",
        open.join(", ")
    ))
}

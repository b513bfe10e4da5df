//! The contents of Gemini's API: turns that alternate, parts that hold one thing, and function calls with responses.

use crate::provider::asked::Texts;
use crate::provider::check::{Checked, Node};

const PARTS: [&str; 7] =
    ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

/// What one turn holds.
#[derive(Default)]
struct Turn<'v> {
    calls: Vec<&'v str>,
    responses: Vec<&'v str>,
}

/// Checks the contents and collects their text.
pub(crate) fn check(root: &Node<'_, '_>, texts: &mut Texts) -> Checked {
    let Some(contents) = root.get("contents").filter(|contents| contents.value != &serde_json::json!([])) else {
        return Err(root.refuse("* GenerateContentRequest.contents: contents is not specified"));
    };
    let count = contents.items()?.count();
    let mut before = "";
    let mut open: Vec<&str> = Vec::new();
    for content in contents.items()? {
        content.only(&["role", "parts"])?;
        let role = match content.get("role") {
            Some(role) => role.text()?,
            None if count == 1 => "user",
            None => "",
        };
        // Google's older clients give the responses of functions a role of their own.
        let role = if role == "function" { "user" } else { role };
        if role != "user" && role != "model" {
            return Err(content.refuse("Please use a valid role: user, model."));
        }
        if role == before {
            return Err(content.refuse("Please ensure that multiturn requests alternate between user and model."));
        }
        before = role;
        if role == "user" {
            texts.start_user_message();
        }
        let turn = check_parts(&content, role, texts)?;
        check_responses(&content, &turn, &open)?;
        open = turn.calls;
    }
    if before != "user" {
        return Err(
            contents.refuse("Please ensure that multiturn requests end with a user role or a function response.")
        );
    }
    Ok(())
}

fn check_responses(content: &Node<'_, '_>, turn: &Turn<'_>, open: &[&str]) -> Checked {
    if open.is_empty() && !turn.responses.is_empty() {
        return Err(
            content.refuse("Please ensure that function response turn comes immediately after a function call turn.")
        );
    }
    let (mut called, mut answered) = (open.to_vec(), turn.responses.clone());
    if called.len() != answered.len() {
        return Err(content.refuse(
            "Please ensure that the number of function response parts is equal to the number of function call parts \
             of the function call turn.",
        ));
    }
    called.sort_unstable();
    answered.sort_unstable();
    if called != answered {
        return Err(content.refuse(
            "Please ensure that function response parts have the names of the function call parts that they answer.",
        ));
    }
    Ok(())
}

fn check_parts<'v>(content: &Node<'v, '_>, role: &str, texts: &mut Texts) -> Checked<Turn<'v>> {
    let Some(parts) = content.get("parts").filter(|parts| parts.value != &serde_json::json!([])) else {
        let path = content.path();
        return Err(content.refuse(format!("* GenerateContentRequest.{path}.parts: contents.parts must not be empty.")));
    };
    let mut turn = Turn::default();
    for part in parts.items()? {
        let allowed: Vec<_> = PARTS.into_iter().chain(["thought", "thoughtSignature"]).collect();
        part.only(&allowed)?;
        let mut kinds = PARTS.into_iter().filter(|kind| part.get(kind).is_some());
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return Err(part.refuse(format!(
                "* GenerateContentRequest.{}.data: required oneof field 'data' must have one initialized field",
                part.path()
            )));
        };
        let inside = part.require(kind)?;
        match (kind, role) {
            ("text", "user") => texts.add_of_user(inside.text()?),
            ("text", _) => texts.add(inside.text()?),
            ("functionCall", "model") => {
                inside.only(&["id", "name", "args"])?;
                if let Some(arguments) = inside.get("args") {
                    arguments.object()?;
                    texts.add(&arguments.value.to_string());
                }
                turn.calls.push(inside.require("name")?.identifier("_:.-", 64)?);
            }
            ("functionResponse", "user") => {
                inside.only(&["id", "name", "response"])?;
                let response = inside.require("response")?;
                response.object()?;
                texts.add(&response.value.to_string());
                turn.responses.push(inside.require("name")?.identifier("_:.-", 64)?);
            }
            ("functionCall", _) => {
                return Err(part.refuse(
                    "Please ensure that function call turn comes immediately after a user turn or after a function \
                     response turn.",
                ));
            }
            ("functionResponse", _) => {
                return Err(part.refuse("Please ensure that function response turn has the user role."));
            }
            _ => drop(inside.object()?),
        }
    }
    Ok(turn)
}

//! Instructions with placeholders, such as `Is {{ outputs }} polite?`.
//!
//! A template is read once and filled in one pass, so that a placeholder inside of what is filled in stays a text.

use std::borrow::Cow;
use std::marker::PhantomData;

use scorebox_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use scorebox_sdk::serde::de::{Deserialize, Deserializer, Error as _};
use scorebox_sdk::{JsonSchema, Result};

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    Inputs,
    Outputs,
    Expectations,
    Trace,
    Conversation,
}

impl Placeholder {
    const ALL: [Self; 5] = [Self::Inputs, Self::Outputs, Self::Expectations, Self::Trace, Self::Conversation];

    /// The name between the braces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Outputs => "outputs",
            Self::Expectations => "expectations",
            Self::Trace => "trace",
            Self::Conversation => "conversation",
        }
    }
}

/// Which placeholders the instructions of a judge may have.
pub(crate) trait Scope {
    /// The placeholders.
    const ALLOWED: &'static [Placeholder];
    /// One of these must be there.
    const NEEDED: &'static [Placeholder];
    /// What to do about a placeholder that is not allowed.
    const HINT: &'static str;
}

/// Instructions about a row.
#[derive(Clone, Debug)]
pub(crate) struct Row;

impl Scope for Row {
    const ALLOWED: &'static [Placeholder] =
        &[Placeholder::Inputs, Placeholder::Outputs, Placeholder::Expectations, Placeholder::Trace];
    const NEEDED: &'static [Placeholder] = Self::ALLOWED;
    const HINT: &'static str = "`conversation` is a placeholder of the scorer `conversation_judge`";
}

/// Instructions about a row, of which the trace is not looked at.
#[derive(Clone, Debug)]
pub(crate) struct RowWithoutTrace;

impl Scope for RowWithoutTrace {
    const ALLOWED: &'static [Placeholder] = &[Placeholder::Inputs, Placeholder::Outputs, Placeholder::Expectations];
    const NEEDED: &'static [Placeholder] = Self::ALLOWED;
    const HINT: &'static str = "`trace` is a placeholder of the scorer `llm_judge`";
}

/// Instructions about a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Session;

impl Scope for Session {
    const ALLOWED: &'static [Placeholder] = &[Placeholder::Conversation, Placeholder::Expectations];
    const NEEDED: &'static [Placeholder] = &[Placeholder::Conversation];
    const HINT: &'static str = "`inputs`, `outputs` and `trace` are placeholders of the scorer `llm_judge`";
}

/// Instructions, read.
#[derive(Clone, Debug)]
pub(crate) struct Template<S> {
    parts: Vec<Part>,
    scope: PhantomData<S>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

impl<S: Scope> Template<S> {
    /// Reads instructions.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let (mut rest, mut start) = (text, 0);
        while let Some(offset) = rest[start..].find("{{") {
            let open = start + offset;
            let Some((name, end)) = placeholder_at(rest, open) else {
                start = open + 2;
                continue;
            };
            parts.push(Part::Text(rest[..open].to_owned()));
            parts.push(Part::Placeholder(known::<S>(name)?));
            (rest, start) = (&rest[end..], 0);
        }
        parts.push(Part::Text(rest.to_owned()));
        let template = Self { parts, scope: PhantomData };
        if S::NEEDED.iter().any(|&placeholder| template.has(placeholder)) {
            return Ok(template);
        }
        Err(format!("instructions: expected one placeholder at least, out of {}", listed(S::NEEDED)))
    }

    /// Whether a placeholder is there.
    pub(crate) fn has(&self, placeholder: Placeholder) -> bool {
        self.parts.contains(&Part::Placeholder(placeholder))
    }

    /// The instructions with something in place of each placeholder.
    pub(crate) fn fill(&self, mut value: impl FnMut(Placeholder) -> Result<String>) -> Result<String> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Placeholder(placeholder) => filled.push_str(&value(*placeholder)?),
            }
        }
        Ok(filled)
    }
}

/// The name of the placeholder that opens at a position, and where it ends. Other braces are text.
fn placeholder_at(text: &str, open: usize) -> Option<(&str, usize)> {
    let inside = &text[open + 2..];
    let close = inside.find("}}")?;
    let name = inside[..close].trim();
    let is_name = |name: &str| {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && name.chars().all(is_part)
    };
    is_name(name).then_some((name, open + 2 + close + 2))
}

fn known<S: Scope>(name: &str) -> Result<Placeholder, String> {
    let allowed = S::ALLOWED.iter().find(|placeholder| placeholder.name() == name);
    allowed.copied().ok_or_else(|| {
        let is_elsewhere = Placeholder::ALL.iter().any(|placeholder| placeholder.name() == name);
        let hint = if is_elsewhere { format!("; {}", S::HINT) } else { String::new() };
        format!("instructions: unknown placeholder `{name}`: expected one of {}{hint}", listed(S::ALLOWED))
    })
}

fn listed(placeholders: &[Placeholder]) -> String {
    placeholders.iter().map(|placeholder| format!("`{}`", placeholder.name())).collect::<Vec<_>>().join(", ")
}

impl<'de, S: Scope> Deserialize<'de> for Template<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<S> JsonSchema for Template<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Instructions".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str) -> String {
        let template = Template::<Row>::parse(template).unwrap();
        template.fill(|placeholder| Ok(format!("<{}>", placeholder.name()))).unwrap()
    }

    #[test]
    fn placeholders_are_filled_with_any_space_and_as_often_as_they_stand() {
        assert_eq!(fill("é {{inputs}}{{  outputs }} {{ inputs }}."), "é <inputs><outputs> <inputs>.");
    }

    #[test]
    fn what_is_filled_in_is_not_expanded_again() {
        let template = Template::<Row>::parse("{{ inputs }} {{ outputs }}").unwrap();
        assert_eq!(template.fill(|_| Ok("{{ outputs }}".to_owned())).unwrap(), "{{ outputs }} {{ outputs }}");
    }

    #[test]
    fn other_braces_are_text() {
        for text in ["{{ \"a\": {} }} ", "{{", "}} {{ two words }} ", "{{{ ", "{{}} "] {
            assert_eq!(fill(&format!("{text}{{{{ inputs }}}}")), format!("{text}<inputs>"));
        }
    }

    #[test]
    fn unknown_placeholders_are_refused_by_name() {
        let error = Template::<Row>::parse("{{ inputs }} {{ question }}").unwrap_err();
        assert!(error.contains("unknown placeholder `question`"), "{error}");
        assert!(!error.contains("conversation"), "{error}");
        let error = Template::<Row>::parse("{{ conversation }}").unwrap_err();
        assert!(error.contains("`conversation_judge`"), "{error}");
        let error = Template::<RowWithoutTrace>::parse("{{ trace }}").unwrap_err();
        assert!(error.contains("`llm_judge`"), "{error}");
    }

    #[test]
    fn one_placeholder_is_needed() {
        assert!(Template::<Row>::parse("Is it good?").unwrap_err().contains("one placeholder at least"));
        assert!(Template::<Session>::parse("{{ expectations }}").unwrap_err().contains("`conversation`"));
    }
}

//! The ids of Gemini's tool calls.

use std::fmt;

use super::reading::is_made_up;

/// Ties the id of a call to the signature of the thoughts behind it. Gemini 3 refuses a conversation in which a call
/// comes back without its signature (ai.google.dev/gemini-api/docs/thought-signatures), and the id is the one thing
/// about a call that a guest hands back as it got it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CallId<'a> {
    pub(super) id: &'a str,
    pub(super) signature: Option<&'a str>,
}

const SEPARATOR: &str = "|thought:";

impl<'a> CallId<'a> {
    /// Takes apart what [`CallId`] displays.
    pub(super) fn read(text: &'a str) -> Self {
        match text.split_once(SEPARATOR) {
            Some((id, signature)) => Self { id, signature: Some(signature) },
            None => Self { id: text, signature: None },
        }
    }

    /// The id, if the provider gave it.
    pub(super) fn given(&self) -> Option<&'a str> {
        (!is_made_up(self.id)).then_some(self.id)
    }
}

impl fmt::Display for CallId<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id)?;
        self.signature.map_or(Ok(()), |signature| write!(formatter, "{SEPARATOR}{signature}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_was_told() {
        for id in [CallId { id: "call_0", signature: Some("Cp+/4=") }, CallId { id: "x", signature: None }] {
            assert_eq!(CallId::read(&id.to_string()), id);
        }
    }

    #[test]
    fn only_the_providers_own_ids_were_given() {
        assert_eq!(CallId::read("call_0|thought:c").given(), None);
        assert_eq!(CallId::read("fc-1|thought:c").given(), Some("fc-1"));
    }
}

use std::collections::BTreeMap;

use scorebox_core::{Example, Json};
use serde_json::value::RawValue;

use super::error::RowProblem;
use super::field::{Field, FieldPath};
use super::ids::{IdCheck, Verdict};

/// Rows that one session may have: all of them are in memory when it is scored.
const MAX_TURNS: usize = 1000;

/// Finds out where sessions begin, that none comes up again after it ended, and that none grows without end.
///
/// Like ids, sessions take memory only from the first one that does not ascend: see [`IdCheck`].
pub(super) struct SessionCheck {
    field: FieldPath,
    /// The session of the last row; none before the first row, and for a row that is a session of its own.
    current: Option<String>,
    /// Rows of the current session so far.
    turns: usize,
    begun: IdCheck,
    is_used: bool,
}

/// What [`SessionCheck::advance`] did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It took the row.
    Taken,
    /// It cannot tell before [`SessionCheck::remember_all`] has been given all earlier rows.
    NeedsHistory,
}

impl SessionCheck {
    pub(super) fn new(field: FieldPath) -> Self {
        Self { field, current: None, turns: 0, begun: IdCheck::default(), is_used: false }
    }

    pub(super) fn field(&self) -> &FieldPath {
        &self.field
    }

    /// Whether any row so far named a session.
    pub(super) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Whether the last row is the first of its session.
    pub(super) fn has_begun(&self) -> bool {
        self.turns == 1
    }

    /// Takes the next row.
    pub(super) fn advance(&mut self, example: &Example) -> Result<Step, RowProblem> {
        let session = session_of(&self.field, example)?;
        if session.is_some() && session == self.current {
            self.turns += 1;
            return if self.turns > MAX_TURNS { Err(self.too_long()) } else { Ok(Step::Taken) };
        }
        if let Some(id) = &session {
            match self.begun.check(id) {
                Verdict::New => self.is_used = true,
                Verdict::Duplicate => {
                    return Err(RowProblem::ScatteredSession { field: self.field.clone(), session: shown(id) });
                }
                Verdict::NeedsHistory => return Ok(Step::NeedsHistory),
            }
        }
        self.current = session;
        self.turns = 1;
        Ok(Step::Taken)
    }

    pub(super) fn remember_all(&mut self, earlier: impl Iterator<Item = Example>) {
        let field = &self.field;
        self.begun.remember_all(earlier.filter_map(|example| session_of(field, &example).ok().flatten()));
    }

    fn too_long(&self) -> RowProblem {
        let session = self.current.as_deref().map(shown).unwrap_or_default();
        RowProblem::LongSession { field: self.field.clone(), session, limit: MAX_TURNS }
    }
}

/// The session that a row names: a text, or an integer that stands for its digits.
fn session_of(field: &FieldPath, example: &Example) -> Result<Option<String>, RowProblem> {
    let wrong = |found: &str| RowProblem::SessionType { field: field.clone(), shown: shown(found) };
    let json = match (field.field, field.keys.as_slice()) {
        (Field::Id, _) => return Ok(Some(example.id.clone())),
        (Field::Tags, [key]) => {
            let tag = example.tags.get(key);
            return if tag.is_some_and(String::is_empty) { Err(wrong("\"\"")) } else { Ok(tag.cloned()) };
        }
        (Field::Tags, _) => return Err(wrong("all tags")),
        (Field::Inputs, _) => Some(&example.inputs),
        (Field::Outputs, _) => example.outputs.as_ref(),
        (Field::Expectations, _) => example.expectations.as_ref(),
        (Field::Trace, _) => example.trace.as_ref(),
    };
    let Some(value) = json.and_then(|json| value_at(json, &field.keys)).filter(|value| *value != "null") else {
        return Ok(None);
    };
    match serde_json::from_str::<String>(value) {
        Ok(text) if !text.is_empty() => Ok(Some(text)),
        Err(_) if value.parse::<i64>().is_ok() || value.parse::<u64>().is_ok() => Ok(Some(value.to_owned())),
        _ => Err(wrong(value)),
    }
}

/// The JSON text of a value within objects; none where a key is missing.
fn value_at<'j>(json: &'j Json, keys: &[String]) -> Option<&'j str> {
    let mut value = json.as_str();
    for key in keys {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(value).ok()?;
        value = members.remove(key)?.get();
    }
    Some(value)
}

/// The beginning of a text that may be long.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, inputs: &str) -> Example {
        Example {
            id: id.to_owned(),
            inputs: Json::parse(inputs).unwrap(),
            outputs: None,
            expectations: None,
            trace: None,
            tags: BTreeMap::from([("session".to_owned(), id.to_owned())]),
        }
    }

    fn by(field: &str) -> SessionCheck {
        SessionCheck::new(field.parse().unwrap())
    }

    /// Whether each row begins a session.
    fn begins(field: &str, rows: &[Example]) -> Vec<bool> {
        let mut check = by(field);
        let begins = rows.iter().map(|row| {
            assert_eq!(check.advance(row).unwrap(), Step::Taken);
            check.has_begun()
        });
        begins.collect()
    }

    #[test]
    fn a_session_goes_on_while_its_name_stays_the_same() {
        let rows = ["a", "a", "b", "c", "c", "c"].map(|session| row(session, "{}"));
        assert_eq!(begins("tags.session", &rows), [true, false, true, true, false, false]);
    }

    #[test]
    fn a_row_without_a_session_is_one_of_its_own() {
        let rows = ["{}", r#"{"chat":null}"#, r#"{"chat":1}"#, r#"{"chat":1}"#, r#"{"chat":{}}"#]
            .map(|inputs| row("row", inputs));
        assert_eq!(begins("inputs.chat", &rows[..4]), [true, true, true, false]);
        assert_eq!(begins("inputs.chat.id", &rows), [true; 5]);
    }

    #[test]
    fn integers_stand_for_their_digits() {
        let rows = [r#"{"chat":17}"#, r#"{"chat":"17"}"#, r#"{"chat":18446744073709551615}"#];
        assert_eq!(begins("inputs.chat", &rows.map(|inputs| row("row", inputs))), [true, false, true]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for value in ["1.5", "true", "[]", "{}", "\"\""] {
            let row = row("row", &format!(r#"{{"chat":{value}}}"#));
            let problem = by("inputs.chat").advance(&row).unwrap_err();
            assert!(problem.to_string().ends_with(&format!("found {value}")), "{problem}");
        }
        for field in ["inputs", "tags"] {
            assert!(by(field).advance(&row("row", "{}")).is_err(), "{field}");
        }
    }

    #[test]
    fn ascending_sessions_need_no_history() {
        let mut check = by("tags.session");
        for number in 0..2000 {
            assert_eq!(check.advance(&row(&(number / 2).to_string(), "{}")).unwrap(), Step::Taken);
        }
    }

    #[test]
    fn a_session_that_comes_up_again_is_found_once_the_history_is_known() {
        let earlier = ["b", "c", "c"].map(|session| row(session, "{}"));
        let mut check = by("tags.session");
        for row in &earlier {
            assert_eq!(check.advance(row).unwrap(), Step::Taken);
        }
        assert_eq!(check.advance(&row("a", "{}")).unwrap(), Step::NeedsHistory);
        check.remember_all(earlier.into_iter());
        assert_eq!(check.advance(&row("a", "{}")).unwrap(), Step::Taken);
        assert_eq!(check.advance(&row("a", "{}")).unwrap(), Step::Taken);
        let problem = check.advance(&row("c", "{}")).unwrap_err();
        assert!(matches!(problem, RowProblem::ScatteredSession { .. }), "{problem}");
    }

    #[test]
    fn a_session_has_at_most_a_thousand_turns() {
        let mut check = by("tags.session");
        for _ in 0..MAX_TURNS {
            assert_eq!(check.advance(&row("long", "{}")).unwrap(), Step::Taken);
        }
        let problem = check.advance(&row("long", "{}")).unwrap_err();
        assert!(matches!(problem, RowProblem::LongSession { limit: MAX_TURNS, .. }), "{problem}");
    }
}

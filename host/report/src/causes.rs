//! The failures of a run, grouped by what caused them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use scorebox_core::{Failure, FailureKind};
use scorebox_eval::{Outcome, RowResult};

use crate::rows::RowName;
use crate::shown::shortened;

/// Causes that are told apart; failures with further ones are only counted.
const MAX_CAUSES: usize = 200;
/// Rows that are named for each cause.
const MAX_ROWS: usize = 5;
/// How much of a message tells causes apart and is shown.
const MAX_MESSAGE_CHARACTERS: usize = 300;

/// Groups failures by function, class, and message without its numbers and quoted parts, which differ from row to row.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    groups: Vec<Cause>,
    places: HashMap<(usize, FailureKind, String), usize>,
    others: u64,
}

/// Failures that happened for one reason.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cause {
    /// Which function failed: 0 for the predict function, then the scorers from 1.
    position: usize,
    /// The scorer; none for the predict function.
    pub(crate) scorer: Option<Arc<str>>,
    pub(crate) kind: FailureKind,
    /// The beginning of the first message.
    pub(crate) message: String,
    pub(crate) count: u64,
    /// The first rows.
    pub(crate) rows: Vec<String>,
}

impl Cause {
    /// The function that failed.
    pub(crate) fn function(&self) -> &str {
        self.scorer.as_deref().unwrap_or("predict")
    }
}

impl Causes {
    pub(crate) fn add(&mut self, row: &RowResult) {
        if let Some(Err(failure)) = row.prediction.as_ref().map(|prediction| &prediction.outputs) {
            self.add_failure(0, None, failure, row);
        }
        for (index, score) in row.scores.iter().enumerate() {
            if let Outcome::Error(failure) = &score.outcome {
                self.add_failure(index + 1, Some(&score.scorer), failure, row);
            }
        }
    }

    /// The groups, those with most failures first, and how many failures are in none of them.
    pub(crate) fn finish(self) -> (Vec<Cause>, u64) {
        let mut groups = self.groups;
        groups.sort_by_key(|group| (std::cmp::Reverse(group.count), group.position));
        (groups, self.others)
    }

    fn add_failure(&mut self, position: usize, scorer: Option<&Arc<str>>, failure: &Failure, row: &RowResult) {
        let message = shortened(&failure.message, MAX_MESSAGE_CHARACTERS);
        let is_full = self.groups.len() >= MAX_CAUSES;
        let place = match self.places.entry((position, failure.kind, without_details(&message))) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(_) if is_full => {
                self.others += 1;
                return;
            }
            Entry::Vacant(entry) => {
                self.groups.push(Cause {
                    position,
                    scorer: scorer.cloned(),
                    kind: failure.kind,
                    message: message.into_owned(),
                    count: 0,
                    rows: Vec::new(),
                });
                *entry.insert(self.groups.len() - 1)
            }
        };
        let group = &mut self.groups[place];
        group.count += 1;
        if group.rows.len() < MAX_ROWS {
            group.rows.push(RowName::of(row).to_string());
        }
    }
}

/// The message with a mark in place of each quoted part and each word with a digit.
fn without_details(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let (end, is_detail) = first_token(rest, first);
        kept.push_str(if is_detail { "…" } else { &rest[..end] });
        rest = &rest[end..];
    }
    kept
}

/// Where the first word, quoted part or other character of a text ends, and whether it is a detail of one row.
fn first_token(text: &str, first: char) -> (usize, bool) {
    if matches!(first, '"' | '`')
        && let Some(length) = text[1..].find(first)
    {
        return (length + 2, true);
    }
    if !first.is_alphanumeric() {
        return (first.len_utf8(), false);
    }
    let end = text.find(|character: char| !character.is_alphanumeric()).unwrap_or(text.len());
    (end, text[..end].bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn numbers_and_quoted_parts_do_not_tell_causes_apart() {
        let kept =
            ["row 17 has no `expected`", "row 4 has no `answer`", "0x1f: \"a b", "zwölf Tage"].map(without_details);
        assert_eq!(kept, ["row … has no …", "row … has no …", "…: \"a b", "zwölf Tage"]);
    }

    #[test]
    fn failures_are_grouped_by_function_class_and_message() {
        let mut causes = Causes::default();
        for index in 0..7 {
            causes.add(&fixture::row(index).with_error("judge", FailureKind::Gateway, &format!("status {index}")).row);
        }
        causes.add(&fixture::row(7).with_error("judge", FailureKind::Trap, "it crashed").row);
        causes.add(&fixture::row(8).with_failed_prediction(FailureKind::Gateway, "status 9").row);
        let (groups, others) = causes.finish();
        let shown: Vec<_> =
            groups.iter().map(|group| (group.function(), group.kind.as_str(), group.count, group.rows.len())).collect();
        assert_eq!(shown, [("judge", "gateway", 7, 5), ("predict", "gateway", 1, 1), ("judge", "trap", 1, 1)]);
        assert_eq!(groups[0].message, "status 0");
        assert_eq!(others, 0);
    }

    #[test]
    fn there_is_an_end_to_causes() {
        let mut causes = Causes::default();
        for index in 0..MAX_CAUSES as u64 + 10 {
            let message: String = (0..=index).map(|_| 'x').collect();
            causes.add(&fixture::row(index).with_error("judge", FailureKind::Failed, &message).row);
        }
        let (groups, others) = causes.finish();
        // Messages that only differ beyond what is looked at are one cause.
        assert_eq!((groups.len(), others), (MAX_CAUSES, 10));
    }
}

//! Numbers that are written in groups of digits.

use std::ops::Range;

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Space,
    Hyphen,
    Dot,
}

impl Separator {
    /// Models write spaces and hyphens that do not break as well as plain ones.
    pub(super) fn of(character: char) -> Option<Self> {
        match character {
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' => Some(Self::Space),
            '-' | '\u{2010}'..='\u{2013}' => Some(Self::Hyphen),
            '.' => Some(Self::Dot),
            _ => None,
        }
    }
}

/// Groups of digits with one separator between each two.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Where the groups are.
    pub(super) groups: Vec<Range<usize>>,
    /// What is between each group and the next.
    separators: Vec<Separator>,
}

/// Some groups of a run that follow each other.
#[derive(Debug)]
pub(super) struct Number {
    /// Where it is.
    pub(super) range: Range<usize>,
    /// The one separator between all groups; `None` where there is one group.
    pub(super) separator: Option<Separator>,
    /// The lengths of the groups.
    pub(super) shape: Vec<usize>,
}

impl Run {
    /// The number of `count` groups from the group `at` on; `None` where there are not so many, or where different
    /// separators are between them.
    pub(super) fn number(&self, at: usize, count: usize) -> Option<Number> {
        let groups = self.groups.get(at..at.checked_add(count)?)?;
        let separators = &self.separators[at..at + count.checked_sub(1)?];
        let (first, last) = (groups.first()?, groups.last()?);
        separators.iter().all(|separator| separator == &separators[0]).then(|| Number {
            range: first.start..last.end,
            separator: separators.first().copied(),
            shape: groups.iter().map(ExactSizeIterator::len).collect(),
        })
    }

    /// Whether a number is a part of a longer row of groups of the same length, such as a table.
    pub(super) fn is_within_row(&self, at: usize, count: usize) -> bool {
        let length = |index: usize| self.groups.get(index).map(ExactSizeIterator::len);
        let left = at.checked_sub(1).is_some_and(|left| length(left) == length(at));
        left || length(at + count).is_some_and(|right| Some(right) == length(at + count - 1))
    }
}

impl Number {
    /// The digits alone.
    pub(super) fn digits(&self, text: &str) -> String {
        text[self.range.clone()].chars().filter(char::is_ascii_digit).collect()
    }
}

/// All runs of a text, each as long as it can be.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::default();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|character: char| character.is_ascii_digit()) {
        let start = at + offset;
        let end = end_of_digits(text, start);
        let mut between = text[at..start].chars();
        let separator = between.next().filter(|_| between.next().is_none()).and_then(Separator::of);
        if let (Some(separator), false) = (separator, run.groups.is_empty()) {
            run.separators.push(separator);
        } else if !run.groups.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        run.groups.push(start..end);
        at = end;
    }
    if !run.groups.is_empty() {
        runs.push(run);
    }
    runs
}

/// Where the digits that begin at a place end.
pub(super) fn end_of_digits(text: &str, start: usize) -> usize {
    text[start..].find(|character: char| !character.is_ascii_digit()).map_or(text.len(), |length| start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Vec<Vec<&str>> {
        runs(text).iter().map(|run| run.groups.iter().map(|group| &text[group.clone()]).collect()).collect()
    }

    #[test]
    fn one_separator_keeps_groups_together() {
        assert_eq!(groups("a12-3 4.5 x 6"), [vec!["12", "3", "4", "5"], vec!["6"]]);
        assert_eq!(groups("1\u{2011}2\u{202f}3  4, 5"), [vec!["1", "2", "3"], vec!["4"], vec!["5"]]);
        assert_eq!(groups("none"), [[""; 0]; 0]);
    }

    #[test]
    fn a_number_has_one_kind_of_separator() {
        let run = &runs("12-34 567")[0];
        let number = run.number(0, 2).unwrap();
        assert_eq!((number.range, number.separator, number.shape), (0..5, Some(Separator::Hyphen), vec![2, 2]));
        assert!(run.number(0, 3).is_none());
        assert!(run.number(2, 2).is_none());
        assert_eq!(run.number(2, 1).unwrap().digits("12-34 567"), "567");
    }

    #[test]
    fn a_row_goes_on_with_groups_of_one_length() {
        let run = &runs("12 34 56 789")[0];
        assert!(run.is_within_row(0, 2) && run.is_within_row(1, 2));
        assert!(!run.is_within_row(0, 3) && !run.is_within_row(3, 1));
    }
}

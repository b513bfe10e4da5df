use crate::shown::counted;

/// The longest comment, in UTF-16 code units: GitHub takes 65,536 characters, and some of them may be counted twice.
const MAX_LENGTH: usize = 60_000;
/// What is kept free for saying what was left out.
const LENGTH_OF_NOTE: usize = 1_000;

/// A comment that grows block by block. A block that does not fit is left out whole.
#[derive(Debug)]
pub(super) struct Comment {
    text: String,
    left: usize,
    left_out: Vec<String>,
}

impl Comment {
    pub(super) fn new() -> Self {
        Self { text: String::new(), left: MAX_LENGTH - LENGTH_OF_NOTE, left_out: Vec::new() }
    }

    /// A section: its head and, as far as there is room, its lines. `line` names one of them, for those that are missing.
    /// A section of which not even the first line has room is left out whole.
    pub(super) fn section(&mut self, head: &str, lines: &[String], line: &str, foot: &str) {
        let first = lines.first().map_or(0, |line| length(line));
        let is_shown = length(head) + first + length(foot) <= self.left;
        let mut shown = 0;
        if is_shown {
            self.left -= length(foot);
            self.push(head);
            shown = lines.iter().take_while(|line| self.push(line)).count();
            self.text.push_str(foot);
        }
        if shown < lines.len() {
            self.left_out.push(counted(count(lines.len() - shown), line));
        }
    }

    /// Adds a block if there is room for it.
    fn push(&mut self, block: &str) -> bool {
        let length = length(block);
        let fits = length <= self.left;
        if fits {
            self.text.push_str(block);
            self.left -= length;
        }
        fits
    }

    /// The text, with a note on what is missing.
    pub(super) fn finish(mut self) -> String {
        if !self.left_out.is_empty() {
            const MAX_NAMED: usize = 10;
            let named: Vec<_> = self.left_out.iter().take(MAX_NAMED).map(String::as_str).collect();
            let more = if self.left_out.len() > MAX_NAMED { " and more" } else { "" };
            let note = format!("\n*Too long for a comment, and left out: {}{more}.*\n", named.join(", "));
            self.text.push_str(&note);
        }
        self.text
    }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let mut comment = Comment::new();
        let line = format!("{}\n", "x".repeat(999));
        comment.section("head\n", &vec![line; 100], "changed verdict", "foot\n");
        let text = comment.finish();
        assert!(length(&text) <= MAX_LENGTH);
        assert!(text.ends_with("foot\n\n*Too long for a comment, and left out: 42 changed verdicts.*\n"), "{text}");
    }

    #[test]
    fn the_note_stays_short() {
        let mut comment = Comment::new();
        let long = ["x".repeat(MAX_LENGTH)];
        for _ in 0..1000 {
            comment.section("", &long, "line on how to reproduce this", "");
        }
        assert!(comment.finish().len() < LENGTH_OF_NOTE);
    }
}

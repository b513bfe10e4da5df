use super::comment::Comment;
use super::escape::code;
use crate::causes::{Cause, Causes};
use crate::shown::counted;

const MAX_MESSAGE_CHARACTERS: usize = 300;
const MAX_ID_CHARACTERS: usize = 80;
const MAX_SHOWN: usize = 20;

/// What failed, by cause.
pub(super) fn write(causes: Causes, comment: &mut Comment) {
    let (groups, ungrouped) = causes.finish();
    if groups.is_empty() {
        return;
    }
    let mut lines: Vec<_> = groups.iter().take(MAX_SHOWN).map(line).collect();
    let further: u64 = groups.iter().skip(MAX_SHOWN).map(|group| group.count).sum::<u64>() + ungrouped;
    if further > 0 {
        lines.push(format!("- {} of other causes\n", counted(further, "error")));
    }
    comment.section("\n### Errors\n\n", &lines, "cause of errors", "");
}

fn line(cause: &Cause) -> String {
    let rows: Vec<_> = cause.rows.iter().map(|row| code(row, MAX_ID_CHARACTERS)).collect();
    let instance = if cause.count > 1 { "for instance " } else { "" };
    format!(
        "- {} · {} · {}, {instance}{}: {}\n",
        code(cause.function(), MAX_ID_CHARACTERS),
        cause.kind,
        counted(cause.count, "row"),
        rows.join(", "),
        code(&cause.message, MAX_MESSAGE_CHARACTERS)
    )
}

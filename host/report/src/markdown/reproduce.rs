use scorebox_eval::RunRecord;

use super::comment::Comment;
use super::escape::code;
use crate::ReportContext;

const MAX_CHARACTERS: usize = 500;

/// What the run was, and the command that evaluates the same again.
pub(super) fn write(context: &ReportContext<'_>, comment: &mut Comment) {
    let mut lines: Vec<_> = facts(context.record)
        .into_iter()
        .map(|(name, value)| format!("- {name} {}\n", code(&value, MAX_CHARACTERS)))
        .collect();
    lines.extend(context.command.map(|command| format!("- again: {}\n", code(command, MAX_CHARACTERS))));
    let head = "\n<details>\n<summary>How to reproduce</summary>\n\n";
    comment.section(head, &lines, "line on how to reproduce this", "\n</details>\n");
}

fn facts(record: &RunRecord) -> Vec<(&'static str, String)> {
    let dataset = &record.dataset;
    let name = dataset.version.clone().unwrap_or_else(|| dataset.path.to_string_lossy().into_owned());
    let mut facts = vec![
        ("run", record.run_id.to_string()),
        ("dataset", name),
        ("digest of the dataset", dataset.digest.to_string()),
        ("seed", record.seed.to_string()),
        ("Scorebox", record.host_version.clone()),
    ];
    facts.extend(record.git_commit.clone().map(|commit| ("commit", commit)));
    facts
}

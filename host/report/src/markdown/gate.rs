use scorebox_verdict::{Check, CheckOutcome, GateReport};

use super::comment::Comment;
use super::escape::{code_in_cell, prose};

const MAX_RULE_CHARACTERS: usize = 200;

/// The checks of the gate, those first that did not pass.
pub(super) fn write(gate: &GateReport, comment: &mut Comment) {
    let passed = gate.checks.iter().filter(|check| check.outcome == CheckOutcome::Passed);
    let lines: Vec<_> = gate.not_passed().chain(passed).map(line).collect();
    comment.section("\n| gate | | |\n|---|---|---|\n", &lines, "check of the gate", "");
}

fn line(check: &Check) -> String {
    let mark = match check.outcome {
        CheckOutcome::Passed => "✅",
        CheckOutcome::Failed => "❌",
        CheckOutcome::NotDecidable => "❔",
    };
    let title = code_in_cell(&check.title, MAX_RULE_CHARACTERS);
    format!("| {title} | {mark} {} | {} |\n", check.outcome.word(), prose(&check.why))
}

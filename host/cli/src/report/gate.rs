//! What a gate says, for a person at a terminal.

use scorebox_verdict::{CheckOutcome, GateReport};

use crate::terminal::{BAD, FAINT, GOOD, WARN};

/// A line for each check, and the verdict.
pub(crate) fn gate(report: &GateReport) -> String {
    let width = report.checks.iter().map(|check| check.title.chars().count()).max().unwrap_or(0);
    let mut text = String::from("\n");
    for check in &report.checks {
        let word = match check.outcome {
            CheckOutcome::Passed => GOOD.paint("passed"),
            CheckOutcome::Failed => BAD.paint("failed"),
            CheckOutcome::NotDecidable => WARN.paint("not decidable"),
        };
        text += &format!("  {} {:width$}  {word}  {}\n", FAINT.paint("gate"), check.title, check.why);
    }
    text + &match report.passed {
        true => format!("  {} {}\n", FAINT.paint("gate"), GOOD.paint("passed")),
        false => format!("  {} {}\n", FAINT.paint("gate"), BAD.paint("not passed")),
    }
}

//! Commands in the output of a step, as GitHub's `@actions/core` writes them.

use std::io::Write;

use super::{Finding, Findings, Places};
use crate::ReportError;
use crate::shown::counted;

/// How many annotations of one level GitHub shows for a step.
const MAX_SHOWN: usize = 10;

pub(super) fn write<W: Write>(
    gate: &[Finding],
    errors: &Findings,
    failures: &Findings,
    places: &Places,
    mut writer: W,
) -> Result<(), ReportError> {
    let shown_errors: Vec<_> = gate.iter().chain(&errors.kept).take(MAX_SHOWN).collect();
    let shown_failures: Vec<_> = failures.kept.iter().take(MAX_SHOWN).collect();
    for finding in &shown_errors {
        write_command("error", finding, places, &mut writer)?;
    }
    for finding in &shown_failures {
        write_command("warning", finding, places, &mut writer)?;
    }
    let left_out =
        |all: usize, uncounted: u64, shown: usize| uncounted + u64::try_from(all - shown).unwrap_or(u64::MAX);
    let errors_left_out = left_out(gate.len() + errors.kept.len(), errors.left_out, shown_errors.len());
    let failures_left_out = left_out(failures.kept.len(), failures.left_out, shown_failures.len());
    if errors_left_out + failures_left_out > 0 {
        let message = format!(
            "GitHub shows {MAX_SHOWN} annotations of a kind for a step: {} and {} are not among them. The reports have all",
            counted(errors_left_out, "error"),
            counted(failures_left_out, "failed verdict")
        );
        writeln!(writer, "::notice title=More than is shown::{}", escape_data(&message))?;
    }
    Ok(writer.flush()?)
}

fn write_command<W: Write>(level: &str, finding: &Finding, places: &Places, writer: &mut W) -> Result<(), ReportError> {
    write!(writer, "::{level} file={}", escape_property(finding.path(places)))?;
    if let Some(line) = finding.line {
        write!(writer, ",line={line}")?;
    }
    let (title, message) = (escape_property(&finding.title()), escape_data(&finding.message));
    Ok(writeln!(writer, ",title={title}::{message}")?)
}

/// What the runner takes back: a command is one line, and `%` begins an escape.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property, `:` and `,` would end it.
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_command_or_begin_another() {
        assert_eq!(escape_data("50 %\r\n::set-env name=A::b"), "50 %25%0D%0A::set-env name=A::b");
        assert_eq!(escape_property("a,line=1::b%0A"), "a%2Cline=1%3A%3Ab%250A");
    }
}

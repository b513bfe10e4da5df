//! GitLab's Code Quality report: a list of issues in the form of Code Climate.

use std::io::Write;

use scorebox_core::Digest;
use serde::Serialize;

use super::{Finding, Findings, Places};
use crate::ReportError;
use crate::shown::counted;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: String,
    /// By this GitLab recognises an issue in another report. It must be unique, and must not depend on what a model said.
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

pub(super) fn write<W: Write>(
    title: &str,
    gate: &[Finding],
    errors: &Findings,
    failures: &Findings,
    places: &Places,
    mut writer: W,
) -> Result<(), ReportError> {
    let levels = [("blocker", gate), ("critical", errors.kept.as_slice()), ("major", failures.kept.as_slice())];
    let mut issues: Vec<_> = levels
        .into_iter()
        .flat_map(|(severity, findings)| findings.iter().map(move |finding| (severity, finding)))
        .map(|(severity, finding)| issue(title, severity, finding, places))
        .collect();
    let left_out = errors.left_out + failures.left_out;
    if left_out > 0 {
        issues.push(note(
            title,
            &format!("{} left out here; the other reports have them", counted(left_out, "finding")),
            places,
        ));
    }
    serde_json::to_writer_pretty(&mut writer, &issues)?;
    writer.write_all(b"\n")?;
    Ok(writer.flush()?)
}

fn issue<'a>(title: &str, severity: &'static str, finding: &Finding, places: &'a Places) -> Issue<'a> {
    let row = finding.row.as_deref().unwrap_or_default();
    Issue {
        description: format!("{}: {}", finding.title(), finding.message),
        check_name: format!("scorebox/{}", finding.function),
        fingerprint: fingerprint(&[title, &finding.function, row, &finding.what]),
        severity,
        location: Location { path: finding.path(places), lines: Lines { begin: finding.line.unwrap_or(1) } },
    }
}

fn note<'a>(title: &str, description: &str, places: &'a Places) -> Issue<'a> {
    Issue {
        description: description.to_owned(),
        check_name: "scorebox".to_owned(),
        fingerprint: fingerprint(&[title]),
        severity: "info",
        location: Location { path: &places.config, lines: Lines { begin: 1 } },
    }
}

fn fingerprint(parts: &[&str]) -> String {
    let mut text = Vec::new();
    for part in parts {
        // Lengths keep the parts apart.
        text.extend((part.len() as u64).to_le_bytes());
        text.extend(part.as_bytes());
    }
    Digest::of(&text).hex()
}

use std::fmt::Write as _;
use std::time::Duration;

use scorebox_core::{Aggregation, FailureKind};
use scorebox_eval::{CallSummary, FeedbackSummary, FieldPath, LabelCounts, Summary};

use super::{FailureGroup, failure_groups};
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, align_right, count, render, table, thousands};

/// The table of scorers.
pub(crate) fn summary(summary: &Summary, predictor: Option<&str>) -> String {
    let mut rows = Vec::new();
    if let Some(calls) = &summary.predict {
        let name = format!("{} {}", FAINT.paint("predict"), predictor.unwrap_or_default());
        rows.push(row(&name, Result::Nothing, calls.calls - calls.errors, Some(calls)));
    }
    for scorer in &summary.scorers {
        let own = scorer.feedback.iter().position(|feedback| feedback.name == scorer.name);
        let name = NAME.paint(&scorer.name);
        match own.map(|index| &scorer.feedback[index]) {
            Some(own) => rows.push(row(&name, Result::Feedback(own), own.n, Some(&scorer.calls))),
            None => {
                rows.push(row(&name, Result::Nothing, scorer.calls.calls - scorer.calls.errors, Some(&scorer.calls)));
            }
        }
        for feedback in scorer.feedback.iter().filter(|feedback| feedback.name != scorer.name) {
            let name = format!("{} {}", FAINT.paint("└"), feedback.name);
            rows.push(row(&name, Result::Feedback(feedback), feedback.n, None));
        }
    }
    let mut header =
        vec!["scorer", "mean or rate", "95 % CI", "n", "errors", "min", "median", "p90", "p90 latency", "cost"];
    // Where no model was asked, nothing cost anything.
    if summary.usage.is_none() {
        header.pop();
        rows.iter_mut().for_each(|row| drop(row.pop()));
    }
    let columns = header.len();
    let mut table = table(header);
    table.add_rows(rows);
    align_right(&mut table, 1..columns);
    render(&table)
}

#[derive(Clone, Copy)]
enum Result<'a> {
    Feedback(&'a FeedbackSummary),
    Nothing,
}

fn row(name: &str, result: Result<'_>, n: u64, calls: Option<&CallSummary>) -> Vec<String> {
    let aggregate = |wanted| match result {
        Result::Feedback(feedback) if feedback.booleans.is_none() => feedback.aggregates.get(&wanted).copied(),
        _ => None,
    };
    let shown = |wanted| aggregate(wanted).map_or_else(none, number);
    let latency = calls.and_then(|calls| calls.latency).map(|latency| duration(Duration::from_nanos(latency.p90_ns)));
    let errors = match calls.map(|calls| calls.errors) {
        None => String::new(),
        Some(0) => FAINT.paint("0"),
        Some(errors) => BAD.paint(thousands(errors)),
    };
    let usage = calls.map(|calls| calls.usage).filter(|usage| !usage.is_none());
    vec![
        name.to_owned(),
        shown_headline(result),
        interval(result),
        thousands(n),
        errors,
        shown(Aggregation::Min),
        shown(Aggregation::Median),
        shown(Aggregation::P90),
        latency.unwrap_or_default(),
        usage.map_or_else(String::new, |usage| usage.cost.to_string()),
    ]
}

fn shown_headline(result: Result<'_>) -> String {
    match result {
        Result::Feedback(feedback) => headline(feedback),
        Result::Nothing => none(),
    }
}

/// The one thing to know: the rate of booleans, the mean of numbers, the most frequent label.
pub(crate) fn headline(feedback: &FeedbackSummary) -> String {
    let mean = feedback.aggregates.get(&Aggregation::Mean);
    match (&feedback.labels, mean) {
        (Some(labels), _) => most_frequent(labels),
        (None, Some(rate)) if feedback.booleans.is_some() => STRONG.paint(format_args!("{:.1} %", rate * 100.0)),
        (None, Some(mean)) => STRONG.paint(number(*mean)),
        (None, None) => none(),
    }
}

/// Where the mean or the rate would lie if there were any number of rows like these.
fn interval(result: Result<'_>) -> String {
    let Result::Feedback(feedback) = result else { return String::new() };
    match feedback.intervals.get(&Aggregation::Mean) {
        Some(it) if feedback.booleans.is_some() => format!("[{:.1}, {:.1}] %", it.low * 100.0, it.high * 100.0),
        Some(it) => format!("[{}, {}]", number(it.low), number(it.high)),
        None => String::new(),
    }
}

/// A table for each value of a field.
pub(crate) fn slices(field: &FieldPath, slices: &[(String, Summary)]) -> String {
    let mut text = format!("\n  {} {field}\n\n", STRONG.paint("by"));
    let mut table = table(["value", "rows", "scorer", "mean or rate", "95 % CI", "n", "errors"]);
    for (value, summary) in slices {
        let (mut value, mut rows) = (NAME.paint(value), thousands(summary.rows));
        for scorer in &summary.scorers {
            for feedback in &scorer.feedback {
                let errors = if feedback.name == scorer.name { thousands(scorer.calls.errors) } else { String::new() };
                let result = Result::Feedback(feedback);
                let n = thousands(feedback.n);
                // The value and its rows are said once.
                let (value, rows) = (std::mem::take(&mut value), std::mem::take(&mut rows));
                table.add_row([value, rows, feedback.name.clone(), headline(feedback), interval(result), n, errors]);
            }
        }
    }
    align_right(&mut table, [1, 3, 4, 5, 6]);
    text += &render(&table);
    text
}

fn most_frequent(labels: &LabelCounts) -> String {
    let mut counts: Vec<_> = labels.counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let shown = counts.iter().take(2).map(|(label, count)| format!("{label} {}", thousands(**count)));
    let mut shown: Vec<_> = shown.collect();
    if counts.len() > 2 || labels.others > 0 {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn none() -> String {
    FAINT.paint("–")
}

/// About four digits.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.3}"),
        10.0..1000.0 => format!("{value:.1}"),
        1000.0..1e15 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range says so")]
            let digits = thousands(value.abs().round() as u64);
            format!("{}{digits}", if value < 0.0 { "-" } else { "" })
        }
        _ => format!("{value:.3e}"),
    }
}

/// Three digits and a unit.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (value, unit) = match seconds {
        0.0..1e-6 => (seconds * 1e9, "ns"),
        1e-6..1e-3 => (seconds * 1e6, "µs"),
        1e-3..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.decimals$} {unit}")
}

/// The errors by cause, with a row for each to begin with.
pub(crate) fn failures(summary: &Summary) -> String {
    let groups = failure_groups(summary);
    if groups.is_empty() {
        return format!("\n  {}\n", GOOD.paint("no errors"));
    }
    let rows = format!("{} of {}", thousands(summary.rows_with_errors), count(summary.rows, "row"));
    let mut text = format!("\n  {} on {rows}\n", BAD.paint("errors"));
    for group in &groups {
        let (function, consequence) = match group.scorer {
            Some(scorer) => (scorer, ""),
            None => ("predict", ", not scored"),
        };
        let example = match (group.rows, group.first) {
            (1, Some((id, _))) => format!("row {id:?}"),
            (rows, Some((id, _))) => format!("{}, for instance {id:?}", count(rows, "row")),
            (rows, None) => count(rows, "row"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n  {} · {} · {example}{consequence}", NAME.paint(function), BAD.paint(group.kind));
        for line in explanation(group) {
            let _ = writeln!(text, "    {line}");
        }
        if let Some(hint) = hint(group.kind) {
            let _ = writeln!(text, "    {}", FAINT.paint(format_args!("→ {hint}")));
        }
    }
    text
}

/// The beginning of the message of the first row.
fn explanation(group: &FailureGroup<'_>) -> Vec<String> {
    const MOST_LINES: usize = 3;
    const MOST_CHARACTERS: usize = 300;
    let lines = group.first.map_or("", |(_, message)| message).lines().take(MOST_LINES);
    lines.map(|line| line.chars().take(MOST_CHARACTERS).collect()).collect()
}

/// What to do, where the class of the failure says it.
fn hint(kind: FailureKind) -> Option<&'static str> {
    match kind {
        FailureKind::Trap => {
            Some("the plugin has a bug; the sandbox held, and the run went on. The backtrace is on its row")
        }
        FailureKind::MissingField => Some("add the field to these rows, or leave the scorer out"),
        FailureKind::InvalidConfig => Some("`scorebox plugin inspect` describes the config"),
        FailureKind::Unsupported | FailureKind::Failed | FailureKind::InvalidOutput => None,
        FailureKind::StackLimit => Some("the plugin recurses too deeply for its stack"),
        FailureKind::Deadline => Some("raise `limits.deadline`, or look why the plugin takes so long"),
        FailureKind::CpuLimit => Some("raise `limits.cpu`, or look why the plugin computes so long"),
        FailureKind::FuelLimit => Some("raise `limits.fuel`"),
        FailureKind::MemoryLimit => Some("raise `limits.memory`, if the plugin may have more"),
        FailureKind::OutputLimit => Some("raise the limit that the message names, if the plugin may return more"),
        FailureKind::HostCallLimit => Some("raise the limit that the message names, if the plugin may do more"),
        FailureKind::Denied => Some("what is denied can be granted in scorebox.toml, if the plugin may do it"),
        FailureKind::OverBudget => Some("raise the budget or the limit that the message names"),
        FailureKind::Gateway => Some("try again; the model or the peer could not be used"),
        FailureKind::Instantiation => Some("`scorebox plugin inspect` shows what the plugin needs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_four_digits() {
        let shown = [0.0, 0.91249, -3.5, 42.25, 1234.5, -98765.4, 1e20].map(number);
        assert_eq!(shown, ["0.000", "0.912", "-3.500", "42.2", "1,235", "-98,765", "1.000e20"]);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let shown = [0, 900, 1_500, 45_600, 123_456_789, 2_000_000_000].map(|ns| duration(Duration::from_nanos(ns)));
        assert_eq!(shown, ["0.00 ns", "900 ns", "1.50 µs", "45.6 µs", "123 ms", "2.00 s"]);
    }
}

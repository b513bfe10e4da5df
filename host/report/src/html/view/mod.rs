//! What the template of the page shows: texts that are ready to be read, and the measures of drawings.

mod comparison;
mod drawing;
mod failures;
mod gate;
mod header;
mod summary;

use serde::Serialize;

use super::columns::Columns;
use super::selection::Selected;
use crate::ReportContext;
use crate::causes::Causes;
use crate::shown::{counted, thousands};

/// The page but for its rows.
#[derive(Serialize)]
pub(super) struct PageView {
    title: String,
    header: header::HeaderView,
    gate: Option<gate::GateView>,
    summary: summary::SummaryView,
    comparison: Option<comparison::ComparisonView>,
    failures: failures::FailuresView,
    notes: Vec<String>,
    rows: String,
}

impl PageView {
    pub(super) fn of(context: &ReportContext<'_>, columns: &Columns, causes: Causes, selected: &Selected) -> Self {
        Self {
            title: context.title(),
            header: header::HeaderView::of(context),
            gate: context.gate.map(gate::GateView::of),
            summary: summary::SummaryView::of(context.record, columns),
            comparison: context.comparison.map(comparison::ComparisonView::of),
            failures: failures::FailuresView::of(causes),
            notes: notes(columns, selected),
            rows: thousands(selected.rows.len() as u64),
        }
    }
}

/// What is not in the table, and why.
fn notes(columns: &Columns, selected: &Selected) -> Vec<String> {
    let mut notes = Vec::new();
    let shown = selected.rows.len() as u64;
    if shown < selected.seen {
        let which = if selected.has_all_important {
            "every row with an error or a failed check, then the first of the others"
        } else {
            "the first of those with an error or a failed check"
        };
        notes.push(format!(
            "The table has {} of {}: {which}. The summary and the errors count all of them.",
            thousands(shown),
            counted(selected.seen, "row"),
        ));
    }
    if columns.is_full() {
        notes.push(
            "The table has no room for every kind of feedback; the rest is shown when a row is opened.".to_owned(),
        );
    }
    notes
}

/// A rounded number for a drawing.
fn measure(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A level of confidence: `95 %`.
fn percent(level: f64) -> String {
    format!("{} %", (level * 1000.0).round() / 10.0)
}

/// A filter of the table: a feedback and what its value has to be.
fn filter(key: &str, operator: &str, value: &str) -> String {
    let is_plain = !value.is_empty() && !value.contains(|it: char| it.is_whitespace() || matches!(it, '"' | '\\'));
    if is_plain {
        return format!("{key}{operator}{value}");
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{key}{operator}\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn values_with_spaces_are_quoted_in_filters() {
        assert_eq!(filter("tone", ":", "formal"), "tone:formal");
        assert_eq!(filter("tone", ":", r#"not "so" nice"#), r#"tone:"not \"so\" nice""#);
    }
}

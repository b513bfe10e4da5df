//! The rows as the page's script reads them: columns for the table, which are read at once, and details and texts in
//! blocks, which are read when they are looked at. The form is described in `host/report/docs/html.md`.

use std::io::Write;

use serde::Serialize;

use super::columns::ColumnForm;
use super::kept::{KeptRow, Shared, Tags};
use super::script_json::write_json;
use crate::ReportError;

/// Details of so many rows are read at once.
const DETAILS_PER_BLOCK: usize = 512;
/// So many texts are read at once.
const TEXTS_PER_BLOCK: usize = 2048;

#[derive(Serialize)]
struct TableForm<'r> {
    rows: usize,
    repeats: u32,
    details_per_block: usize,
    texts_per_block: usize,
    /// The places in the dataset.
    index: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repeat: Vec<u32>,
    id: Vec<&'r str>,
    /// A character for each row.
    status: String,
    /// Nanoseconds; empty where nothing was predicted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    predict_ns: Vec<Option<u64>>,
    /// Empty where nothing was spent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cost_usd: Vec<f64>,
    scorers: Vec<&'r str>,
    columns: Vec<ColumnForm<'r>>,
    tags: TagsForm<'r>,
}

#[derive(Serialize)]
struct TagsForm<'r> {
    #[serde(flatten)]
    names: &'r Tags,
    rows: Vec<&'r [u32]>,
}

impl<'r> TableForm<'r> {
    fn of(rows: &'r [KeptRow], shared: &'r Shared, repeats: u32) -> Self {
        let has_predictions = rows.iter().any(|row| row.predict_ns.is_some());
        let has_costs = rows.iter().any(|row| row.cost_usd > 0.0);
        let cells: Vec<_> = rows.iter().map(|row| &row.cells).collect();
        Self {
            rows: rows.len(),
            repeats,
            details_per_block: DETAILS_PER_BLOCK,
            texts_per_block: TEXTS_PER_BLOCK,
            index: rows.iter().map(|row| row.index).collect(),
            repeat: rows.iter().filter(|_| repeats > 1).map(|row| row.repeat).collect(),
            id: rows.iter().map(|row| &*row.id).collect(),
            status: rows.iter().map(|row| row.status.character()).collect(),
            predict_ns: rows.iter().filter(|_| has_predictions).map(|row| row.predict_ns).collect(),
            cost_usd: rows.iter().filter(|_| has_costs).map(|row| row.cost_usd).collect(),
            scorers: shared.columns.scorers().collect(),
            columns: shared.columns.forms(&cells),
            tags: TagsForm { names: &shared.tags, rows: rows.iter().map(|row| &*row.tags).collect() },
        }
    }
}

/// Writes the elements that hold the rows.
pub(super) fn write_data(
    writer: &mut dyn Write,
    rows: &[KeptRow],
    shared: &Shared,
    repeats: u32,
) -> Result<(), ReportError> {
    write_element(writer, "data-table", |writer| Ok(write_json(writer, &TableForm::of(rows, shared, repeats))?))?;
    for (number, block) in rows.chunks(DETAILS_PER_BLOCK).enumerate() {
        write_element(writer, &format!("data-details-{number}"), |writer| write_details(writer, block))?;
    }
    for (number, block) in shared.texts.blocks(TEXTS_PER_BLOCK).enumerate() {
        write_element(writer, &format!("data-texts-{number}"), |writer| Ok(write_json(writer, &block)?))?;
    }
    Ok(())
}

fn write_element(
    writer: &mut dyn Write,
    id: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    write!(writer, "<script type=\"application/json\" id=\"{id}\">")?;
    write(writer)?;
    Ok(writer.write_all(b"</script>\n")?)
}

/// An array of what is JSON for a script element already.
fn write_details(writer: &mut dyn Write, rows: &[KeptRow]) -> Result<(), ReportError> {
    for (place, row) in rows.iter().enumerate() {
        writer.write_all(if place == 0 { b"[" } else { b"," })?;
        writer.write_all(row.detail.as_bytes())?;
    }
    Ok(writer.write_all(b"]")?)
}

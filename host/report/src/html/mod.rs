//! One page for a person: the run, its verdict, its scorers, its errors and its rows, in one file without any other.
//!
//! Rows are collected in bounded memory and written at the end. The page is described in `host/report/docs/html.md`.

mod columns;
mod data;
mod detail;
mod histogram;
mod kept;
mod limits;
mod names;
mod page;
mod script_json;
mod selection;
mod texts;
mod trace;
mod view;

use std::io::{BufWriter, Write};

use scorebox_eval::RowResult;

use self::kept::Shared;
use self::selection::Selection;
use self::view::PageView;
use crate::causes::Causes;
use crate::{ReportContext, ReportError};

/// The HTML report: rows first, in order of position and with their content, then what was concluded from them.
#[derive(Debug, Default)]
pub struct HtmlReport {
    shared: Shared,
    selection: Selection,
    causes: Causes,
}

impl HtmlReport {
    /// Takes the next row.
    pub fn add(&mut self, row: &RowResult) -> Result<(), ReportError> {
        self.causes.add(row);
        self.shared.columns.see(row);
        Ok(self.selection.add(row, &mut self.shared)?)
    }

    /// Writes the page.
    pub fn finish<W: Write>(self, context: &ReportContext<'_>, writer: W) -> Result<(), ReportError> {
        let selected = self.selection.finish();
        let view = PageView::of(context, &self.shared.columns, self.causes, &selected);
        let mut writer = BufWriter::new(writer);
        writer.write_all(page::head(&view)?.as_bytes())?;
        data::write_data(&mut writer, &selected.rows, &self.shared, context.record.repeats.get())?;
        writer.write_all(page::foot().as_bytes())?;
        Ok(writer.flush()?)
    }
}

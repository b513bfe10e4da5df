use std::io::Write;

use scorebox_eval::{RowResult, encode_row};

use crate::csv::CsvReport;
use crate::junit::JunitReport;
use crate::markdown::MarkdownReport;
use crate::{HtmlReport, ReportContext, ReportError, ReportFormat, json};

/// Writes one report: rows first, in order of position and with their content, then what was concluded from them.
pub struct ReportWriter<W: Write>(Form<W>);

enum Form<W: Write> {
    Html(Box<HtmlReport>, W),
    Junit(JunitReport, W),
    Markdown(MarkdownReport, W),
    Json(W),
    Jsonl(RowLines<W>),
    Csv(Box<CsvReport<W>>),
}

impl<W: Write> ReportWriter<W> {
    /// Begins a report. The writer is written to in large pieces, or once at the end.
    pub fn new(format: ReportFormat, writer: W) -> Result<Self, ReportError> {
        Ok(Self(match format {
            ReportFormat::Html => Form::Html(Box::default(), writer),
            ReportFormat::Junit => Form::Junit(JunitReport::new(), writer),
            ReportFormat::Markdown => Form::Markdown(MarkdownReport::default(), writer),
            ReportFormat::Json => Form::Json(writer),
            ReportFormat::Jsonl => Form::Jsonl(RowLines { writer, lines: Vec::new() }),
            ReportFormat::Csv => Form::Csv(Box::new(CsvReport::new(writer)?)),
        }))
    }

    /// Takes the next row.
    pub fn add(&mut self, row: &RowResult) -> Result<(), ReportError> {
        match &mut self.0 {
            Form::Html(report, _) => report.add(row)?,
            Form::Junit(report, _) => report.add(row)?,
            Form::Markdown(report, _) => report.add(row),
            Form::Json(_) => {}
            Form::Jsonl(lines) => lines.add(row)?,
            Form::Csv(report) => report.add(row)?,
        }
        Ok(())
    }

    /// Writes what is left to write.
    pub fn finish(self, context: &ReportContext<'_>) -> Result<(), ReportError> {
        match self.0 {
            Form::Html(report, writer) => report.finish(context, writer),
            Form::Junit(report, writer) => report.finish(context, writer),
            Form::Markdown(report, writer) => report.finish(context, writer),
            Form::Json(writer) => json::write(context, writer),
            Form::Jsonl(lines) => lines.finish(),
            Form::Csv(report) => report.finish(),
        }
    }
}

/// The rows as they stand in `results.jsonl`.
struct RowLines<W: Write> {
    writer: W,
    lines: Vec<u8>,
}

impl<W: Write> RowLines<W> {
    fn add(&mut self, row: &RowResult) -> Result<(), ReportError> {
        const BYTES_AT_ONCE: usize = 64 << 10;
        encode_row(row, &mut self.lines)?;
        if self.lines.len() >= BYTES_AT_ONCE {
            self.write()?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ReportError> {
        self.write()?;
        Ok(self.writer.flush()?)
    }

    fn write(&mut self) -> Result<(), ReportError> {
        self.writer.write_all(&self.lines)?;
        self.lines.clear();
        Ok(())
    }
}

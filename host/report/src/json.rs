use std::io::{BufWriter, Write};

use scorebox_eval::RunRecord;
use scorebox_verdict::{ComparisonReport, GateReport};
use serde::Serialize;

use crate::{ReportContext, ReportError};

/// The version of the document. It changes when a key changes its meaning or goes away; new keys may come without.
const VERSION: u32 = 1;

/// What the run came to, as one document without its rows.
#[derive(Serialize)]
struct Document<'a> {
    scorebox_report: u32,
    run: &'a RunRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'a GateReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a ComparisonReport>,
}

/// Writes the JSON report.
pub(crate) fn write<W: Write>(context: &ReportContext<'_>, writer: W) -> Result<(), ReportError> {
    let document =
        Document { scorebox_report: VERSION, run: context.record, gate: context.gate, comparison: context.comparison };
    let mut writer = BufWriter::new(writer);
    serde_json::to_writer_pretty(&mut writer, &document)?;
    writer.write_all(b"\n")?;
    Ok(writer.flush()?)
}

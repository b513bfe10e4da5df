//! Reports of a stored run, in one pass over its rows.

use std::path::{Path, PathBuf};

use scorebox_eval::{ResultSink as _, RunFolder, RunRecord, SyncPolicy};
use scorebox_report::{ReportContext, ReportRequest, ReportWriter};
use scorebox_store::{RowParts, Store};

use crate::exit::Stop;
use crate::files::NewFile;
use crate::rows;

/// Writes each report; those that cannot be written leave what was there.
pub(crate) async fn write(store: &Store, context: &ReportContext<'_>, requests: &[ReportRequest]) -> Result<(), Stop> {
    if requests.is_empty() {
        return Ok(());
    }
    let files = requests.iter().map(|request| NewFile::create(&request.path));
    let mut files = files.collect::<anyhow::Result<Vec<_>>>().map_err(Stop::Unfinished)?;
    let mut reports = Vec::with_capacity(files.len());
    for (request, file) in requests.iter().zip(&mut files) {
        reports.push(ReportWriter::new(request.format, file).map_err(Stop::unfinished)?);
    }
    rows::each(store, context.record, RowParts::ALL, |row| {
        reports.iter_mut().try_for_each(|report| report.add(row)).map_err(Stop::unfinished)
    })
    .await?;
    for report in reports {
        report.finish(context).map_err(Stop::unfinished)?;
    }
    files.into_iter().try_for_each(NewFile::finish).map_err(Stop::Unfinished)
}

/// Writes a run as a folder of its own in `output`: `run.json` and `results.jsonl`.
pub(crate) async fn write_folder(store: &Store, record: &RunRecord, output: &Path) -> Result<PathBuf, Stop> {
    let path = output.join(record.run_id.as_str());
    if path.exists() {
        // The same run after it was gone on with: the results replace what there was of them.
        std::fs::remove_dir_all(&path).map_err(Stop::unfinished)?;
    }
    let mut folder = RunFolder::create(&path, record, SyncPolicy::default()).map_err(Stop::unfinished)?;
    rows::each(store, record, RowParts::ALL, |row| folder.write(std::slice::from_ref(row)).map_err(Stop::unfinished))
        .await?;
    folder.finish(&mut record.clone()).map_err(Stop::unfinished)?;
    Ok(path)
}

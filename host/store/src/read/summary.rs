use scorebox_eval::{RunRecord, Summary};

use super::rows::{RowParts, RowReader, RowSource};
use crate::database::Database;
use crate::error::StoreError;

/// Sums up the rows of a run, in their order, up to a position.
pub(crate) async fn summarize(
    database: &Database,
    source: RowSource,
    done: u64,
    record: &RunRecord,
) -> Result<Summary, StoreError> {
    let mut collector = record.summary_collector();
    // Where rows depend on each other, their examples say which.
    let parts = RowParts { content: record.dataset.group.is_some(), ..RowParts::SCORES };
    let mut reader = RowReader::new(database.clone(), source, 0..done, parts);
    while let Some(rows) = reader.next_page().await? {
        rows.iter().for_each(|row| collector.add(row));
    }
    Ok(collector.summary())
}

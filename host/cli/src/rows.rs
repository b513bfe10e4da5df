//! The rows of a stored run, page by page.

use std::ops::Range;

use scorebox_eval::{RowResult, RunRecord};
use scorebox_store::{RowParts, Store};

use crate::exit::Stop;

/// Gives every row of a run to `take`, in the order of position.
pub(crate) async fn each(
    store: &Store,
    record: &RunRecord,
    parts: RowParts,
    take: impl FnMut(&RowResult) -> Result<(), Stop>,
) -> Result<(), Stop> {
    within(store, record, 0..record.positions(), parts, take).await
}

/// Gives the rows at these positions to `take`.
pub(crate) async fn at(
    store: &Store,
    record: &RunRecord,
    positions: &[u64],
    parts: RowParts,
    mut take: impl FnMut(&RowResult),
) -> Result<(), Stop> {
    for position in positions {
        let one = *position..position + 1;
        within(store, record, one, parts, |row| {
            take(row);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn within(
    store: &Store,
    record: &RunRecord,
    range: Range<u64>,
    parts: RowParts,
    mut take: impl FnMut(&RowResult) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut pages = store.rows(&record.run_id, Some(range), parts).await.map_err(Stop::unfinished)?;
    while let Some(page) = pages.next_page().await.map_err(Stop::unfinished)? {
        page.iter().try_for_each(&mut take)?;
    }
    Ok(())
}

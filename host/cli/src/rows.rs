//! The rows of a stored run, page by page. The next page is read while one is looked at.

use std::ops::Range;

use scorebox_eval::{RowResult, RunRecord};
use scorebox_store::{RowParts, RowReader, Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::exit::Stop;

/// Gives every row of a run to `take`, in the order of position.
pub(crate) async fn each(
    store: &Store,
    record: &RunRecord,
    parts: RowParts,
    mut take: impl FnMut(&RowResult) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut pages = Pages::of(store, record, parts).await?;
    while let Some(page) = pages.next().await? {
        page.iter().try_for_each(&mut take)?;
    }
    Ok(())
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
        let mut reader = reader(store, record, *position..position + 1, parts).await?;
        while let Some(page) = reader.next_page().await.map_err(Stop::unfinished)? {
            page.iter().for_each(&mut take);
        }
    }
    Ok(())
}

async fn reader(store: &Store, record: &RunRecord, range: Range<u64>, parts: RowParts) -> Result<RowReader, Stop> {
    store.rows(&record.run_id, Some(range), parts).await.map_err(Stop::unfinished)
}

/// The pages of a run, which are read ahead.
pub(crate) struct Pages {
    pages: mpsc::Receiver<Result<Vec<RowResult>, StoreError>>,
    /// Ends when nobody takes pages any more.
    reading: JoinHandle<()>,
}

impl Pages {
    /// Begins to read all rows.
    pub(crate) async fn of(store: &Store, record: &RunRecord, parts: RowParts) -> Result<Self, Stop> {
        const READ_AHEAD: usize = 2;
        let mut reader = reader(store, record, 0..record.positions(), parts).await?;
        let (sender, pages) = mpsc::channel(READ_AHEAD);
        let reading = tokio::spawn(async move {
            while let Some(page) = reader.next_page().await.transpose() {
                let is_last = page.is_err();
                if sender.send(page).await.is_err() || is_last {
                    break;
                }
            }
        });
        Ok(Self { pages, reading })
    }

    /// The next page; none after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<RowResult>>, Stop> {
        self.pages.recv().await.transpose().map_err(Stop::unfinished)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

use std::ops::Range;

use futures::stream::{self, Stream};
use scorebox_core::RunId;
use scorebox_eval::RowResult;

use super::page::{Page, read_page};
use crate::database::Database;
use crate::error::StoreError;
use crate::runs::RunColumn;

/// Which parts of rows are read. What is left out takes no time to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowParts {
    /// The ids of examples; empty texts otherwise.
    pub ids: bool,
    /// The examples, and the keys of contents.
    pub content: bool,
    /// What the predict function gave; otherwise `null` stands for outputs. Failures are always read.
    pub outputs: bool,
    /// The spans that the predict function recorded.
    pub traces: bool,
    /// Times and usage of scorers' calls, and whether they were made in this run.
    pub calls: bool,
    /// Rationales, metadata and spans of feedback, and what functions logged.
    pub remarks: bool,
}

impl RowParts {
    /// Everything.
    pub const ALL: Self = Self { ids: true, content: true, outputs: true, traces: true, calls: true, remarks: true };
    /// What statistics need: scores with their times and usage, and the ids of examples.
    pub const SCORES: Self =
        Self { ids: true, content: false, outputs: false, traces: false, calls: true, remarks: false };
}

/// Positions of the first page; the next ones follow the size of the rows.
const FIRST_PAGE: u64 = 256;
const MAX_PAGE: u64 = 2048;
/// Pages of fewer bytes may grow, those of more bytes shrink.
const SMALL_PAGE_BYTES: usize = 2 * 1024 * 1024;
const LARGE_PAGE_BYTES: usize = 8 * 1024 * 1024;

/// Reads rows of a run page by page, in the order of their positions.
#[derive(Debug)]
pub struct RowReader {
    database: Database,
    source: RowSource,
    rest: Range<u64>,
    parts: RowParts,
    page: u64,
}

/// Where the rows of a run are.
#[derive(Debug)]
pub(crate) struct RowSource {
    pub(crate) run: RunId,
    pub(crate) snapshot: i64,
    pub(crate) repeats: u64,
    /// The predict function's, if there is one, and the scorers', in their order.
    pub(crate) columns: Vec<RunColumn>,
}

impl RowReader {
    pub(crate) fn new(database: Database, source: RowSource, range: Range<u64>, parts: RowParts) -> Self {
        Self { database, source, rest: range, parts, page: FIRST_PAGE }
    }

    /// The positions that are still to come.
    #[must_use]
    pub fn rest(&self) -> Range<u64> {
        self.rest.clone()
    }

    /// The rows that come next; none after the last.
    pub async fn next_page(&mut self) -> Result<Option<Vec<RowResult>>, StoreError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let end = self.rest.end.min(self.rest.start.saturating_add(self.page));
        let mut session = self.database.session().await?;
        let Page { rows, bytes } = read_page(&mut session, &self.source, self.rest.start..end, self.parts).await?;
        self.rest.start = end;
        if bytes < SMALL_PAGE_BYTES {
            self.page = (self.page * 2).min(MAX_PAGE);
        } else if bytes > LARGE_PAGE_BYTES {
            self.page = (self.page / 2).max(1);
        }
        Ok(Some(rows))
    }

    /// The pages as a stream.
    pub fn pages(self) -> impl Stream<Item = Result<Vec<RowResult>, StoreError>> + Send {
        let next = |mut reader: Self| async { Ok(reader.next_page().await?.map(|rows| (rows, reader))) };
        stream::try_unfold(self, next)
    }
}

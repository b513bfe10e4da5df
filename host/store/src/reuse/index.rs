//! Where in the store the result for a row with the same content is.

use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::lines::{signed, unsigned};
use scorebox_core::Digest;
use scorebox_eval::ContentKey;

/// Columns that are looked through, the newest first.
const MAX_COLUMNS: i64 = 4;
/// Rows of them that are looked through. Each takes 24 bytes.
const MAX_ROWS: usize = 1_000_000;
/// Rows that are read at a time.
const PAGE: u64 = 20_000;

/// The rows of some columns by their contents.
#[derive(Debug, Default)]
pub(crate) struct ContentIndex {
    columns: Vec<i64>,
    /// In the order of their contents, with one row for each.
    rows: Vec<IndexedRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct IndexedRow {
    content: [u8; 16],
    /// The place of the column in its upper byte, so that rows of the newest column come first; then the position.
    at: u64,
}

const COLUMN_SHIFT: u32 = 56;

/// A column whose rows may be found by their content.
struct Candidate {
    column: i64,
    snapshot: i64,
    repeats: u64,
    positions: u64,
    predicted: Option<i64>,
}

impl ContentIndex {
    /// Reads the contents of the newest columns with this fingerprint. A prediction's content is its example; a score's is
    /// what the scorer was given.
    pub(crate) async fn load(session: &mut Session, fingerprint: Digest) -> Result<Self, StoreError> {
        const FIND: &str = "SELECT key, snapshot, repeats, positions, predicted FROM columns \
             WHERE fingerprint = $1 AND positions > 0 ORDER BY key DESC LIMIT $2";
        let found: Vec<(i64, i64, i64, i64, Option<i64>)> = ask!(session, "look for earlier results", connection => {
            let find = sqlx::query_as(FIND).bind(fingerprint.to_string()).bind(MAX_COLUMNS);
            find.fetch_all(connection).await
        })?;
        let mut index = Self::default();
        for (column, snapshot, repeats, positions, predicted) in found {
            let (repeats, positions) = (unsigned(repeats).max(1), unsigned(positions));
            index.add(session, Candidate { column, snapshot, repeats, positions, predicted }).await?;
        }
        index.rows.sort_unstable();
        index.rows.dedup_by_key(|row| row.content);
        index.rows.shrink_to_fit();
        Ok(index)
    }

    async fn add(&mut self, session: &mut Session, candidate: Candidate) -> Result<(), StoreError> {
        const SCORED: &str =
            "SELECT position, content FROM predictions WHERE col = $1 AND position >= $2 AND position < $3";
        const EXAMPLES: &str =
            "SELECT position, content FROM examples WHERE snapshot = $1 AND position >= $2 AND position < $3";
        // Where outputs were scored, the content stands with them; otherwise with the example, once for all repeats.
        let (sql, owner, lines, repeats) = match candidate.predicted {
            Some(predicted) => (SCORED, predicted, candidate.positions, 1),
            None => {
                let examples = candidate.positions / candidate.repeats;
                (EXAMPLES, candidate.snapshot, examples, candidate.repeats)
            }
        };
        let column = self.columns.len() as u64;
        self.columns.push(candidate.column);
        let mut from = 0;
        while from < lines && self.rows.len() < MAX_ROWS {
            let to = (from + PAGE).min(lines);
            let page: Vec<(i64, Vec<u8>)> = ask!(session, "look through earlier results", connection => {
                let page = sqlx::query_as(sql).bind(owner).bind(signed(from)).bind(signed(to));
                page.fetch_all(connection).await
            })?;
            for (position, content) in page {
                // A content of another length belongs to nothing that could be asked for.
                if let Ok(content) = content.try_into() {
                    let at = (column << COLUMN_SHIFT) | (unsigned(position) * repeats);
                    self.rows.push(IndexedRow { content, at });
                }
            }
            from = to;
        }
        Ok(())
    }

    /// The column and the position of the row with this content.
    pub(crate) fn find(&self, content: ContentKey) -> Option<(i64, u64)> {
        let place = self.rows.binary_search_by_key(content.as_bytes(), |row| row.content).ok()?;
        let at = self.rows[place].at;
        let column = usize::try_from(at >> COLUMN_SHIFT).ok()?;
        Some((*self.columns.get(column)?, at & ((1 << COLUMN_SHIFT) - 1)))
    }

    /// How many different contents there are.
    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }
}

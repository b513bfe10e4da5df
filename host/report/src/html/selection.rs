//! Which rows the page has, where a run has more than a browser should open.

use scorebox_eval::RowResult;

use super::kept::{KeptRow, RowStatus, Shared};
use super::limits::{MAX_BYTES, MAX_ROWS};

/// Rows with an error or a `false`, as many as fit, and then the first of the others.
#[derive(Debug, Default)]
pub(super) struct Selection {
    important: Group,
    others: Group,
    detail_bytes: usize,
}

#[derive(Debug, Default)]
struct Group {
    rows: Vec<KeptRow>,
    /// Rows that there are, kept or not.
    seen: u64,
    /// Whether one was left out; then those after it are left out too.
    is_closed: bool,
}

/// The rows that were kept, in order of position, and how many there were.
pub(super) struct Selected {
    pub(super) rows: Vec<KeptRow>,
    pub(super) seen: u64,
    /// Whether every row with an error or a `false` is there.
    pub(super) has_all_important: bool,
}

impl Selection {
    pub(super) fn add(&mut self, row: &RowResult, shared: &mut Shared) -> Result<(), serde_json::Error> {
        let is_important = RowStatus::of(row).is_important();
        let group = if is_important { &mut self.important } else { &mut self.others };
        group.seen += 1;
        if group.is_closed {
            return Ok(());
        }
        let kept = KeptRow::of(row, shared)?;
        self.detail_bytes += kept.detail.len();
        group.rows.push(kept);
        while self.is_too_large(shared) && self.drop_last(shared) {}
        Ok(())
    }

    fn is_too_large(&self, shared: &Shared) -> bool {
        let rows = self.important.rows.len() + self.others.rows.len();
        rows > MAX_ROWS || self.detail_bytes + shared.texts.bytes() > MAX_BYTES
    }

    /// Drops the last of the other rows, or the last of the important ones when there are no others.
    fn drop_last(&mut self, shared: &mut Shared) -> bool {
        let group = if self.others.rows.is_empty() { &mut self.important } else { &mut self.others };
        group.is_closed = true;
        let Some(row) = group.rows.pop() else { return false };
        self.detail_bytes -= row.detail.len();
        row.release(&mut shared.texts);
        true
    }

    pub(super) fn finish(self) -> Selected {
        let seen = self.important.seen + self.others.seen;
        let mut rows = self.important.rows;
        rows.extend(self.others.rows);
        rows.sort_by_key(|row| (row.index, row.repeat));
        Selected { rows, seen, has_all_important: !self.important.is_closed }
    }
}

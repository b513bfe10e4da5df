//! What a new version holds, and how it differs from the one before: worked out before anything is written.

use std::io;

use super::draft::Drafted;
use super::error::ManagedDatasetError;
use super::merger::Merger;
use super::outline::Outline;
use super::rows::Rows;

/// What new records do to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// They take the place of what was there.
    Replace,
    /// They update what was there, and are added to it.
    Merge,
}

/// A version before it is written.
pub(super) struct Prepared {
    /// What it holds.
    pub(super) content: Drafted,
    /// What was merged into the version before; none where that was replaced by `content`.
    records: Option<Drafted>,
    pub(super) counts: Counts,
}

/// How a version differs from the one before, in examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) added: u64,
    pub(super) changed: u64,
    pub(super) removed: u64,
}

impl Prepared {
    /// The new records, to begin again with.
    pub(super) fn into_records(self) -> Drafted {
        self.records.unwrap_or(self.content)
    }
}

/// Works out the version that follows the one whose rows are given, if there is one.
pub(super) fn prepare(how: How, before: Option<&Rows>, mut records: Drafted) -> Result<Prepared, ManagedDatasetError> {
    let outline = before.map_or_else(|| Ok(Outline::default()), outline_of_rows)?;
    match how {
        How::Replace => {
            let comparison = outline.compare(outline_of_draft(&mut records)?);
            let counts = Counts {
                added: comparison.added.len() as u64,
                changed: comparison.changed.len() as u64,
                removed: comparison.removed.len() as u64,
            };
            Ok(Prepared { content: records, records: None, counts })
        }
        How::Merge => {
            let rows = before.into_iter().flat_map(Rows::again);
            let merged = Merger::new(outline).merge(rows, &mut records)?;
            let counts = Counts { added: merged.added, changed: merged.changed, removed: 0 };
            Ok(Prepared { content: merged.draft.finish()?, records: Some(records), counts })
        }
    }
}

/// The outline of a version in the store.
pub(super) fn outline_of_rows(rows: &Rows) -> Result<Outline, ManagedDatasetError> {
    let mut outline = Outline::with_capacity(capacity(rows.count()));
    for example in rows.again() {
        outline.push(&example?);
    }
    Ok(outline)
}

fn outline_of_draft(draft: &mut Drafted) -> io::Result<Outline> {
    let mut outline = Outline::with_capacity(capacity(draft.rows));
    draft.rewind()?;
    while let Some((_, example)) = draft.next_example()? {
        outline.push(&example);
    }
    Ok(outline)
}

/// A count that the store gives may be anything; what is really there decides.
fn capacity(rows: u64) -> usize {
    const MOST: u64 = 1 << 22;
    usize::try_from(rows.min(MOST)).unwrap_or_default()
}

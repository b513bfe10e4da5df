use std::collections::BTreeSet;

/// Which rows of a run are evaluated, by their positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RowSelection {
    /// All of them.
    #[default]
    All,
    /// Those that are not done yet, when those before this position are.
    From(u64),
    /// These, and where scorers look at sessions, the other turns of their sessions.
    Only(BTreeSet<u64>),
}

impl RowSelection {
    /// How many of so many rows are selected; turns that only come along are not counted.
    #[must_use]
    pub fn count(&self, rows: u64) -> u64 {
        match self {
            Self::All => rows,
            Self::From(position) => rows.saturating_sub(*position),
            Self::Only(positions) => positions.len() as u64,
        }
    }

    pub(super) fn contains(&self, position: u64) -> bool {
        match self {
            Self::All => true,
            Self::From(first) => position >= *first,
            Self::Only(positions) => positions.contains(&position),
        }
    }

    /// The last position that is selected, where there is one before the end.
    pub(super) fn is_past_end(&self, position: u64) -> bool {
        match self {
            Self::All | Self::From(_) => false,
            Self::Only(positions) => positions.last().is_none_or(|last| position > *last),
        }
    }
}

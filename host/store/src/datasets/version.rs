use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use scorebox_core::Digest;
use serde::Serialize;

use super::name::{DatasetName, VersionTag};

/// A dataset in the store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetInfo {
    /// Its name.
    pub name: DatasetName,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many versions it has.
    pub versions: u64,
    /// The newest of them; none in a dataset that was never filled.
    pub latest: Option<DatasetVersion>,
    /// Its tags, and the versions that have them.
    pub tags: BTreeMap<VersionTag, u64>,
}

/// One version of a dataset; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatasetVersion {
    /// The dataset.
    pub dataset: DatasetName,
    /// Its number, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// How it was made.
    pub action: DatasetAction,
    /// What it was made from: a file, or a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The digest of its canonical JSONL, which is what an export gives.
    pub digest: Digest,
    /// How many examples it has.
    pub rows: u64,
    /// How long its canonical JSONL is.
    pub bytes: u64,
    /// Examples that the version before did not have.
    pub added: u64,
    /// Examples that differ from the version before.
    pub changed: u64,
    /// Examples that only the version before had.
    pub removed: u64,
    /// The key of its snapshot.
    #[serde(skip)]
    pub(crate) snapshot: i64,
}

impl fmt::Display for DatasetVersion {
    /// `support-qa@3`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.dataset, self.version)
    }
}

/// How a version came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatasetAction {
    /// It was the dataset's first content.
    Create,
    /// A file replaced what was there.
    Import,
    /// A file was merged into what was there.
    Merge,
    /// Rows of a run were merged into what was there.
    FromRun,
    /// Traces were merged into what was there.
    FromTraces,
}

impl DatasetAction {
    pub(super) const ALL: [Self; 5] = [Self::Create, Self::Import, Self::Merge, Self::FromRun, Self::FromTraces];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Import => "import",
            Self::Merge => "merge",
            Self::FromRun => "from_run",
            Self::FromTraces => "from_traces",
        }
    }
}

/// What an attempt to change a dataset came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatasetChange {
    /// There is a new version.
    New(DatasetVersion),
    /// There was nothing to change: the newest version is what it was.
    Nothing(DatasetVersion),
}

impl DatasetChange {
    /// The version that is the newest now.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        match self {
            Self::New(version) | Self::Nothing(version) => version,
        }
    }
}

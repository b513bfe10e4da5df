use std::io;
use std::path::{Path, PathBuf};

use super::record::RunRecord;
use super::row::RowResult;

/// Where results go. Its methods block; one writer owns it and calls them in order.
pub trait ResultSink: Send {
    /// Takes the results of the next rows, which belong together: whole sessions, where scorers look at sessions. They may
    /// be lost in a crash until [`ResultSink::sync`] has counted them.
    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError>;

    /// Makes everything so far durable and returns the number of rows that are. Call it when no row is waiting.
    fn sync(&mut self) -> Result<u64, SinkError>;

    /// Ends the run, with its summary in the record. A sink that holds rows of earlier parts of the run sums all of them
    /// up again and puts that into the record.
    fn finish(&mut self, record: &mut RunRecord) -> Result<(), SinkError>;
}

/// Why results could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// There is something already.
    #[error("{}: already there; name another folder, or remove this one if its results are no longer needed", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's word.
        source: io::Error,
    },
    /// The store refused.
    #[error("the store cannot {action}: {source}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// The store's word.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether the disk is full.
        is_disk_full: bool,
    },
    /// Another process has taken the run over.
    #[error("another process has taken this run over, and goes on with it")]
    TakenOver,
    /// A result has no JSON form.
    #[error("a result cannot be written as JSON: {0}")]
    Encode(#[from] serde_json::Error),
}

impl SinkError {
    /// Whether the disk is full: then the run can go on once there is space.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self {
            Self::Io { source, .. } => matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge),
            Self::Store { is_disk_full, .. } => *is_disk_full,
            Self::Exists { .. } | Self::TakenOver | Self::Encode(_) => false,
        }
    }

    pub(super) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }
}

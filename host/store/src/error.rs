use std::io;
use std::path::PathBuf;

use scorebox_core::RunId;

use crate::database::Trouble;
use crate::location::StoreLocation;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is something else.
    #[error("{store}: this file is not a database; name another file, or remove this one if it is not needed")]
    NotADatabase {
        /// The store.
        store: StoreLocation,
    },
    /// The database belongs to another program.
    #[error(
        "{store}: this database holds tables of another program ({found}) and is left alone; name another one for Scorebox"
    )]
    NotAStore {
        /// The store.
        store: StoreLocation,
        /// Some of the tables.
        found: String,
    },
    /// A later version of Scorebox made or changed the store.
    #[error(
        "{store}: the store has schema version {found}, made by Scorebox {made_by}, and this Scorebox ({}) knows versions \
         up to {known}; update Scorebox, or name another store",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The store.
        store: StoreLocation,
        /// The version of its schema.
        found: i64,
        /// The version of Scorebox that made it.
        made_by: String,
        /// The last version that this build knows.
        known: i64,
    },
    /// The store was made by a build whose schema was another one under the same version.
    #[error(
        "{store}: schema version {version} of the store is not the one that this Scorebox ({}) knows by that number: a \
         build of Scorebox {made_by} between releases made it; use that build, or name another store",
        env!("CARGO_PKG_VERSION")
    )]
    Differs {
        /// The store.
        store: StoreLocation,
        /// The version of its schema.
        version: i64,
        /// The version of Scorebox that made it.
        made_by: String,
    },
    /// The folder of the store cannot be made.
    #[error("{}: cannot {action}: {source}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's word.
        source: io::Error,
    },
    /// The database cannot hold every character.
    #[error("{store}: the database keeps texts as {encoding}, which lacks characters: make it with the encoding UTF8")]
    Encoding {
        /// The store.
        store: StoreLocation,
        /// What it keeps texts as.
        encoding: String,
    },
    /// A line of a table is not what Scorebox writes.
    #[error(
        "the store holds a line that cannot be read: {table}{}{}: {reason}; was it changed by hand? Otherwise this is a \
         defect of Scorebox",
        run.as_ref().map(|run| format!(", {run}")).unwrap_or_default(),
        position.map(|position| format!(", position {position}")).unwrap_or_default()
    )]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The run that it belongs to, where it does to one.
        run: Option<RunId>,
        /// The row's position in the run, where it belongs to one.
        position: Option<u64>,
        /// What is wrong.
        reason: String,
    },
    /// There is no such run.
    #[error("{store}: there is no run `{reference}`; `scorebox runs` lists them")]
    NoRun {
        /// The store.
        store: StoreLocation,
        /// What was asked for.
        reference: String,
    },
    /// Several runs end so.
    #[error("several runs end with `{reference}`: {}; write more of the id", candidates.iter().map(RunId::as_str).collect::<Vec<_>>().join(", "))]
    AmbiguousRun {
        /// What was asked for.
        reference: String,
        /// Some of the runs.
        candidates: Vec<RunId>,
    },
    /// The text names no run in any way.
    #[error(
        "`{reference}` names no run: write its id, at least the last four characters of it, `last`, or `last~2` for the \
         second before the last"
    )]
    InvalidReference {
        /// The text.
        reference: String,
    },
    /// All of the run is done.
    #[error("{run} is complete: there is nothing to go on with; `--retry-errors` repeats calls that failed")]
    Complete {
        /// The run.
        run: RunId,
    },
    /// Some of the run is not done.
    #[error("{run} is not complete: {done} of {positions} rows are done; `--resume {run}` goes on with it")]
    Incomplete {
        /// The run.
        run: RunId,
        /// Rows that are done.
        done: u64,
        /// All rows.
        positions: u64,
    },
    /// The run has a scorer of that name.
    #[error("{run} has results of `{name}` already; give the scorer another name")]
    AlreadyScored {
        /// The run.
        run: RunId,
        /// The scorer.
        name: String,
    },
    /// The record of the new run cannot be stored.
    #[error("the record of {run} cannot be stored: {reason}")]
    InvalidRecord {
        /// The run.
        run: RunId,
        /// What is wrong.
        reason: String,
    },
    /// There is no such row.
    #[error("{run} has no row at position {position}: it has {positions}")]
    NoRow {
        /// The run.
        run: RunId,
        /// The position that was asked for.
        position: u64,
        /// How many it has.
        positions: u64,
    },
    /// There is no such review, or it was corrected already.
    #[error("review {review} cannot be corrected: {reason}")]
    NoReview {
        /// Its number.
        review: i64,
        /// Why.
        reason: &'static str,
    },
    /// The database refused.
    #[error("{store}: cannot {action}: {source}{}", Trouble::of(source).advice())]
    Database {
        /// The store.
        store: StoreLocation,
        /// What was tried.
        action: &'static str,
        /// The database's word.
        source: sqlx::Error,
    },
}

impl StoreError {
    pub(crate) fn unreadable(table: &'static str, run: Option<RunId>, position: Option<u64>, reason: String) -> Self {
        Self::Unreadable { table, run, position, reason }
    }

    /// Whether the disk is full: then the same can be done once there is space.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Database { source, .. } => Trouble::of(source) == Trouble::DiskFull,
            Self::Folder { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }

    /// Whether nothing can be written where the store is.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::Database { source, .. } => Trouble::of(source) == Trouble::ReadOnly,
            Self::Folder { source, .. } => {
                matches!(source.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
            }
            _ => false,
        }
    }
}

//! Runs, datasets, traces and assessments in SQLite or PostgreSQL.
//!
//! Results arrive through [`StoreSink`] and leave page by page through [`RowReader`]; what earlier runs gave is found again by
//! [`Store::begin`]. This crate must never know the terminal, config files or HTTP, how rows are evaluated, or what results
//! mean: statistics and verdicts are made elsewhere. `host/store/docs/store.md` describes the tables.

mod database;
mod datasets;
mod error;
mod lines;
mod location;
mod read;
mod reuse;
mod reviews;
mod runs;
mod store;
mod text;
mod write;

pub use datasets::{
    DatasetAction, DatasetChange, DatasetDiff, DatasetInfo, DatasetName, DatasetReference, DatasetVersion,
    ExampleChange, ExampleList, ExportFormat, ExportTarget, FieldDifference, InvalidCondition, InvalidDatasetName,
    InvalidReference, InvalidVersionTag, ManagedDatasetError, Materialised, RecordKey, RowCondition, RowSelection,
    TraceFileError, TraceProblem, VersionSelector, VersionTag,
};
pub use error::StoreError;
pub use location::{InvalidStoreLocation, StoreLocation};
pub use read::{RowParts, RowReader};
pub use reuse::{Change, FunctionReuse, Reused, StoreMemo};
pub use reviews::{NewReview, Review, ReviewRole};
pub use runs::{Begun, Extended, OpenExtension, OpenRun, Page, Resumed, Retry, RunFilter};
pub use store::Store;
pub use write::StoreSink;

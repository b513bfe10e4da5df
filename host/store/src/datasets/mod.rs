//! Datasets that Scorebox manages: a name, and versions that never change, each of which is a snapshot.
//!
//! A new version is worked out in temporary files before anything is written (`prepare`), and written in one transaction
//! (`publish`). Nothing is ever loaded whole: a few dozen bytes for each example stay in memory (`outline`). The format of an
//! export, which is what digests are made of, and the rules of a merge are described in `host/store/docs/datasets.md`.

mod blocking;
mod canonical;
mod catalogue;
mod change;
mod csv;
mod delete;
mod diff;
mod difference;
mod draft;
mod error;
mod export;
mod from_run;
mod members;
mod merge;
mod merger;
mod name;
mod outline;
mod prepare;
mod publish;
mod reference;
mod rows;
mod selection;
mod traces;
mod version;

pub use canonical::RecordKey;
pub use diff::{DatasetDiff, ExampleChange, ExampleList};
pub use difference::FieldDifference;
pub use error::ManagedDatasetError;
pub use export::{ExportFormat, ExportTarget, Materialised};
pub use name::{DatasetName, InvalidDatasetName, InvalidVersionTag, VersionTag};
pub use reference::{DatasetReference, InvalidReference, VersionSelector};
pub use selection::{InvalidCondition, RowCondition, RowSelection};
pub use traces::{TraceFileError, TraceProblem};
pub use version::{DatasetAction, DatasetChange, DatasetInfo, DatasetVersion};

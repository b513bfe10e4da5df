//! What came of each row, and where it goes.
//!
//! This module knows nothing of how rows are evaluated. The formats are described in `host/eval/docs/results.md`.

mod content;
mod folder;
mod record;
mod row;
mod row_json;
mod sink;

pub use content::ContentKey;
pub use folder::{RunFolder, SyncPolicy};
pub use record::{DatasetRecord, FunctionRecord, FunctionRole, PluginRecord, RunRecord, RunStatus};
pub(crate) use row::nanoseconds;
pub use row::{Outcome, Prediction, RowContent, RowResult, ScoreResult, SkipReason};
pub use row_json::encode_row;
pub use sink::{ResultSink, SinkError};

use std::path::PathBuf;

use jiff::Timestamp;
use scorebox_core::{Digest, Json, RunId};
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// What a run was and what came of it: `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Names the run.
    pub run_id: RunId,
    /// How far it came.
    pub status: RunStatus,
    /// Why it did not finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The version of Scorebox.
    pub host_version: String,
    /// The commit that was checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Where all randomness of the run comes from.
    pub seed: u64,
    /// The config, with its defaults filled in.
    pub config: Json,
    /// What was evaluated.
    pub dataset: DatasetRecord,
    /// The components that were used.
    pub plugins: Vec<PluginRecord>,
    /// What the gateway says: what it asked for again, what a cache saved, what it spent. Unlike the usage in the
    /// summary, this differs between two runs of the same plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Json>,
    /// What the results come to; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is running, or was killed.
    Running,
    /// Every row was evaluated.
    Finished,
    /// Someone ended it; the results so far stand.
    Interrupted,
    /// The run's budget was used up; the results so far stand.
    OverBudget,
    /// It could not go on.
    Failed,
}

/// What was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The digest of the whole file.
    pub digest: Digest,
    /// The rows of the whole file.
    pub rows: u64,
    /// How many of them, from the beginning, the run evaluates; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// A component that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginRecord {
    /// Its name in the config.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its version, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

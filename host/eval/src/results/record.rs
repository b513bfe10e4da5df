use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use jiff::Timestamp;
use scorebox_core::{Aggregation, Digest, Json, RunId};
use scorebox_engine::Isolation;
use serde::{Deserialize, Serialize};

use crate::dataset::FieldPath;
use crate::summary::{Summary, SummaryCollector};

/// What a run was and what came of it: `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Names the run.
    pub run_id: RunId,
    /// The experiment that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
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
    /// The branch that was checked out, or that CI says it builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_branch: Option<String>,
    /// Where all randomness of the run comes from.
    pub seed: u64,
    /// The config, with its defaults filled in.
    pub config: Json,
    /// What was evaluated.
    pub dataset: DatasetRecord,
    /// How often each example was evaluated.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeats: NonZeroU32,
    /// The components that were used.
    pub plugins: Vec<PluginRecord>,
    /// The predict function, if there is one, and the scorers in the order of the results.
    #[serde(default)]
    pub functions: Vec<FunctionRecord>,
    /// What the gateway says: what it asked for again, what a cache saved, what it spent. Unlike the usage in the
    /// summary, this differs between two runs of the same plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Json>,
    /// What the results come to; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn is_once(repeats: &NonZeroU32) -> bool {
    *repeats == once()
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
    /// The stored dataset that the file holds, such as `support-qa@3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The digest of the whole file.
    pub digest: Digest,
    /// Names the examples that were read: the digest of the file, and of how it was read where that was not the default.
    pub snapshot: Digest,
    /// The rows of the whole file.
    pub rows: u64,
    /// How many of them, from the beginning, the run evaluates; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The field by which rows are not independent of each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<FieldPath>,
}

impl RunRecord {
    /// Sums up rows of this run: its scorers in their order, as they want it.
    #[must_use]
    pub fn summary_collector(&self) -> SummaryCollector {
        let collector = SummaryCollector::new(self.aggregations());
        self.dataset.group.iter().cloned().fold(collector, SummaryCollector::with_clusters)
    }

    /// The scorers in the order of the results, with the aggregations that they ask for.
    #[must_use]
    pub fn aggregations(&self) -> Vec<(String, Vec<Aggregation>)> {
        let scorers = self.functions.iter().filter(|function| function.role == FunctionRole::Scorer);
        scorers.map(|scorer| (scorer.name.clone(), scorer.aggregations.clone())).collect()
    }

    /// The number of positions: examples times repeats.
    #[must_use]
    pub fn positions(&self) -> u64 {
        let rows = self.dataset.limit.map_or(self.dataset.rows, |limit| limit.min(self.dataset.rows));
        rows.saturating_mul(self.repeats.get().into())
    }
}

/// A predict function or scorer that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionRecord {
    /// Its name in the run; `predict` for the predict function.
    pub name: String,
    /// What it did.
    pub role: FunctionRole,
    /// The digest of its component.
    pub plugin: Digest,
    /// Its name in the component.
    pub function: String,
    /// Its config.
    pub config: Json,
    /// Whether it asked models or could have; then its feedback is a model's verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_models: bool,
    /// The models that its config names, with what stands behind each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, String>,
    /// How its numbers are summed up; the usual aggregates where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregations: Vec<Aggregation>,
    /// Names all that its results depend on beside the row; none where equal rows may give other results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Digest>,
    /// How many examples an instance of it saw.
    #[serde(default, skip_serializing_if = "Isolation::is_example")]
    pub isolation: Isolation,
    /// The most linear memory that an instance of it had, in bytes; none where none was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

impl FunctionRecord {
    /// The fingerprint under which results of single rows are used again; none where a result also depends on the rows
    /// around it, so that only a whole run over the same examples gives the same.
    #[must_use]
    pub fn row_fingerprint(&self) -> Option<Digest> {
        self.fingerprint.filter(|_| self.isolation.is_example())
    }
}

/// What a function does in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionRole {
    /// It is the application under evaluation.
    Predictor,
    /// It judges.
    Scorer,
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

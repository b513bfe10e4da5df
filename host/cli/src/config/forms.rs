//! How types of other crates look in the schema of `scorebox.toml`.

use schemars::JsonSchema;

/// What a run must come to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct GateForm {
    /// What the run itself must come to, such as `correctness.mean >= 0.9` or `error_rate <= 0.01`.
    #[schemars(default)]
    require: Vec<String>,
    /// Another run that it must not be worse than.
    baseline: Option<BaselineForm>,
}

/// A run must not be worse than another.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct BaselineForm {
    /// Than which: "branch:main", "run:last~1" or "file:baseline.jsonl".
    against: String,
    /// What is looked at; by default all that have booleans or numbers.
    scorers: Option<Vec<String>>,
    /// How much worse is acceptable, in the unit of the scorer.
    #[schemars(default)]
    margin: f64,
    /// The same by scorer.
    #[schemars(default)]
    margins: std::collections::BTreeMap<String, f64>,
    /// Scorers of which less is better.
    #[schemars(default)]
    lower_is_better: Vec<String>,
    /// What must be shown.
    #[schemars(default)]
    decide: DecideForm,
    /// The level of the intervals, 0.95 by default.
    confidence: Option<f64>,
    /// What to do while there is no such run.
    #[schemars(default)]
    missing: MissingForm,
}

/// What must be shown for a run to pass.
#[derive(Default, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum DecideForm {
    /// That it is not worse by more than the margin.
    #[default]
    NotWorse,
    /// That it is worse by more than the margin; what is not shown passes.
    Worse,
}

/// What to do while there is nothing to compare with.
#[derive(Default, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum MissingForm {
    /// The check fails.
    #[default]
    Fail,
    /// The check passes.
    Pass,
}

/// A stored dataset by its name, or what there is to say about a dataset.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum DatasetForm {
    Stored(String),
    Table(Box<super::file::DatasetSection>),
}

/// The format of a dataset.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum FormatName {
    Jsonl,
    Csv,
    Parquet,
}

/// The type of a column's cells.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum CellTypeName {
    Text,
    Integer,
    Number,
    Boolean,
    Json,
}

/// How much one instance of a plugin sees.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum IsolationForm {
    /// A fresh instance for every example.
    Example,
    /// A fresh instance for every batch of this many examples.
    Batch(std::num::NonZeroUsize),
    /// One instance for all examples, until it fails.
    Run,
}

/// A directory that a plugin sees.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct DirForm {
    /// The directory on this machine, relative to the file.
    host: String,
    /// The name under which the plugin sees it.
    guest: String,
    /// What the plugin may do in it.
    #[schemars(default)]
    access: AccessForm,
}

/// What a plugin may do in a directory.
#[derive(Default, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum AccessForm {
    /// Read files and list directories.
    #[default]
    Read,
    /// Create, change and delete as well.
    ReadWrite,
}

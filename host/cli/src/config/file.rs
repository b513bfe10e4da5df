use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use schemars::JsonSchema;
use scorebox_core::Cost;
use scorebox_engine::{CallLimits, DirGrant, Isolation};
use scorebox_eval::{CellType, FieldPath, Format};
use scorebox_verdict::GateConfig;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

use super::forms::{CellTypeName, DatasetForm, DirForm, FormatName, GateForm, IsolationForm};
use super::outgoing::{BudgetSection, HttpSection, ModelSection, PriceSection, ProviderSection, TextOr};
use super::units::{self, ByteCount, Time};

/// What is evaluated, with what, and how.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "scorebox.toml")]
pub(super) struct ProjectFile {
    /// The examples: a stored dataset, such as "support-qa@3", or a table.
    #[schemars(with = "DatasetForm")]
    pub(super) dataset: Spanned<TextOr<DatasetSection>>,
    /// The application under evaluation; without it, the rows of the dataset bring their outputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) predict: Option<PredictSection>,
    /// What judges the outputs, in the order of the report.
    #[serde(default)]
    pub(super) scorers: Vec<ScorerSection>,
    /// Models by the names that plugins use, such as judge = "openai:/gpt-4o-mini".
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, ModelSection>")]
    pub(super) models: BTreeMap<String, Spanned<ModelSection>>,
    /// Who serves models, where the built-in settings do not fit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, ProviderSection>")]
    pub(super) providers: BTreeMap<String, Spanned<ProviderSection>>,
    /// What all plugins of the run may do beyond computing; nothing by default.
    #[serde(default)]
    pub(super) permissions: PermissionsSection,
    /// What the run may spend on models; without limits by default.
    #[serde(default)]
    pub(super) budget: BudgetSection,
    /// Prices of models that are not in the built-in table, or not as it has them, by PROVIDER:/MODEL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, PriceSection>")]
    pub(super) prices: BTreeMap<String, Spanned<PriceSection>>,
    /// How the run goes.
    #[serde(default)]
    pub(super) run: RunSection,
    /// What a run must come to; where it does not, the command ends with exit code 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<GateForm>")]
    pub(super) gate: Option<GateConfig>,
}

/// The examples.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DatasetSection {
    /// The file, relative to this one: .jsonl, .ndjson, .csv or .parquet. Either this or `stored`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) path: Option<Spanned<PathBuf>>,
    /// A stored dataset: NAME, NAME@VERSION or NAME@TAG; `scorebox dataset list` shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) stored: Option<Spanned<String>>,
    /// The format, where the file's extension does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FormatName>")]
    pub(super) format: Option<Format>,
    /// CSV and Parquet: the field that a column fills, such as question = "inputs.question".
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) columns: BTreeMap<String, FieldPath>,
    /// CSV and Parquet: columns that are not read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) ignore_columns: BTreeSet<String>,
    /// CSV: the type of a field's cells, where the inferred one is not wanted, such as "inputs.zip" = "text".
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, CellTypeName>")]
    pub(super) types: BTreeMap<FieldPath, CellType>,
    /// The field that names a row's conversation, such as "tags.session": rows with one value, one after the other, are
    /// its turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) session: Option<FieldPath>,
    /// The field by which rows are not independent of each other, such as "tags.document": intervals take that into account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) group: Option<FieldPath>,
    /// The longest row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_row_bytes: Option<ByteCount>,
}

/// The application under evaluation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PredictSection {
    /// A predict function: BUILTIN/FUNCTION, or ./path/to/plugin.wasm#function.
    #[serde(rename = "use")]
    #[schemars(with = "String")]
    pub(super) function: Spanned<String>,
    /// The function's own settings; `scorebox plugin inspect` lists them.
    #[serde(default = "no_config")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(super) config: Spanned<toml::Table>,
    /// What one call may use.
    #[serde(default)]
    pub(super) limits: LimitsSection,
    /// What the plugin may do beyond computing, in addition to what all may.
    #[serde(default)]
    pub(super) permissions: PermissionsSection,
    /// What it may spend of the run's budget.
    #[serde(default)]
    pub(super) budget: BudgetSection,
}

/// One scorer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScorerSection {
    /// A scorer: BUILTIN/FUNCTION, or ./path/to/plugin.wasm#function.
    #[serde(rename = "use")]
    #[schemars(with = "String")]
    pub(super) function: Spanned<String>,
    /// Its name in the results, which must be unique; the function's name by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) name: Option<Spanned<String>>,
    /// The scorer's own settings; `scorebox plugin inspect` lists them.
    #[serde(default = "no_config")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(super) config: Spanned<toml::Table>,
    /// How much one instance of the plugin sees: "example", "run", or { batch = 32 }. By default one example, or up to 128
    /// where instances are dear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<IsolationForm>")]
    pub(super) isolation: Option<Isolation>,
    /// What one call may use.
    #[serde(default)]
    pub(super) limits: LimitsSection,
    /// What the plugin may do beyond computing, in addition to what all may.
    #[serde(default)]
    pub(super) permissions: PermissionsSection,
    /// What it may spend of the run's budget.
    #[serde(default)]
    pub(super) budget: BudgetSection,
}

fn no_config() -> Spanned<toml::Table> {
    Spanned::new(0..0, toml::Table::new())
}

/// What one call may use. A call that exceeds a limit fails, its row records which limit it was, and the run goes on.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsSection {
    /// Wall-clock time, such as "10s".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<Time>,
    /// CPU time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cpu: Option<Time>,
    /// Instructions, roughly; unlike time, the same on every machine. Makes all plugins of the run slower by about 15 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fuel: Option<u64>,
    /// Memory, such as "64MiB".
    #[serde(
        default,
        alias = "memory_bytes",
        deserialize_with = "units::linear_memory",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) memory: Option<ByteCount>,
    /// Elements of all tables together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) table_elements: Option<usize>,
    /// What a call returns, in bytes.
    #[serde(default, alias = "output_bytes", skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<ByteCount>,
    /// Nesting of arrays and objects in the JSON that a call returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output_json_depth: Option<usize>,
    /// Feedbacks for one example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) feedbacks: Option<usize>,
    /// Calls of the host's own functions, all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host_calls: Option<u64>,
    /// What one call of a host's function may carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host_call_bytes: Option<ByteCount>,
    /// Streams, requests and directories that are open at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) resources: Option<usize>,
    /// Log messages that are kept; the rest is dropped.
    #[serde(default, alias = "log_bytes", skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<ByteCount>,
    /// Standard output and standard error that are kept; the rest is dropped.
    #[serde(default, alias = "stderr_bytes", skip_serializing_if = "Option::is_none")]
    pub(super) stderr: Option<ByteCount>,
    /// Spans that are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) spans: Option<usize>,
    /// Requests to models and over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outgoing_requests: Option<u64>,
    /// HTTP bodies, sent and received together.
    #[serde(default, alias = "http_bytes", skip_serializing_if = "Option::is_none")]
    pub(super) http: Option<ByteCount>,
    /// Tokens of all model calls, read and written together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tokens: Option<u64>,
    /// Dollars that all model calls may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub(super) cost_usd: Option<Cost>,
}

/// More rows at once than this would only wait for each other.
const MAX_CONCURRENCY: usize = 4096;

/// Refuses a number of rows at once that no machine has use for.
pub(crate) fn check_concurrency(rows: NonZeroUsize) -> Result<(), String> {
    if rows.get() <= MAX_CONCURRENCY { Ok(()) } else { Err(format!("at most {MAX_CONCURRENCY} rows at once")) }
}

fn concurrency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroUsize>, D::Error> {
    let rows = Option::deserialize(deserializer)?;
    rows.map_or(Ok(()), check_concurrency).map_err(D::Error::custom)?;
    Ok(rows)
}

impl LimitsSection {
    /// The limits with the engine's defaults for what is not said.
    pub(super) fn limits(&self) -> CallLimits {
        let CallLimits {
            deadline,
            cpu,
            fuel,
            memory_bytes,
            table_elements,
            output_bytes,
            output_json_depth,
            feedbacks,
            host_calls,
            host_call_bytes,
            resources,
            log_bytes,
            stderr_bytes,
            spans,
            outgoing_requests,
            http_bytes,
            tokens,
            cost,
        } = CallLimits::default();
        let bytes = |wanted: Option<ByteCount>, default| wanted.map_or(default, ByteCount::get);
        CallLimits {
            deadline: self.deadline.map_or(deadline, Time::get),
            cpu: self.cpu.map_or(cpu, Time::get),
            fuel: self.fuel.or(fuel),
            memory_bytes: bytes(self.memory, memory_bytes),
            table_elements: self.table_elements.unwrap_or(table_elements),
            output_bytes: bytes(self.output, output_bytes),
            output_json_depth: self.output_json_depth.unwrap_or(output_json_depth),
            feedbacks: self.feedbacks.unwrap_or(feedbacks),
            host_calls: self.host_calls.unwrap_or(host_calls),
            host_call_bytes: bytes(self.host_call_bytes, host_call_bytes),
            resources: self.resources.unwrap_or(resources),
            log_bytes: bytes(self.log, log_bytes),
            stderr_bytes: bytes(self.stderr, stderr_bytes),
            spans: self.spans.unwrap_or(spans),
            outgoing_requests: self.outgoing_requests.unwrap_or(outgoing_requests),
            http_bytes: self.http.map_or(http_bytes, |bytes| bytes.get() as u64),
            tokens: self.tokens.unwrap_or(tokens),
            cost: self.cost_usd.or(cost),
        }
    }
}

/// What a plugin may do beyond computing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PermissionsSection {
    /// Directories that the plugin sees, such as { host = "./data", guest = "/data", access = "read" }.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<DirForm>")]
    pub(super) dirs: Vec<DirGrant>,
    /// Models that the plugin may ask, by the names that it uses, such as ["judge"].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<String>,
    /// Peers that the plugin may send HTTP requests to, such as `["https://api.example.com"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<HttpSection>")]
    pub(super) http: Vec<Spanned<HttpSection>>,
}

/// How the run goes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunSection {
    /// How many rows are worked on at once; by default as many as there are cores, and 16 when a plugin can wait for
    /// other machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "concurrency")]
    pub(super) concurrency: Option<NonZeroUsize>,
    /// The memory that all instances of plugins together may have, such as "4GiB"; further ones wait. By default half of what
    /// the machine, or the container, can spare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) memory: Option<ByteCount>,
    /// Where the plugins' randomness comes from.
    #[serde(default)]
    pub(super) seed: u64,
    /// How often each example is evaluated, 1 by default and at most 1,000: for pass@k, and to tell noise from change.
    #[serde(default = "once", deserialize_with = "repeats")]
    pub(super) repeats: NonZeroU32,
    /// The name under which runs are kept together; the name of this file's folder by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) experiment: Option<String>,
    /// Recorded replies of models, relative to this file, that `scorebox ci` replays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replies: Option<PathBuf>,
    /// A folder, relative to this file, in which each run is also written as a folder with run.json and results.jsonl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<PathBuf>,
}

impl Default for RunSection {
    fn default() -> Self {
        let (concurrency, memory, experiment, replies, output) = (None, None, None, None, None);
        Self { concurrency, memory, seed: 0, repeats: once(), experiment, replies, output }
    }
}

fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// More repeats than this tell nothing new.
const MAX_REPEATS: u32 = 1_000;

/// Refuses a number of repeats that nobody has use for.
pub(crate) fn check_repeats(repeats: NonZeroU32) -> Result<(), String> {
    if repeats.get() <= MAX_REPEATS { Ok(()) } else { Err(format!("at most {MAX_REPEATS} repeats")) }
}

fn repeats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let repeats = NonZeroU32::deserialize(deserializer)?;
    check_repeats(repeats).map_err(D::Error::custom)?;
    Ok(repeats)
}

/// The JSON Schema of the file, for editors.
pub(crate) fn schema() -> schemars::Schema {
    schemars::schema_for!(ProjectFile)
}

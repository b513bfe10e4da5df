use std::borrow::Cow;
use std::collections::HashSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;

use scorebox_core::Json;
use scorebox_engine::{CallSettings, Engine, Isolation, LoadError, Predictor, Scorer, SetupError};

use tokio::sync::Semaphore;

use super::declared::Declared;
use super::functions::{NotReusable, PlannedFunction};
use super::isolation::{ChosenBatches, Surroundings};
use super::loading::Loader;
use super::memo::{KeptScore, Memo, MemoError, MemoKey};
use super::pipeline::largest_batch;
use super::score::Scoring;
use super::selection::RowSelection;
use crate::dataset::{Dataset, DatasetError, FieldPath, ReadOptions};
use crate::results::{DatasetRecord, FunctionRecord, FunctionRole, PluginRecord, Prediction};
use crate::summary::SummaryCollector;

/// A component and what to call it in messages.
#[derive(Clone, Debug)]
pub struct ComponentSource {
    /// Its name or path, as the user wrote it.
    pub label: String,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

/// A scorer or predict function that is wanted.
#[derive(Clone, Debug)]
pub struct FunctionRequest {
    /// Its name in the run.
    pub name: String,
    /// The component that holds it.
    pub component: ComponentSource,
    /// Its name in the component.
    pub function: String,
    /// Its config, an object.
    pub config: Json,
    /// Limits, grants and the way out.
    pub settings: CallSettings,
}

/// A scorer that is wanted.
#[derive(Clone, Debug)]
pub struct ScorerRequest {
    /// Which one.
    pub function: FunctionRequest,
    /// How much one instance sees; none leaves it to the host: batches where instances are dear, see
    /// [`Plugin::automatic_isolation`](scorebox_engine::Plugin::automatic_isolation).
    pub isolation: Option<Isolation>,
}

/// What is to be evaluated, and how.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The dataset.
    pub dataset: PathBuf,
    /// How it is read.
    pub read: ReadOptions,
    /// Names the session of a row: rows of one session stand together, as its turns in their order.
    pub session: Option<FieldPath>,
    /// The field by which rows are not independent of each other: intervals take that into account.
    pub group: Option<FieldPath>,
    /// The application under evaluation; without one, rows bring their outputs.
    pub predictor: Option<FunctionRequest>,
    /// The scorers, in the order of the results.
    pub scorers: Vec<ScorerRequest>,
    /// How many rows are worked on at once. By default as many as there are cores, and 16 when a plugin can wait for
    /// other machines.
    pub concurrency: Option<NonZeroUsize>,
    /// Evaluates only this many examples, from the beginning.
    pub limit: Option<u64>,
    /// How often each example is evaluated.
    pub repeats: NonZeroU32,
}

/// An evaluation of which everything was checked that can be checked before the first row.
#[derive(Debug)]
pub struct Plan {
    pub(super) request: PlanRequest,
    pub(super) predictor: Option<Predictor>,
    pub(super) scorers: Vec<PlannedScorer>,
    pub(super) concurrency: NonZeroUsize,
    /// One permit for each row that may be at work, also where rows travel in batches or sessions. Only used where
    /// plugins wait for other machines.
    pub(super) rows_at_work: Semaphore,
    pub(super) reaches_out: bool,
    pub(super) selection: RowSelection,
    memo: Option<Arc<dyn Memo>>,
    functions: Vec<PlannedFunction>,
    chosen_batches: Vec<ChosenBatches>,
    plugins: Vec<PluginRecord>,
    dataset: DatasetRecord,
}

#[derive(Clone, Debug)]
pub(super) struct PlannedScorer {
    pub(super) name: Arc<str>,
    pub(super) scorer: Scorer,
}

/// Why an evaluation cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is nothing to score with.
    #[error("the evaluation has no scorers")]
    NoScorers,
    /// Two scorers would share a name in the results.
    #[error("two scorers are named `{name}`; give one of them another name")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A component was refused.
    #[error("{label}: {source}")]
    Load {
        /// The component as the user wrote it.
        label: String,
        /// Why.
        source: LoadError,
    },
    /// A scorer or predict function cannot be set up.
    #[error("`{name}` ({label}): {source}")]
    Setup {
        /// Its name in the run.
        name: String,
        /// The component as the user wrote it.
        label: String,
        /// Why.
        source: SetupError,
    },
    /// A config does not satisfy the schema.
    #[error("the config of `{name}` ({label}) is wrong:\n  {}", problems.join("\n  "))]
    Config {
        /// The scorer's or predict function's name in the run.
        name: String,
        /// The component as the user wrote it.
        label: String,
        /// What is wrong, with its place in the config.
        problems: Vec<String>,
    },
    /// The plugin's own schema is unusable.
    #[error("the config schema of `{name}` ({label}) is no JSON Schema: {reason}")]
    Schema {
        /// The scorer's or predict function's name in the run.
        name: String,
        /// The component as the user wrote it.
        label: String,
        /// Why.
        reason: String,
    },
    /// The scorer looks at whole sessions, and nothing says which rows make one.
    #[error(
        "the scorer `{name}` looks at whole conversations, and nothing says which rows belong to one: name the field \
         that holds a row's session, for instance with `session = \"tags.session\"` in [dataset]"
    )]
    SessionScorer {
        /// Its name in the run.
        name: String,
    },
    /// The scorer looks at whole sessions, and is to be given batches.
    #[error(
        "the scorer `{name}` looks at whole conversations, which are scored one by one: leave out its isolation in \
         batches"
    )]
    SessionBatches {
        /// Its name in the run.
        name: String,
    },
    /// The scorer looks at whole sessions, and each example is to be evaluated several times.
    #[error(
        "the scorer `{name}` looks at whole conversations, which cannot be repeated: leave out `repeats`, or evaluate it \
         in a run of its own"
    )]
    SessionRepeats {
        /// Its name in the run.
        name: String,
    },
    /// The dataset cannot be used.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The dataset has no rows.
    #[error("{}: the dataset has no rows", path.display())]
    EmptyDataset {
        /// The file.
        path: PathBuf,
    },
}

/// How many rows are worked on at once when a plugin can wait for other machines.
const WAITING_CONCURRENCY: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not zero");

impl Plan {
    /// Loads the components, checks configs and grants, and reads the dataset once from end to end, so that whatever
    /// is wrong with any of them is found before the first row is scored.
    pub async fn prepare(engine: &Engine, request: PlanRequest) -> Result<Self, PlanError> {
        check_names(&request)?;
        let mut loader = Loader {
            engine,
            has_sessions: request.session.is_some(),
            is_repeated: request.repeats > NonZeroU32::MIN,
            has_predictor: request.predictor.is_some(),
            plugins: Vec::new(),
            functions: Vec::new(),
            chosen_batches: Vec::new(),
            reaches_out: false,
        };
        let mut predictor = None;
        if let Some(wanted) = &request.predictor {
            predictor = Some(loader.predictor(wanted).await?);
        }
        let mut loaded = Vec::with_capacity(request.scorers.len());
        for wanted in &request.scorers {
            loaded.push(loader.scorer(wanted).await?);
        }
        let dataset = check_dataset(&request).await?;
        let rows = request.limit.map_or(dataset.rows, |limit| limit.min(dataset.rows));
        let positions = rows.saturating_mul(request.repeats.get().into());
        let surroundings = Surroundings { positions, reaches_out: loader.reaches_out };
        let mut scorers = Vec::with_capacity(loaded.len());
        for (wanted, loaded) in request.scorers.iter().zip(loaded) {
            scorers.push(loader.isolate(wanted, loaded, surroundings));
        }
        let largest_batch = largest_batch(&scorers);
        let session = kept_together(&request, &scorers);
        loader.functions.iter_mut().for_each(|function| function.settle_batches(largest_batch, session));
        let Loader { plugins, functions, chosen_batches, reaches_out, .. } = loader;
        let concurrency = request.concurrency.unwrap_or_else(|| default_concurrency(reaches_out));
        let rows_at_work = Semaphore::new(concurrency.get());
        Ok(Self {
            request,
            predictor,
            scorers,
            concurrency,
            rows_at_work,
            reaches_out,
            selection: RowSelection::All,
            memo: None,
            functions,
            chosen_batches,
            plugins,
            dataset,
        })
    }

    /// The same plan with earlier results to use instead of calls.
    #[must_use]
    pub fn with_memo(self, memo: Arc<dyn Memo>) -> Self {
        Self { memo: Some(memo), ..self }
    }

    /// The same plan for some of its rows.
    #[must_use]
    pub fn select(self, selection: RowSelection) -> Self {
        Self { selection, ..self }
    }

    /// What each function will reach by its config, in the order of the plan.
    #[must_use]
    pub fn declared(&self) -> Vec<Declared> {
        let predictor = self.request.predictor.iter().zip(&self.predictor);
        let predictor = predictor.map(|(wanted, it)| (wanted, &it.info().config_schema));
        let scorers = self.request.scorers.iter().zip(&self.scorers);
        let scorers = scorers.map(|(wanted, it)| (&wanted.function, &it.scorer.info().config_schema));
        let functions = predictor.chain(scorers);
        functions.map(|(wanted, schema)| Declared::new(&wanted.name, schema, &wanted.config)).collect()
    }

    /// The dataset, for the record of the run.
    #[must_use]
    pub fn dataset(&self) -> &DatasetRecord {
        &self.dataset
    }

    /// The components, for the record of the run.
    #[must_use]
    pub fn plugins(&self) -> &[PluginRecord] {
        &self.plugins
    }

    /// The number of examples that will be evaluated.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.request.limit.map_or(self.dataset.rows, |limit| limit.min(self.dataset.rows))
    }

    /// How often each example is evaluated.
    #[must_use]
    pub fn repeats(&self) -> NonZeroU32 {
        self.request.repeats
    }

    /// The number of positions: examples times repeats.
    #[must_use]
    pub fn positions(&self) -> u64 {
        self.rows().saturating_mul(self.repeats().get().into())
    }

    /// The number of positions that are selected.
    #[must_use]
    pub fn selected_rows(&self) -> u64 {
        self.selection.count(self.positions())
    }

    /// The predict function, if there is one, and the scorers, for the record of the run.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionRecord> {
        self.functions.iter().map(|function| function.record.clone()).collect()
    }

    /// Why results of functions cannot be used again for equal rows, by their places among [`Plan::functions`]; none for
    /// those whose results can.
    #[must_use]
    pub fn not_reusable(&self) -> Vec<Option<NotReusable>> {
        self.functions.iter().map(|function| function.not_reusable.clone()).collect()
    }

    /// The scorers for which the host chose batches.
    #[must_use]
    pub fn chosen_batches(&self) -> &[ChosenBatches] {
        &self.chosen_batches
    }

    /// The most linear memory that an instance of a function had so far, in bytes; none before its first call.
    pub(super) fn peak_memory_bytes(&self, role: FunctionRole, name: &str) -> Option<u64> {
        let peak = match role {
            FunctionRole::Predictor => self.predictor.as_ref()?.peak_memory_bytes(),
            FunctionRole::Scorer => self.scorers.iter().find(|it| &*it.name == name)?.scorer.peak_memory_bytes(),
        };
        (peak > 0).then_some(peak as u64)
    }

    /// Sums up rows of this plan.
    pub(super) fn summary_collector(&self) -> SummaryCollector {
        let aggregations = |it: &PlannedScorer| (it.name.to_string(), it.scorer.info().aggregations.clone());
        let collector = SummaryCollector::new(self.scorers.iter().map(aggregations));
        self.request.group.iter().cloned().fold(collector, SummaryCollector::with_clusters)
    }

    /// The predictions that were kept, in the order of the rows; empty where none were.
    pub(super) async fn kept_predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, MemoError> {
        match &self.memo {
            Some(memo) if self.predictor.is_some() && memo.holds_predictions() => memo.predictions(rows).await,
            _ => Ok(Vec::new()),
        }
    }

    /// What was kept of a scorer, in the order of the rows; empty where nothing was.
    pub(super) async fn kept_scores(
        &self,
        place: usize,
        rows: &[MemoKey],
    ) -> Result<Vec<Option<KeptScore>>, MemoError> {
        match &self.memo {
            Some(memo) if memo.holds_scores(place) => memo.scores(place, rows).await,
            _ => Ok(Vec::new()),
        }
    }

    /// How many rows are worked on at once.
    #[must_use]
    pub fn concurrency(&self) -> NonZeroUsize {
        self.concurrency
    }

    /// The field by which rows are kept together, where a scorer wants them so.
    pub(super) fn session(&self) -> Option<&FieldPath> {
        kept_together(&self.request, &self.scorers)
    }
}

fn kept_together<'a>(request: &'a PlanRequest, scorers: &[PlannedScorer]) -> Option<&'a FieldPath> {
    let is_wanted = scorers.iter().any(|scorer| scorer.scoring() == Scoring::Session);
    request.session.as_ref().filter(|_| is_wanted)
}

fn default_concurrency(reaches_out: bool) -> NonZeroUsize {
    if reaches_out {
        return WAITING_CONCURRENCY;
    }
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn check_names(request: &PlanRequest) -> Result<(), PlanError> {
    if request.scorers.is_empty() {
        return Err(PlanError::NoScorers);
    }
    let mut seen = HashSet::new();
    for scorer in &request.scorers {
        if !seen.insert(scorer.function.name.as_str()) {
            return Err(PlanError::DuplicateName { name: scorer.function.name.clone() });
        }
    }
    Ok(())
}

/// Reads the rows that will be evaluated, and keeps none.
async fn check_dataset(request: &PlanRequest) -> Result<DatasetRecord, PlanError> {
    let (path, options, limit) = (request.dataset.clone(), request.read.clone(), request.limit);
    let (session, group) = (request.session.clone(), request.group.clone());
    let check = move || {
        let mut dataset = Dataset::open(&path, &options)?.with_sessions(session);
        let (digest, rows) = (dataset.digest(), dataset.rows());
        let snapshot = options.snapshot(digest);
        let record = DatasetRecord { path: path.clone(), version: None, digest, snapshot, rows, limit, group };
        let limit = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        dataset.by_ref().take(limit).try_for_each(|row| row.map(drop))?;
        if record.rows == 0 { Err(PlanError::EmptyDataset { path }) } else { Ok(record) }
    };
    match tokio::task::spawn_blocking(check).await {
        Ok(outcome) => outcome,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

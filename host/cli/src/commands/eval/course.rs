//! How a run begins: anew, where another one ended, or with what failed in another one.

use std::sync::Arc;

use scorebox_core::{Json, RunId};
use scorebox_eval::{
    FunctionRecord, FunctionRole, NotReusable, Plan, PluginRecord, ResultSink, RowSelection, RunRecord,
};
use scorebox_store::{Extended, FunctionReuse, OpenExtension, OpenRun, Store, StoreMemo};

use crate::exit::Stop;

use super::EvalOptions;

/// What a run is begun from.
#[derive(Clone, Debug, Default)]
pub(crate) enum Course {
    /// A new run that uses what is known from earlier ones.
    #[default]
    Fresh,
    /// A new run in which everything is called.
    FreshWithoutReuse,
    /// A run that was killed or interrupted.
    Resume(String),
    /// A run of which what failed is called again.
    RetryErrors(String),
    /// A finished run that gets the scorers of the plan, without predicting again.
    Extend(String),
}

impl Course {
    /// The run whose own rows are evaluated further.
    pub(super) fn goes_on_with(&self) -> Option<&str> {
        match self {
            Self::Resume(run) | Self::RetryErrors(run) => Some(run),
            Self::Fresh | Self::FreshWithoutReuse | Self::Extend(_) => None,
        }
    }
}

/// A run that was begun.
pub(super) enum Begun {
    /// Rows are to be evaluated.
    Going(Box<Going>),
    /// Everything was known already: the run is done.
    Known { record: Box<RunRecord>, reuse: Vec<FunctionReuse>, not_reusable: Vec<Option<NotReusable>> },
}

/// A run with rows that are to be evaluated.
pub(super) struct Going {
    pub(super) plan: Plan,
    pub(super) record: RunRecord,
    pub(super) sink: Box<dyn ResultSink>,
    /// What is used again of earlier runs; nothing is said where a run goes on with its own rows.
    pub(super) reuse: Vec<FunctionReuse>,
    pub(super) not_reusable: Vec<Option<NotReusable>>,
    pub(super) memo: Arc<StoreMemo>,
    /// Rows that were done before.
    pub(super) done_before: u64,
}

pub(super) async fn begin(plan: Plan, record: RunRecord, store: &Store, options: &EvalOptions) -> Result<Begun, Stop> {
    match &options.course {
        Course::Fresh => begin_fresh(plan, record, store, true).await,
        Course::FreshWithoutReuse => begin_fresh(plan, record, store, false).await,
        Course::Resume(run) => {
            let (run, _) = same_run(&record, store, run, "resume").await?;
            let resumed = store.resume(&run, true).await.map_err(Stop::input)?;
            let going = Going {
                plan: plan.select(RowSelection::From(resumed.done)),
                record: resumed.record,
                sink: Box::new(resumed.sink),
                reuse: Vec::new(),
                not_reusable: Vec::new(),
                memo: resumed.memo,
                done_before: resumed.done,
            };
            Ok(Begun::Going(Box::new(going)))
        }
        Course::Extend(run) => extend(plan, record, store, run).await,
        Course::RetryErrors(run) => {
            let (run, positions) = same_run(&record, store, run, "retry").await?;
            let Some(retry) = store.retry_errors(&run).await.map_err(Stop::input)? else {
                let record = Box::new(store.run(&run).await.map_err(Stop::input)?);
                return Ok(Begun::Known { record, reuse: Vec::new(), not_reusable: Vec::new() });
            };
            let done_before = positions.saturating_sub(retry.positions.len() as u64);
            let going = Going {
                plan: plan.select(RowSelection::Only(retry.positions)),
                record: retry.record,
                sink: Box::new(retry.sink),
                reuse: Vec::new(),
                not_reusable: Vec::new(),
                memo: retry.memo,
                done_before,
            };
            Ok(Begun::Going(Box::new(going)))
        }
    }
}

async fn begin_fresh(plan: Plan, record: RunRecord, store: &Store, reuse: bool) -> Result<Begun, Stop> {
    let not_reusable = plan.not_reusable();
    match store.begin(&record, reuse).await.map_err(Stop::unfinished)? {
        scorebox_store::Begun::Finished { record, reuse } => Ok(Begun::Known { record, reuse, not_reusable }),
        scorebox_store::Begun::Open(OpenRun { sink, memo, reuse }) => {
            let sink = Box::new(sink);
            Ok(Begun::Going(Box::new(Going { plan, record, sink, reuse, not_reusable, memo, done_before: 0 })))
        }
    }
}

/// Adds the scorers of a plan to a run.
async fn extend(plan: Plan, now: RunRecord, store: &Store, run: &str) -> Result<Begun, Stop> {
    let known = store.find(run).await.map_err(Stop::input)?;
    let without_scorers = |record: &RunRecord| RunRecord {
        functions: record.functions.iter().filter(|it| it.role == FunctionRole::Predictor).cloned().collect(),
        ..record.clone()
    };
    let differences = differences(&without_scorers(&known), &without_scorers(&now));
    refuse(&differences, "score", &known.run_id)?;
    let added: Vec<_> = now.functions.iter().filter(|it| it.role == FunctionRole::Scorer).cloned().collect();
    let extended = store.extend(&known.run_id, &added, true).await.map_err(Stop::input)?;
    let (mut record, done, sink, memo) = match extended {
        Extended::Finished { record } => {
            return Ok(Begun::Known { record, reuse: Vec::new(), not_reusable: Vec::new() });
        }
        Extended::Open(OpenExtension { record, done, sink, memo }) => (record, done, sink, memo),
    };
    record.config = with_scorers(&record.config, &now.config, &added);
    let is_new = |plugin: &&PluginRecord| !known.plugins.contains(plugin);
    record.plugins.extend(now.plugins.iter().filter(is_new).cloned());
    let (plan, sink) = (plan.select(RowSelection::From(done)), Box::new(sink));
    let (reuse, not_reusable) = (Vec::new(), Vec::new());
    Ok(Begun::Going(Box::new(Going { plan, record, sink, reuse, not_reusable, memo, done_before: done })))
}

/// The config of a run with the sections of further scorers.
fn with_scorers(known: &Json, now: &Json, added: &[FunctionRecord]) -> Json {
    let merged = || -> Option<Json> {
        let (mut config, now) = (known.to::<serde_json::Value>().ok()?, now.to::<serde_json::Value>().ok()?);
        let is_added =
            |section: &&serde_json::Value| added.iter().any(|scorer| section["name"] == scorer.name.as_str());
        let sections = now["scorers"].as_array()?.iter().filter(is_added).cloned();
        config["scorers"].as_array_mut()?.extend(sections);
        Json::from_value(&config).ok()
    };
    merged().unwrap_or_else(|| known.clone())
}

/// Finds the run, and refuses to go on with it where it would not be the same run any more.
async fn same_run(record: &RunRecord, store: &Store, run: &str, verb: &str) -> Result<(RunId, u64), Stop> {
    let known = store.find(run).await.map_err(Stop::input)?;
    let differences = differences(&known, record);
    refuse(&differences, verb, &known.run_id)?;
    let positions = known.positions();
    Ok((known.run_id, positions))
}

fn refuse(differences: &[String], verb: &str, run: &RunId) -> Result<(), Stop> {
    if differences.is_empty() {
        return Ok(());
    }
    let differences = differences.join("\n  ");
    Err(Stop::Input(anyhow::anyhow!(
        "cannot {verb} {run}, because the project is not what it was:\n  {differences}\nhelp: put that back, or evaluate it as \
         a new run; what is known is used again"
    )))
}

/// What makes the rows of two runs something else.
fn differences(known: &RunRecord, now: &RunRecord) -> Vec<String> {
    let mut differences = Vec::new();
    if known.dataset.snapshot != now.dataset.snapshot {
        differences.push(format!("the dataset {} has changed", now.dataset.path.display()));
    }
    if known.seed != now.seed {
        differences.push(format!("the seed was {}, and is {}", known.seed, now.seed));
    }
    let name = |function: &FunctionRecord| (function.role, function.name.clone());
    for function in &known.functions {
        match now.functions.iter().find(|other| name(other) == name(function)) {
            None => differences.push(format!("`{}` is gone", function.name)),
            Some(other) if other.plugin != function.plugin || other.function != function.function => {
                differences.push(format!("`{}` is another component or function", function.name));
            }
            Some(other) if other.config != function.config => {
                differences.push(format!("the config of `{}` has changed", function.name));
            }
            Some(other) if other.isolation != function.isolation => {
                let (name, before, now) = (&function.name, function.isolation, other.isolation);
                differences.push(format!("`{name}` had `isolation = {before}`, and has `isolation = {now}`"));
            }
            Some(other) if other.models != function.models => {
                differences.push(format!("`{}` asks another model", function.name));
            }
            Some(_) => {}
        }
    }
    let is_new = |function: &&FunctionRecord| !known.functions.iter().any(|other| name(other) == name(function));
    differences.extend(now.functions.iter().filter(is_new).map(|function| format!("`{}` is new", function.name)));
    differences
}

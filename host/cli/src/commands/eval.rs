use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use scorebox_core::Json;
use scorebox_eval::{
    Plan, PlanRequest, RunError, RunFolder, RunRecord, RunStatus, StopReason, Stopper, SyncPolicy, stop_signal,
};
use scorebox_gateway::{Gateway, MeterReading};
use serde::Serialize;

use super::{dry_run, print_json};
use crate::arguments::EvalArguments;
use crate::config::{Overrides, Project};
use crate::engine::{self, Needs};
use crate::exit::{INTERRUPTED, Stop, UNFINISHED};
use crate::git;
use crate::progress::ProgressDisplay;
use crate::report::{self, FailureDigest, Watched};
use crate::terminal::{self, FAINT, STRONG, WARN, count};

/// What a run gave, for those who report on it.
pub(crate) struct Evaluated {
    pub(crate) record: RunRecord,
    pub(crate) folder: PathBuf,
    failures: FailureDigest,
    predictor: Option<String>,
    reading: MeterReading,
}

pub(crate) async fn run(arguments: &EvalArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let overrides = Overrides {
        concurrency: arguments.jobs,
        limit: arguments.limit,
        output: arguments.output.clone(),
        models: arguments.models.models.clone(),
        replies: (&arguments.replies).into(),
    };
    if arguments.replies.dry_run {
        let Prepared { project, gateway, plan, .. } = prepare(&arguments.path, &overrides).await?;
        let config = project.to_json(&overrides).map_err(Stop::Input)?;
        let record = plan.record(config, project.seed(), None);
        return dry_run::run(plan, record, &gateway).await;
    }
    let evaluated = evaluate(&arguments.path, &overrides, quiet).await?;
    if arguments.json {
        print_json(&RecordWithFolder { folder: &evaluated.folder, record: &evaluated.record })?;
    } else {
        super::print(&evaluated.report(quiet))?;
    }
    Ok(exit_code(evaluated.record.status))
}

/// The record as it stands in `run.json`, and where that is.
#[derive(Serialize)]
struct RecordWithFolder<'a> {
    folder: &'a Path,
    #[serde(flatten)]
    record: &'a RunRecord,
}

pub(crate) fn exit_code(status: RunStatus) -> ExitCode {
    match status {
        RunStatus::Interrupted => ExitCode::from(INTERRUPTED),
        RunStatus::OverBudget | RunStatus::Failed => ExitCode::from(UNFINISHED),
        RunStatus::Finished | RunStatus::Running => ExitCode::SUCCESS,
    }
}

/// Evaluates the project at a path.
pub(crate) async fn evaluate(path: &Path, overrides: &Overrides, quiet: bool) -> Result<Evaluated, Stop> {
    let Prepared { project, gateway, plan, headline } = prepare(path, overrides).await?;
    let config = project.to_json(overrides).map_err(Stop::Input)?;
    let record = plan.record(config, project.seed(), git::commit(project.folder()));
    let folder = project.output(overrides).join(record.run_id.as_str());
    let sink = RunFolder::create(&folder, &record, SyncPolicy::default()).map_err(Stop::unfinished)?;
    let failures = FailureDigest::default();
    let sink = Box::new(Watched::new(sink, failures.clone()));
    if !quiet {
        terminal::note(&format!("  {} {} · {headline}", STRONG.paint("Evaluating"), count(plan.rows(), "row")));
    }
    let progress = Arc::new(ProgressDisplay::new(plan.rows(), quiet, gateway.clone()));
    let (stopper, signal) = stop_signal();
    let on_progress = {
        let progress = progress.clone();
        move |done| progress.update(done)
    };
    let at_end = |record: &mut RunRecord| {
        // Also where every row was at work already: some of them were refused what they needed.
        if gateway.is_over_budget() && record.status == RunStatus::Finished {
            record.status = RunStatus::OverBudget;
        }
        let reading = gateway.reading();
        record.gateway = if reading.is_empty() { None } else { Json::from_value(&reading).ok() };
    };
    let run = plan.run(record, sink, signal, on_progress, at_end);
    let outcome = until_stopped(run, &stopper, &progress, &gateway).await;
    progress.finish();
    let record = outcome.map_err(|error| unfinished(error, &folder))?;
    gateway.finish().map_err(Stop::unfinished)?;
    if let Some(problem) = gateway.write_problem() {
        terminal::warn(format_args!("not every reply could be kept, and asking again will cost again: {problem}"));
    }
    let predictor = project.predictor().map(str::to_owned);
    Ok(Evaluated { record, folder, failures, predictor, reading: gateway.reading() })
}

/// A project whose plan was checked from end to end, models and grants included.
struct Prepared {
    project: Project,
    gateway: Gateway,
    plan: Plan,
    headline: String,
}

async fn prepare(path: &Path, overrides: &Overrides) -> Result<Prepared, Stop> {
    let project = Project::load(path).map_err(Stop::input)?;
    let gateway = Gateway::new(project.gateway(overrides).map_err(Stop::input)?).map_err(Stop::input)?;
    let request = project.request(overrides, &gateway).map_err(Stop::input)?;
    let headline = headline(&request, project.predictor());
    let needs = Needs::of(&request, project.reused_scorers());
    let engine = engine::start(needs).map_err(Stop::unfinished)?;
    let plan = Plan::prepare(&engine, request).await.map_err(|error| Stop::Input(project.explain(error)))?;
    check_reach(&project, &plan, &gateway)?;
    Ok(Prepared { project, gateway, plan, headline })
}

/// Checks that every model and URL that a config names can be reached, so that nothing is spent before it turns out that
/// a key or a grant is missing.
fn check_reach(project: &Project, plan: &Plan, gateway: &Gateway) -> Result<(), Stop> {
    for declared in plan.declared() {
        let permissions = project.permissions_of(&declared.function).map_err(Stop::input)?;
        for model in &declared.models {
            gateway.check_model(model, &permissions).map_err(|problem| {
                Stop::input(project.problem_of(&declared.function, problem.to_string().trim_end().to_owned()))
            })?;
        }
        for url in &declared.urls {
            let checked = gateway.check_url(url, &permissions);
            checked.map_err(|problem| Stop::input(project.problem_of(&declared.function, problem)))?;
        }
    }
    Ok(())
}

/// What is evaluated with what, in a few words.
fn headline(request: &PlanRequest, predictor: Option<&str>) -> String {
    let predictor = predictor.map_or_else(|| "outputs from the dataset".to_owned(), |name| format!("predict {name}"));
    format!("{} · {predictor} · {}", request.dataset.display(), count(request.scorers.len() as u64, "scorer"))
}

/// Waits for a run. The first Ctrl-C brings it to a clean end, and so does a budget that is used up; the second Ctrl-C ends
/// the process.
async fn until_stopped<T>(
    run: impl Future<Output = T>,
    stopper: &Stopper,
    progress: &ProgressDisplay,
    gateway: &Gateway,
) -> T {
    let (mut run, mut over_budget) = (pin!(run), pin!(gateway.over_budget()));
    let (mut was_interrupted, mut is_over_budget) = (false, false);
    loop {
        tokio::select! {
            outcome = &mut run => return outcome,
            reason = &mut over_budget, if !is_over_budget => {
                is_over_budget = true;
                stopper.stop(StopReason::OverBudget);
                progress.note(&format!("  {} {reason}; finishing the rows at work", WARN.paint("stopping:")));
            }
            Ok(()) = tokio::signal::ctrl_c() => {
                if was_interrupted {
                    std::process::exit(INTERRUPTED.into());
                }
                was_interrupted = true;
                stopper.stop(StopReason::Interrupted);
                progress.note(&format!("  {} finishing the rows at work; Ctrl-C again to end at once", WARN.paint("stopping:")));
            }
        }
    }
}

fn unfinished(error: RunError, folder: &Path) -> Stop {
    let advice = match &error {
        RunError::Sink(sink) if sink.is_disk_full() => "free some space and run it again",
        RunError::Sink(_) => "see to the folder and run it again",
        RunError::Dataset(_) => "leave the dataset alone during a run, and run it again",
    };
    let context = format!("the run could not finish; what was done is in {}; {advice}", folder.display());
    Stop::Unfinished(anyhow::Error::new(error).context(context))
}

impl Evaluated {
    /// The whole report.
    pub(crate) fn report(&self, quiet: bool) -> String {
        let mut text = String::from("\n");
        if let Some(summary) = &self.record.summary {
            text += &report::summary(summary, self.predictor.as_deref());
            text += &report::failures(&self.failures.groups(), summary);
        }
        text += &report::models(&self.reading);
        let why = match self.record.status {
            RunStatus::Interrupted => Some("interrupted"),
            RunStatus::OverBudget => Some("stopped, because the budget is used up,"),
            RunStatus::Finished | RunStatus::Running | RunStatus::Failed => None,
        };
        if let Some(why) = why {
            let done = self.record.summary.as_ref().map_or(0, |summary| summary.rows);
            text += &format!("\n  {} after {}; these results stand\n", WARN.paint(why), count(done, "row"));
        }
        text += &format!("\n  {} {}\n", FAINT.paint("results"), self.folder.display());
        if !quiet {
            text += &format!(
                "          {}\n",
                FAINT.paint("run.json: record and summary · results.jsonl: one line per row")
            );
        }
        text
    }
}

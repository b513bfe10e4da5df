use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use scorebox_eval::{Plan, PlanRequest, RunError, RunFolder, RunRecord, RunStatus, Stopper, SyncPolicy, stop_signal};
use serde::Serialize;

use super::print_json;
use crate::arguments::EvalArguments;
use crate::config::{Overrides, Project};
use crate::engine::{self, Needs};
use crate::exit::{INTERRUPTED, Stop};
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
}

pub(crate) async fn run(arguments: &EvalArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let overrides = Overrides { concurrency: arguments.jobs, limit: arguments.limit, output: arguments.output.clone() };
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
    if status == RunStatus::Interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS }
}

/// Evaluates the project at a path.
pub(crate) async fn evaluate(path: &Path, overrides: &Overrides, quiet: bool) -> Result<Evaluated, Stop> {
    let project = Project::load(path).map_err(Stop::input)?;
    let request = project.request(overrides).map_err(Stop::input)?;
    let headline = headline(&request, project.predictor());
    let needs = Needs::of(&request, project.reused_scorers());
    let engine = engine::start(needs).map_err(Stop::unfinished)?;
    let plan = Plan::prepare(&engine, request).await.map_err(|error| Stop::Input(project.explain(error)))?;

    let config = project.to_json(overrides).map_err(Stop::Input)?;
    let record = plan.record(config, project.seed(), git::commit(project.folder()));
    let folder = project.output(overrides).join(record.run_id.as_str());
    let sink = RunFolder::create(&folder, &record, SyncPolicy::default()).map_err(Stop::unfinished)?;
    let failures = FailureDigest::default();
    let sink = Box::new(Watched::new(sink, failures.clone()));
    if !quiet {
        terminal::note(&format!("  {} {} · {headline}", STRONG.paint("Evaluating"), count(plan.rows(), "row")));
    }
    let progress = Arc::new(ProgressDisplay::new(plan.rows(), quiet));
    let (stopper, signal) = stop_signal();
    let on_progress = {
        let progress = progress.clone();
        move |done| progress.update(done)
    };
    let run = plan.run(record, sink, signal, on_progress);
    let outcome = until_interrupted(run, &stopper, &progress).await;
    progress.finish();
    let record = outcome.map_err(|error| unfinished(error, &folder))?;
    Ok(Evaluated { record, folder, failures, predictor: project.predictor().map(str::to_owned) })
}

/// What is evaluated with what, in a few words.
fn headline(request: &PlanRequest, predictor: Option<&str>) -> String {
    let predictor = predictor.map_or_else(|| "outputs from the dataset".to_owned(), |name| format!("predict {name}"));
    format!("{} · {predictor} · {}", request.dataset.display(), count(request.scorers.len() as u64, "scorer"))
}

/// Waits for a run. The first Ctrl-C brings it to a clean end, the second one ends the process.
async fn until_interrupted<T>(run: impl Future<Output = T>, stopper: &Stopper, progress: &ProgressDisplay) -> T {
    let mut run = pin!(run);
    let mut was_interrupted = false;
    loop {
        tokio::select! {
            outcome = &mut run => return outcome,
            Ok(()) = tokio::signal::ctrl_c() => {
                if was_interrupted {
                    std::process::exit(INTERRUPTED.into());
                }
                was_interrupted = true;
                stopper.stop();
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
        if self.record.status == RunStatus::Interrupted {
            let done = self.record.summary.as_ref().map_or(0, |summary| summary.rows);
            text += &format!("\n  {} after {}; these results stand\n", WARN.paint("interrupted"), count(done, "row"));
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

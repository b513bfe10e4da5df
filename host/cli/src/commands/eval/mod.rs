//! `scorebox eval`: a project is checked, evaluated, reported on and gated.

mod course;
mod finish;
mod prepare;
mod reuse;
mod running;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use scorebox_eval::{FieldPath, RunRecord, RunStatus, Summary};
use scorebox_gateway::MeterReading;
use scorebox_report::ReportRequest;
use scorebox_store::Store;
use scorebox_verdict::GateReport;
use serde::Serialize;

use super::{dry_run, print_json};
use crate::arguments::{CourseArguments, EvalArguments, StoreArgument};
use crate::config::Overrides;
use crate::exit::{GATE_FAILED, INTERRUPTED, Stop, UNFINISHED};
use crate::report;
use crate::terminal::{FAINT, WARN, count};

pub(crate) use course::Course;
use prepare::{Prepared, prepare};
use reuse::Spared;

/// How a project is evaluated.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvalOptions {
    pub(crate) overrides: Overrides,
    pub(crate) course: Course,
    pub(crate) store: StoreArgument,
    pub(crate) locked: bool,
    pub(crate) by: Vec<FieldPath>,
    pub(crate) reports: Vec<ReportRequest>,
    pub(crate) quiet: bool,
}

/// What a run gave, for those who report on it.
pub(crate) struct Evaluated {
    pub(crate) record: RunRecord,
    /// The folder that was written, if one was wanted.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) gate: Option<GateReport>,
    /// Where the run is kept.
    pub(crate) store: Store,
    /// Summaries by the fields that were asked for.
    slices: Vec<(FieldPath, Vec<(String, Summary)>)>,
    predictor: Option<String>,
    reading: MeterReading,
    spared: Vec<Spared>,
}

pub(crate) async fn run(arguments: &EvalArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let options = options(arguments, quiet);
    if arguments.replies.dry_run {
        let prepared = prepare(&arguments.path, &options).await?;
        let record = prepared.record(&options)?;
        return dry_run::run(prepared.plan, record, &prepared.gateway).await;
    }
    let evaluated = evaluate(&arguments.path, &options).await?;
    if arguments.json {
        print_json(&evaluated.to_json())?;
    } else {
        super::print(&evaluated.report(quiet, arguments.explain))?;
    }
    evaluated.store.close().await;
    Ok(evaluated.exit_code())
}

pub(crate) fn options(arguments: &EvalArguments, quiet: bool) -> EvalOptions {
    EvalOptions {
        overrides: Overrides {
            concurrency: arguments.jobs,
            limit: arguments.limit,
            repeats: arguments.repeats,
            experiment: arguments.experiment.clone(),
            output: arguments.output.clone(),
            models: arguments.models.models.clone(),
            replies: (&arguments.replies).into(),
            scorers: Vec::new(),
        },
        course: course_of(&arguments.course),
        store: arguments.store.clone(),
        locked: arguments.locked,
        by: arguments.by.clone(),
        reports: arguments.reports.reports.clone(),
        quiet,
    }
}

fn course_of(arguments: &CourseArguments) -> Course {
    match arguments {
        CourseArguments { resume: Some(run), .. } => Course::Resume(run.clone()),
        CourseArguments { retry_errors: Some(run), .. } => Course::RetryErrors(run.clone()),
        CourseArguments { no_reuse: true, .. } => Course::FreshWithoutReuse,
        CourseArguments { .. } => Course::Fresh,
    }
}

/// Evaluates the project at a path.
pub(crate) async fn evaluate(path: &Path, options: &EvalOptions) -> Result<Evaluated, Stop> {
    let prepared = prepare(path, options).await?;
    let record = prepared.record(options)?;
    let store = prepared.store(options).await?;
    let Prepared { project, gateway, plan, headline, .. } = prepared;
    let begun = course::begin(plan, record, &store, options).await?;
    let ran = running::run(begun, &headline, &gateway, &store, options).await?;
    let finished = finish::finish(&ran, &project, &store, options).await?;
    Ok(Evaluated {
        record: ran.record,
        folder: finished.folder,
        gate: finished.gate,
        store,
        slices: finished.slices,
        predictor: project.predictor().map(str::to_owned),
        reading: gateway.reading(),
        spared: ran.spared,
    })
}

/// The record as it stands in the store, where it is, and what the gate says.
#[derive(Serialize)]
pub(crate) struct EvaluatedJson<'e> {
    store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<&'e Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'e GateReport>,
    #[serde(flatten)]
    record: &'e RunRecord,
}

impl Evaluated {
    pub(crate) fn to_json(&self) -> EvaluatedJson<'_> {
        let (folder, gate) = (self.folder.as_deref(), self.gate.as_ref());
        EvaluatedJson { store: self.store.location().to_string(), folder, gate, record: &self.record }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.record.status {
            RunStatus::Interrupted => ExitCode::from(INTERRUPTED),
            RunStatus::OverBudget | RunStatus::Failed => ExitCode::from(UNFINISHED),
            RunStatus::Finished | RunStatus::Running => match &self.gate {
                Some(gate) if !gate.passed => ExitCode::from(GATE_FAILED),
                _ => ExitCode::SUCCESS,
            },
        }
    }

    /// The whole report.
    pub(crate) fn report(&self, quiet: bool, explain: bool) -> String {
        let mut text = String::from("\n");
        if let Some(summary) = &self.record.summary {
            text += &report::summary(summary, self.predictor.as_deref());
            text += &report::repeats(summary);
            text += &report::failures(summary);
        }
        self.slices.iter().for_each(|(field, slices)| text += &report::slices(field, slices));
        text += &report::memory(&self.record);
        text += &report::models(&self.reading);
        text += &reuse::report(&self.spared, explain);
        if let Some(gate) = &self.gate {
            text += &report::gate(gate);
        }
        let why = match self.record.status {
            RunStatus::Interrupted => Some("interrupted"),
            RunStatus::OverBudget => Some("stopped, because the budget is used up,"),
            RunStatus::Finished | RunStatus::Running | RunStatus::Failed => None,
        };
        if let Some(why) = why {
            let done = self.record.summary.as_ref().map_or(0, |summary| summary.rows);
            let run = &self.record.run_id;
            text += &format!("\n  {} after {}; these results stand\n", WARN.paint(why), count(done, "row"));
            text += &format!("  {} `scorebox eval --resume {run}`\n", FAINT.paint("to go on:"));
        }
        text += &format!("\n  {} {} in {}\n", FAINT.paint("run"), self.record.run_id, self.store.location());
        if let Some(folder) = &self.folder {
            text += &format!("  {} {}\n", FAINT.paint("results"), folder.display());
            if !quiet {
                let hint = "run.json: record and summary · results.jsonl: one line per row";
                text += &format!("          {}\n", FAINT.paint(hint));
            }
        }
        text
    }
}

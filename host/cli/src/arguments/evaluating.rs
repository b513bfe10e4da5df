//! What evaluates: `eval`, `score` and `ci`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::Args;
use scorebox_eval::FieldPath;
use scorebox_gateway::ModelReference;
use scorebox_report::ReportRequest;

use super::StoreArgument;
use crate::config::{RepliesFrom, check_concurrency, check_repeats};

/// Evaluate a dataset.
///
/// Reads scorebox.toml, checks everything that can be checked, then predicts and scores every row. What is known from
/// earlier runs is used again: results of components that compute from the row alone, and replies of models. The results go
/// to the project's store, .scorebox/store.db, or to the one that SCOREBOX_STORE names.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox eval                        the project in this folder
  scorebox eval qa --limit 20          the first 20 rows of the project in qa
  scorebox eval qa --json | jq .summary
  scorebox eval qa --by tags.topic     a table for each topic as well
  scorebox eval qa --explain           what was used again, and why something was not
  scorebox eval qa --resume last       go on with a run that was killed or interrupted
  scorebox eval qa --retry-errors last only what failed, once more
  scorebox eval qa --report html=report.html --report junit=junit.xml
  scorebox eval qa --dry-run           what it would ask models, and what that costs
  scorebox eval qa --model judge=anthropic:/claude-haiku-4-5
  scorebox eval qa --record qa/replies.jsonl    then, also without a key or a network:
  scorebox eval qa --replay qa/replies.jsonl

Replies of models are cached: what was asked before is not asked again.

Exit codes:
  0    done, and the gate passed; without [gate], rows with errors are reported and do not change the code
  1    the gate in scorebox.toml did not pass
  2    the config, the dataset or a plugin is wrong, or a key or a grant is missing; nothing was written
  3    the run could not finish: the budget is used up, or the disk is full
  130  interrupted; what was done is kept. A second Ctrl-C ends at once")]
pub(crate) struct EvalArguments {
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// How many rows are worked on at once.
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Evaluate only the first N rows.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Print the record of the run, with its summary, as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the run into a folder of its own in DIR: run.json, and results.jsonl with a line per row.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    /// Evaluate each example N times.
    #[arg(long, value_name = "N", value_parser = parse_repeats)]
    pub(crate) repeats: Option<NonZeroU32>,
    /// The name under which runs are kept together; the project folder's by default.
    #[arg(long, value_name = "NAME")]
    pub(crate) experiment: Option<String>,
    #[command(flatten)]
    pub(crate) course: CourseArguments,
    /// Show what was used again from earlier runs, and for everything else why not.
    #[arg(long)]
    pub(crate) explain: bool,
    /// Also sum up by a tag or an input field, such as tags.topic; may be given several times.
    #[arg(long, value_name = "FIELD")]
    pub(crate) by: Vec<FieldPath>,
    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    /// Refuse plugins that are not those in scorebox.lock.
    #[arg(long)]
    pub(crate) locked: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
    #[command(flatten)]
    pub(crate) models: ModelArguments,
    #[command(flatten)]
    pub(crate) replies: ReplyArguments,
}

/// How a run begins.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub(crate) struct CourseArguments {
    /// Go on with a run that was killed or interrupted: what is done is not done again.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["limit", "repeats", "experiment"])]
    pub(crate) resume: Option<String>,
    /// Evaluate the rows of a run that have errors once more; only what failed is called again.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["limit", "repeats", "experiment"])]
    pub(crate) retry_errors: Option<String>,
    /// Call everything, also what is known from earlier runs.
    #[arg(long)]
    pub(crate) no_reuse: bool,
}

/// What is written about a run.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReportArguments {
    /// Write a report: html, junit, markdown, json, jsonl or csv; may be given several times.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<ReportRequest>,
}

/// Which models stand behind the names in a project.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelArguments {
    /// The model behind a name, instead of the one in `[models]`; may be given several times.
    #[arg(long = "model", value_name = "NAME=PROVIDER:/MODEL", value_parser = parse_model)]
    pub(crate) models: Vec<(String, ModelReference)>,
}

/// Where replies of models come from.
#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
pub(crate) struct ReplyArguments {
    /// Ask models although the reply to the same request is in the cache.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Keep every reply in a file that can be replayed; what is in it already is not asked again.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) record: Option<PathBuf>,
    /// Take every reply from a recorded file; nothing is sent, and no key is needed.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) replay: Option<PathBuf>,
    /// Send nothing and write nothing: count what models would be asked, and estimate what it costs.
    #[arg(long, conflicts_with = "json")]
    pub(crate) dry_run: bool,
}

impl From<&ReplyArguments> for RepliesFrom {
    fn from(arguments: &ReplyArguments) -> Self {
        match arguments {
            ReplyArguments { record: Some(path), .. } => Self::Record(path.clone()),
            ReplyArguments { replay: Some(path), .. } => Self::Replay(path.clone()),
            ReplyArguments { dry_run: true, .. } => Self::Estimate,
            ReplyArguments { no_cache: true, .. } => Self::Providers,
            _ => Self::CacheOrProviders,
        }
    }
}

/// Score a finished run with further scorers, without predicting again.
///
/// The scorers are those of scorebox.toml that the run does not have, or those that are named. They become a part of the
/// run.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox score last                       all scorers of scorebox.toml that the run lacks
  scorebox score last qa --scorer tone      only `tone` of qa/scorebox.toml")]
pub(crate) struct ScoreArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    pub(crate) run: String,
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Only this scorer of scorebox.toml, by its name; may be given several times.
    #[arg(long = "scorer", value_name = "NAME")]
    pub(crate) scorers: Vec<String>,
    /// How many rows are worked on at once.
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Print the record of the run, with its summary, as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
    #[command(flatten)]
    pub(crate) models: ModelArguments,
    #[command(flatten)]
    pub(crate) replies: ReplyArguments,
}

/// Evaluate as CI does: locked plugins, recorded replies, reports, annotations.
///
/// The same as `scorebox eval PATH --locked --replay REPLIES` with all reports in one folder. On GitHub, failing rows are
/// annotated and the job gets a summary; on GitLab, a code quality report is written.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox ci                          with `replies` under [run] in scorebox.toml
  scorebox ci qa --replay qa/replies.jsonl --output qa-report

Complete workflows for GitHub Actions and GitLab CI are in host/docs/ci.

Exit codes:
  0    the gate passed
  1    it did not
  2    the config, the dataset, the lock or a plugin is wrong
  3    the run could not finish")]
pub(crate) struct CiArguments {
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// The recorded replies; by default those that scorebox.toml names, and no model can be asked where it names none.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) replay: Option<PathBuf>,
    /// The folder of the reports.
    #[arg(long, value_name = "DIR", default_value = "scorebox-report", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}

fn parse_model(text: &str) -> Result<(String, ModelReference), String> {
    let (name, reference) =
        text.split_once('=').ok_or("write NAME=PROVIDER:/MODEL, such as judge=openai:/gpt-4o-mini")?;
    let reference = reference.parse().map_err(|error| format!("{error}"))?;
    Ok((name.trim().to_owned(), reference))
}

fn parse_repeats(text: &str) -> Result<NonZeroU32, String> {
    let repeats: NonZeroU32 = text.parse().map_err(|error| format!("{error}"))?;
    check_repeats(repeats)?;
    Ok(repeats)
}

fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs: NonZeroUsize = text.parse().map_err(|error| format!("{error}"))?;
    check_concurrency(jobs)?;
    Ok(jobs)
}

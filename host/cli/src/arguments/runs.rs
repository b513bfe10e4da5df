//! What is done with runs that are there.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use scorebox_eval::FieldPath;
use scorebox_report::ReportRequest;
use scorebox_verdict::Subject;

use super::{ProjectArguments, StoreArgument};

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    List(RunsListArguments),
    Show(RunsShowArguments),
    Delete(RunsDeleteArguments),
}

/// List the runs, the newest first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox runs list
  scorebox runs list --branch main --limit 5 --json")]
pub(crate) struct RunsListArguments {
    /// Only runs of this experiment.
    #[arg(long, value_name = "NAME")]
    pub(crate) experiment: Option<String>,
    /// Only runs on this branch.
    #[arg(long, value_name = "BRANCH")]
    pub(crate) branch: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Show what a run came to.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox runs show last
  scorebox runs show last --by tags.topic")]
pub(crate) struct RunsShowArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    #[arg(default_value = "last")]
    pub(crate) run: String,
    /// Also sum up by a tag or an input field; may be given several times.
    #[arg(long, value_name = "FIELD")]
    pub(crate) by: Vec<FieldPath>,
    /// Print the record of the run as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Remove a run, with what no other run uses.
#[derive(Args, Debug)]
pub(crate) struct RunsDeleteArguments {
    /// The run: an id, or the end of one.
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Compare two runs, row by row.
///
/// For each scorer the paired difference with its interval and p-value, and the rows whose verdict changed; what makes
/// the runs hard to compare; and how small a difference so many rows could have shown.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox compare last~1 last
  scorebox compare 3f2a 9c41 --by tags.topic --flips 50
  scorebox compare baseline.jsonl last --json")]
pub(crate) struct CompareArguments {
    /// The earlier run: an id, the end of one, `last~1`; or a baseline file.
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The later run.
    #[arg(value_name = "B", default_value = "last")]
    pub(crate) b: String,
    /// Also compare for each value of a tag or an input field, such as tags.topic.
    #[arg(long, value_name = "FIELD")]
    pub(crate) by: Option<FieldPath>,
    /// The field by which rows are not independent of each other; that of the run by default.
    #[arg(long, value_name = "FIELD")]
    pub(crate) group: Option<FieldPath>,
    /// A scorer of which less is better; may be given several times.
    #[arg(long, value_name = "SCORER")]
    pub(crate) lower_is_better: Vec<Subject>,
    /// How many rows whose verdict changed are shown for each scorer.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) flips: usize,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Decide about a finished run by the gate in scorebox.toml.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox gate last qa

Exit codes:
  0    the gate passed
  1    it did not
  2    the config is wrong, or there is no such run")]
pub(crate) struct GateArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    #[arg(default_value = "last")]
    pub(crate) run: String,
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}

/// Write reports of a stored run.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox report last html=report.html
  scorebox report last junit=junit.xml markdown=comment.md --against last~1

Formats: html, junit, markdown, json, jsonl, csv.")]
pub(crate) struct ReportCommandArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    pub(crate) run: String,
    /// What to write.
    #[arg(value_name = "FORMAT=FILE", required = true)]
    pub(crate) reports: Vec<ReportRequest>,
    /// Compare with this run, or with a baseline file, in the reports.
    #[arg(long, value_name = "RUN|FILE")]
    pub(crate) against: Option<String>,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Write a run as a baseline: a text file to commit, which gates and comparisons read.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox baseline last baseline.jsonl
and in scorebox.toml
  [gate.baseline]
  against = \"file:baseline.jsonl\"")]
pub(crate) struct BaselineArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    pub(crate) run: String,
    /// The file; it is replaced.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Say how well judges agree with people.
///
/// People's labels are a CSV file with a column `id` and a column for each scorer.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox agree last --human labels.csv

with labels.csv such as
  id,correctness,tone
  q1,yes,4
  q2,no,3")]
pub(crate) struct AgreeArguments {
    /// The run: an id, the end of one, `last`, or `last~1` for the one before.
    pub(crate) run: String,
    /// The labels.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) human: PathBuf,
    /// How many disagreements are shown for each judge.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) disagreements: usize,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

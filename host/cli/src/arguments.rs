use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use scorebox_eval::FieldPath;
use scorebox_gateway::ModelReference;
use scorebox_report::ReportRequest;
use scorebox_store::{InvalidStoreLocation, StoreLocation};
use scorebox_verdict::Subject;

use crate::commands::DatasetCommand;
use crate::config::{RepliesFrom, check_concurrency, check_repeats};

/// Not in the help: what the command calls itself with to compile a plugin in another process.
pub(crate) const COMPILE_WORKER: &str = "compile-worker";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Evaluates LLM applications and agents with sandboxed scorers.
#[derive(Debug, Parser)]
#[command(
    name = "scorebox",
    version,
    styles = STYLES,
    max_term_width = 110,
    after_help = "Examples:
  scorebox demo                  see an evaluation, without a key or a network
  scorebox init qa               make a project in the folder qa
  scorebox eval qa               evaluate it
  scorebox scorers               what there is to score with"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Show no progress and no hints; errors and results are still shown.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Eval(EvalArguments),
    Score(ScoreArguments),
    Ci(CiArguments),
    /// Look at the runs of a project.
    #[command(subcommand)]
    Runs(RunsCommand),
    Compare(CompareArguments),
    Gate(GateArguments),
    Report(ReportCommandArguments),
    Baseline(BaselineArguments),
    Agree(AgreeArguments),
    Dataset(DatasetArguments),
    Lock(LockArguments),
    Init(InitArguments),
    Demo(DemoArguments),
    /// List the built-in scorers and predict functions.
    Scorers(ListArguments),
    /// Look into plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Try the models of a project.
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Look after the replies of models that are kept on disk.
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Print the JSON Schema of scorebox.toml, for editors.
    #[command(after_help = "Example:
  scorebox config-schema > scorebox.schema.json

Editors with Taplo or Even Better TOML use it when scorebox.toml begins with
  #:schema ./scorebox.schema.json")]
    ConfigSchema,
    /// Print the completions for a shell.
    #[command(after_help = "Examples:
  scorebox completions bash > ~/.local/share/bash-completion/completions/scorebox
  scorebox completions zsh > ~/.zfunc/_scorebox
  scorebox completions fish > ~/.config/fish/completions/scorebox.fish")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

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

/// Where runs are kept.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StoreArgument {
    /// The store: a file, or the URL of a PostgreSQL database.
    #[arg(long, value_name = "FILE|URL", env = "SCOREBOX_STORE", hide_env_values = true, global = true)]
    pub(crate) store: Option<StoreText>,
}

/// What names a store. It may hold a password, so it is read later, where errors do not show it.
#[derive(Clone)]
pub(crate) struct StoreText(String);

impl StoreText {
    pub(crate) fn location(&self) -> Result<StoreLocation, InvalidStoreLocation> {
        self.0.parse()
    }
}

impl From<String> for StoreText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for StoreText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("StoreText(…)")
    }
}

/// Which project's runs are meant.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProjectArguments {
    /// The folder of the project; by default the one around this folder.
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, global = true)]
    pub(crate) project: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
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

/// Keep datasets with immutable versions.
#[derive(Args, Debug)]
pub(crate) struct DatasetArguments {
    #[command(subcommand)]
    pub(crate) command: DatasetCommand,
    #[command(flatten)]
    pub(crate) project: ProjectArguments,
}

/// Write scorebox.lock: which bytes stand behind the plugins of scorebox.toml, for --locked.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox lock qa && scorebox eval qa --locked")]
pub(crate) struct LockArguments {
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    Test(ModelsTestArguments),
}

/// Make one small call to each model in `[models]`, and say what came of it.
///
/// It costs a few tokens for each. The cache is not used.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox models test qa
  scorebox models test qa --model judge=ollama:/llama3.2

Exit codes:
  0    every model answered
  2    the config is wrong, or a model did not answer")]
pub(crate) struct ModelsTestArguments {
    /// A folder with a scorebox.toml, or the file itself.
    #[arg(default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) models: ModelArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show where the replies are, how many, and how large they are.
    Info(ListArguments),
    /// Remove all replies.
    Clear,
}

/// Make a project that runs at once.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox init qa && scorebox eval qa")]
pub(crate) struct InitArguments {
    /// The folder; files that are there already are left alone.
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: PathBuf,
}

/// See an evaluation of 120 questions and answers, offline and without a key.
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// Where the demo's project goes, to look at and to change; a temporary folder by default.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    Inspect(InspectArguments),
}

/// Show what a plugin holds, what it can reach, and how its functions are configured.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin inspect text
  scorebox plugin inspect text/exact_match
  scorebox plugin inspect ./tone.wasm --json")]
pub(crate) struct InspectArguments {
    /// A component's file, or the name of a built-in plugin or of one of its functions.
    #[arg(value_name = "FILE|NAME", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plugin: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
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

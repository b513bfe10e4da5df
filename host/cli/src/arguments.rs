use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use scorebox_gateway::ModelReference;

use crate::config::{RepliesFrom, check_concurrency};

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
/// Reads scorebox.toml, checks everything that can be checked, then predicts and scores every row. The results are a
/// folder: run.json (what was run, and the summary) and results.jsonl (one line per row).
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox eval                        the project in this folder
  scorebox eval qa --limit 20          the first 20 rows of the project in qa
  scorebox eval qa --json | jq .summary
  scorebox eval qa --dry-run           what it would ask models, and what that costs
  scorebox eval qa --model judge=anthropic:/claude-haiku-4-5
  scorebox eval qa --record qa/replies.jsonl    then, also without a key or a network:
  scorebox eval qa --replay qa/replies.jsonl

Replies of models are cached: what was asked before is not asked again.

Exit codes:
  0    done; rows with errors are reported, and do not change the code
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
    /// Where run folders go; "runs" beside scorebox.toml unless it says otherwise.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) models: ModelArguments,
    #[command(flatten)]
    pub(crate) replies: ReplyArguments,
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

fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs: NonZeroUsize = text.parse().map_err(|error| format!("{error}"))?;
    check_concurrency(jobs)?;
    Ok(jobs)
}

//! The command line.

mod evaluating;
mod plugin;
mod runs;
mod store;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

pub(crate) use evaluating::{CiArguments, CourseArguments, EvalArguments, ModelArguments, ScoreArguments};
pub(crate) use plugin::{
    BenchArguments, BuildArguments, CheckArguments, InspectArguments, NewArguments, PluginCommand, SubjectArguments,
    TestArguments, ToolArguments,
};
pub(crate) use runs::{
    AgreeArguments, BaselineArguments, CompareArguments, GateArguments, ReportCommandArguments, RunsCommand,
    RunsDeleteArguments, RunsListArguments, RunsShowArguments,
};
pub(crate) use store::{ProjectArguments, StoreArgument, StoreText};

use crate::commands::DatasetCommand;

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
  scorebox scorers               what there is to score with
  scorebox plugin new tone --lang python    write a scorer of your own"
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
    /// Make, build, check, test and measure plugins, and look into them.
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

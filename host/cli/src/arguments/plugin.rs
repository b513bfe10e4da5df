//! What is done with plugins: made, built, checked, tested, measured, looked into.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use scorebox_languages::Language;

use super::ModelArguments;

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    New(NewArguments),
    Build(BuildArguments),
    Check(CheckArguments),
    Test(TestArguments),
    Bench(BenchArguments),
    Inspect(InspectArguments),
}

/// Make a plugin project: a scorer that works, its tests, and nothing to install.
///
/// The SDK and the contract are copied into the project's folder .scorebox, so that editors and native tests find them.
/// Nothing is fetched.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin new answer-tone --lang python
  scorebox plugin new answer-tone --lang typescript --dir plugins/answer-tone

Then:
  cd answer-tone
  scorebox plugin build
  scorebox plugin test")]
pub(crate) struct NewArguments {
    /// The plugin's name: lower-case letters, digits and `-`.
    pub(crate) name: String,
    /// The language it is written in.
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = language_parser())]
    pub(crate) language: Language,
    /// The folder to make it in; one of the plugin's name by default.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

/// Build a plugin project: its sources become dist/NAME.wasm.
///
/// The tools that its language needs are set up once, from PyPI or the npm registry, pinned by hash, in the project's
/// folder .scorebox/tools. The component is compiled for this machine too, so that the first evaluation begins at once.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin build                     the project in this folder
  scorebox plugin build plugins/tone --output tone.wasm
  SCOREBOX_TOOLS=~/.cache/scorebox-tools scorebox plugin build    one set of tools for all projects

Exit codes:
  0    built
  2    the sources, plugin.toml or a tool are wrong; nothing was written
  3    a file cannot be written
  130  interrupted")]
pub(crate) struct BuildArguments {
    /// A folder with a plugin.toml.
    #[arg(default_value = ".", value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: PathBuf,
    /// Where the component goes; dist/NAME.wasm in the project by default.
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tools: ToolArguments,
}

/// Check a plugin against the contract.
///
/// What it exports and describes, whether its schemas are valid, what it imports and what an operator has to grant for
/// that, what an instance costs, and whether equal calls give equal results: each case in tests/*.jsonl is called twice
/// in instances of its own, and all of them in one.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin check                     builds the project in this folder first
  scorebox plugin check tone.wasm           somebody else's plugin
  scorebox plugin check tone.wasm --cases their-tests/

Exit codes:
  0    nothing failed; notes do not count
  1    a check failed
  2    there is nothing to check: no such project or file, or it does not build")]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
}

/// Run the cases in a plugin's tests/*.jsonl in the sandbox.
///
/// What models and HTTP peers answer comes from tests/replies.jsonl, so nothing leaves the machine and nothing needs to be
/// granted. With --record, models are asked and their replies are kept there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin test                      builds the project in this folder first
  scorebox plugin test -k empty             the cases that have `empty` in their name or function
  scorebox plugin test --record --model judge=openai:/gpt-4o-mini
  scorebox plugin test dist/tone.wasm       as it is, without building

A case is a line such as
  {\"name\": \"equal\", \"scorer\": \"exact_match\", \"example\": {\"outputs\": \"a\"}, \"expect\": {\"feedback\": [{\"value\": true}]}}
host/docs/plugin.md has all that a case can say.

Exit codes:
  0    all cases passed
  1    a case failed
  2    a file with cases is broken, there are none, or the plugin does not build
  130  interrupted")]
pub(crate) struct TestArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    /// Only the cases that have this in their name or in the name of their function, in upper or lower case.
    #[arg(short = 'k', long = "filter", value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Ask models and HTTP peers, and keep the replies in tests/replies.jsonl; what is in it already is not asked again.
    #[arg(long)]
    pub(crate) record: bool,
    #[command(flatten)]
    pub(crate) models: ModelArguments,
}

/// Measure how fast a plugin is, function by function.
///
/// Each function that has a case in tests/*.jsonl is called with a fresh instance for each example, with one for each 128,
/// and with one for all. A figure is the median of five rounds after a warm-up, on one thread.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin bench
  scorebox plugin bench dist/tone.wasm --time 5 --json")]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,
    /// How long each figure is measured.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    pub(crate) time: Duration,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show what a plugin holds, what it can reach, and how its functions are configured.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox plugin inspect text
  scorebox plugin inspect text/exact_match
  scorebox plugin inspect .                 the component of the project in this folder, as it was last built
  scorebox plugin inspect ./tone.wasm --json")]
pub(crate) struct InspectArguments {
    /// A component's file, the folder of a plugin project, or the name of a built-in plugin or of one of its functions.
    #[arg(value_name = "FILE|DIR|NAME", default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) plugin: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which plugin it is about.
#[derive(Args, Clone, Debug)]
pub(crate) struct SubjectArguments {
    /// The folder of a plugin project, which is built first, or a component's file.
    #[arg(value_name = "DIR|FILE", default_value = ".", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Take the project's dist/NAME.wasm as it is.
    #[arg(long)]
    pub(crate) no_build: bool,
    /// A file with cases, or a folder of them; the plugin's folder tests by default.
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) cases: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tools: ToolArguments,
}

/// Where the tools of other languages are.
#[derive(Args, Clone, Debug)]
pub(crate) struct ToolArguments {
    /// The folder that tools are set up in; the one that SCOREBOX_TOOLS names, or .scorebox/tools in the project, by default.
    #[arg(long = "tools", value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) folder: Option<PathBuf>,
}

fn language_parser() -> impl clap::builder::TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::name)).try_map(|name| name.parse::<Language>())
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.05..=600.0;
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, such as 2 or 0.5".to_owned())?;
    if !RANGE.contains(&seconds) {
        return Err(format!("between {} and {} seconds", RANGE.start(), RANGE.end()));
    }
    Ok(Duration::from_secs_f64(seconds))
}

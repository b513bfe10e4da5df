use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::eval::{self, EvalOptions, Evaluated};
use super::{print, project_files};
use crate::arguments::DemoArguments;
use crate::config::{Overrides, RepliesFrom};
use crate::exit::Stop;
use crate::terminal::{self, FAINT, NAME, STRONG};

const FILES: &[project_files::ProjectFile] = &[
    ("scorebox.toml", include_str!("../../demo/scorebox.toml")),
    ("data.jsonl", include_str!("../../demo/data.jsonl")),
    (REPLIES, include_str!("../../demo/replies.jsonl")),
];
/// The recorded replies of the judges; `cargo xtask demo-replies` makes them.
const REPLIES: &str = "replies.jsonl";

pub(crate) async fn run(arguments: DemoArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let folder = match arguments.output {
        Some(folder) => folder,
        None => temporary_folder().map_err(Stop::Unfinished)?,
    };
    project_files::write(&folder, FILES).map_err(Stop::Input)?;
    if !quiet {
        terminal::note(&introduction());
    }
    let overrides = Overrides { replies: RepliesFrom::Replay(folder.join(REPLIES)), ..Overrides::default() };
    let options = EvalOptions { overrides, quiet, ..EvalOptions::default() };
    let evaluated = eval::evaluate(&folder, &options).await?;
    let mut report = evaluated.report(true, false);
    if !quiet {
        report += &explanation(&evaluated, &folder);
    }
    print(&report)?;
    evaluated.store.close().await;
    Ok(evaluated.exit_code())
}

/// A folder that stays, so that the user can look at it.
fn temporary_folder() -> anyhow::Result<PathBuf> {
    let made = tempfile::Builder::new().prefix("scorebox-demo-").tempdir();
    Ok(made.context("cannot make a temporary folder; name one with --output")?.keep())
}

fn introduction() -> String {
    format!(
        "
  {title}
  120 questions, answered by a predict function that looks them up in a table of recorded answers,
  some of them wrong, and judged by nine scorers. All of these are WebAssembly components: each call
  gets a fresh sandbox without network, files, clock or environment.

  Two of the scorers are LLM judges, {correctness} and {guidelines}. Their replies are recorded ones,
  written for this demo: no model is asked, and nothing leaves this machine.
",
        title = STRONG.paint("A question-answering application under evaluation"),
        correctness = NAME.paint("correctness"),
        guidelines = NAME.paint("guidelines"),
    )
}

fn explanation(evaluated: &Evaluated, folder: &Path) -> String {
    let replies = folder.join(REPLIES);
    let results = evaluated.folder.as_deref().unwrap_or(folder).display();
    let (folder, replies) = (folder.display(), replies.display());
    let step = |what: &str, command: String| format!("    {}\n    {}\n", FAINT.paint(what), NAME.paint(command));
    let steps = [
        step("# one row, with the judges' reasons", format!("head -n 1 {results}/results.jsonl")),
        step("# all rows, in a browser", format!("scorebox report last html=report.html --project {folder}")),
        step("# again, with the recorded replies", format!("scorebox eval {folder} --replay {replies}")),
        step(
            "# with a real model as the judge; the key is in OPENAI_API_KEY, and --dry-run says what it costs",
            format!("scorebox eval {folder} --model judge=openai:/gpt-4o-mini"),
        ),
        step("# a project of your own", "scorebox init my-project".to_owned()),
    ];
    format!(
        "
  {title}
  · The strict scorer and the lenient ones disagree: \"The Seine\" is not \"Seine\", but nobody would mind.
  · A judge goes by the meaning: {correctness} accepts \"Atmospheric pressure\" for \"Air pressure\", and gives
    its reasons. Its verdicts here, and those of {guidelines}, were written for this demo and come from {REPLIES}.
  · One question has no recorded answer, so the prediction failed; its row was not scored.
  · {shouting} has a bug: it divides by zero where an answer has no letters. It crashed in its sandbox,
    on those rows only; everything else went on.
  · Run it again: results.jsonl is the same, byte for byte, apart from {timing}.

  {next}
{steps}",
        title = STRONG.paint("What this shows"),
        correctness = NAME.paint("correctness"),
        guidelines = NAME.paint("guidelines"),
        shouting = NAME.paint("demo/shouting"),
        timing = NAME.paint("timing"),
        next = STRONG.paint("Next"),
        steps = steps.concat(),
    )
}

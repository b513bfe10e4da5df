use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::eval::{self, Evaluated};
use super::{print, project_files};
use crate::arguments::DemoArguments;
use crate::config::Overrides;
use crate::exit::Stop;
use crate::terminal::{self, FAINT, NAME, STRONG};

const FILES: &[project_files::ProjectFile] = &[
    ("scorebox.toml", include_str!("../../demo/scorebox.toml")),
    ("data.jsonl", include_str!("../../demo/data.jsonl")),
];

pub(crate) async fn run(arguments: DemoArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let folder = match arguments.output {
        Some(folder) => folder,
        None => temporary_folder().map_err(Stop::Unfinished)?,
    };
    project_files::write(&folder, FILES).map_err(Stop::Input)?;
    if !quiet {
        terminal::note(&introduction());
    }
    let evaluated = eval::evaluate(&folder, &Overrides::default(), quiet).await?;
    let mut report = evaluated.report(true);
    if !quiet {
        report += &explanation(&evaluated, &folder.display().to_string());
    }
    print(&report)?;
    Ok(eval::exit_code(evaluated.record.status))
}

/// A folder that stays, so that the user can look at it.
fn temporary_folder() -> anyhow::Result<PathBuf> {
    let made = tempfile::Builder::new().prefix("scorebox-demo-").tempdir();
    Ok(made.context("cannot make a temporary folder; name one with --output")?.keep())
}

fn introduction() -> String {
    format!(
        "
  {}
  120 questions, answered by a predict function that looks them up in a table of recorded answers,
  some of them wrong, and judged by seven scorers. All of these are WebAssembly components: each call
  gets a fresh sandbox without network, files, clock or environment.
",
        STRONG.paint("A question-answering application under evaluation")
    )
}

fn explanation(evaluated: &Evaluated, folder: &str) -> String {
    let (again, own) = (format!("scorebox eval {folder}"), "scorebox init my-project");
    let width = again.len().max(own.len());
    format!(
        "
  {title}
  · The strict scorer and the lenient ones disagree: \"The Seine\" is not \"Seine\", but nobody would mind.
  · One question has no recorded answer, so the prediction failed; its row was not scored.
  · {shouting} has a bug: it divides by zero where an answer has no letters. It crashed in its sandbox,
    on those rows only; everything else went on.
  · Run it again: results.jsonl is the same, byte for byte, apart from {timing}.

  {next}
    {look}
    {again}
    {own}
",
        title = STRONG.paint("What this shows"),
        shouting = NAME.paint("demo/shouting"),
        timing = NAME.paint("timing"),
        next = STRONG.paint("Next"),
        look = NAME.paint(format_args!("head -n 1 {}/results.jsonl", evaluated.folder.display())),
        again = format_args!(
            "{}   {}",
            NAME.paint(format_args!("{again:width$}")),
            FAINT.paint("after you changed its scorebox.toml")
        ),
        own = format_args!("{}   {}", NAME.paint(format_args!("{own:width$}")), FAINT.paint("a project of your own")),
    )
}

use std::process::ExitCode;

use super::{print, project_files};
use crate::arguments::InitArguments;
use crate::exit::Stop;
use crate::terminal::{GOOD, NAME};

const FILES: &[project_files::ProjectFile] = &[
    ("scorebox.toml", include_str!("../../init/scorebox.toml")),
    ("data.jsonl", include_str!("../../init/data.jsonl")),
    (".gitignore", "/.scorebox/\n/runs/\n"),
];

pub(crate) fn run(arguments: &InitArguments) -> Result<ExitCode, Stop> {
    project_files::write(&arguments.dir, FILES).map_err(Stop::Input)?;
    let dir = arguments.dir.display();
    let (run, list) = (format!("scorebox eval {dir}"), "scorebox scorers");
    let width = run.len().max(list.len());
    print(&format!(
        "{} {dir}/scorebox.toml and {dir}/data.jsonl

  {}   to run it
  {}   to see what else there is to score with
",
        GOOD.paint("made"),
        NAME.paint(format_args!("{run:width$}")),
        NAME.paint(format_args!("{list:width$}")),
    ))
}

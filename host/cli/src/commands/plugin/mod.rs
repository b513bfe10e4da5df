//! `scorebox plugin`: one's own scorers and predict functions, from the first line to a component that is known to work.

mod bench;
mod build;
mod cases;
mod check;
mod inspect;
mod instance;
mod interrupt;
mod new;
mod replies;
mod subject;
mod test;
mod working;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::arguments::PluginCommand;
use crate::exit::Stop;

/// Does what the command line says.
pub(super) async fn run(command: &PluginCommand, quiet: bool) -> Result<ExitCode, Stop> {
    match command {
        PluginCommand::New(new) => new::run(new, quiet),
        PluginCommand::Build(build) => build::run(build, quiet).await,
        PluginCommand::Check(check) => check::run(check, quiet).await,
        PluginCommand::Test(test) => test::run(test, quiet).await,
        PluginCommand::Bench(bench) => bench::run(bench, quiet).await,
        PluginCommand::Inspect(inspect) => inspect::run(inspect).await,
    }
}

/// A path as people write it: relative to the working folder, where it is in there; empty for that folder itself.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let relative = here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative.unwrap_or_else(|| path.to_owned())
}

/// The same as a text.
fn shown(path: &Path) -> String {
    let relative = relative(path);
    if relative == Path::new("") { ".".to_owned() } else { relative.display().to_string() }
}

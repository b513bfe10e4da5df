//! `scorebox dataset`: datasets that live in the store, with versions.

mod arguments;
mod change;
mod diff;
mod export;
mod from_run;
mod shorten;
mod show;

use std::process::ExitCode;

use scorebox_store::{ManagedDatasetError, Store};

pub(crate) use arguments::DatasetCommand;

use crate::exit::Stop;

/// Does what the command line says.
pub(crate) async fn run(command: &DatasetCommand, store: &Store) -> Result<ExitCode, Stop> {
    match command {
        DatasetCommand::Create(create) => change::create(create, store).await,
        DatasetCommand::Import(import) => change::import(import, store).await,
        DatasetCommand::Merge(merge) => change::merge(merge, store).await,
        DatasetCommand::FromRun(from_run) => from_run::run(from_run, store).await,
        DatasetCommand::FromTraces(from_traces) => change::from_traces(from_traces, store).await,
        DatasetCommand::Export(export) => export::run(export, store).await,
        DatasetCommand::List(list) => show::list(list, store).await,
        DatasetCommand::Show(show) => show::show(show, store).await,
        DatasetCommand::Diff(diff) => diff::run(diff, store).await,
        DatasetCommand::Tag(tag) => change::tag(tag, store).await,
        DatasetCommand::Delete(delete) => change::delete(delete, store).await,
    }
}

/// What was asked for is wrong, or it cannot be done.
fn stop(error: ManagedDatasetError) -> Stop {
    if error.is_input() { Stop::input(error) } else { Stop::unfinished(error) }
}

//! Commands that change datasets, and what they say about it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{DatasetChange, Store};

use super::arguments::{
    CreateArguments, DeleteArguments, FromTracesArguments, ImportArguments, MergeArguments, ReadArguments, TagArguments,
};
use super::stop;
use crate::commands::print;
use crate::exit::Stop;
use crate::terminal::{FAINT, GOOD, NAME, count, thousands};

pub(super) async fn create(arguments: &CreateArguments, store: &Store) -> Result<ExitCode, Stop> {
    let name = &arguments.name;
    let Some(file) = &arguments.file else {
        store.create_dataset(name).await.map_err(stop)?;
        return print(&format!(
            "  {} {}, {}\n",
            GOOD.paint("made"),
            NAME.paint(name),
            FAINT.paint(format_args!("to be filled with `scorebox dataset import {name} FILE`")),
        ));
    };
    let file = open(file, &arguments.read).await?;
    print(&said(&store.create_dataset_from(name, file).await.map_err(stop)?))
}

pub(super) async fn import(arguments: &ImportArguments, store: &Store) -> Result<ExitCode, Stop> {
    let file = open(&arguments.file, &arguments.read).await?;
    print(&said(&store.import_dataset(&arguments.name, file).await.map_err(stop)?))
}

pub(super) async fn merge(arguments: &MergeArguments, store: &Store) -> Result<ExitCode, Stop> {
    let file = open(&arguments.file, &arguments.read).await?;
    print(&said(&store.merge_dataset(&arguments.name, file).await.map_err(stop)?))
}

pub(super) async fn from_traces(arguments: &FromTracesArguments, store: &Store) -> Result<ExitCode, Stop> {
    print(&said(&store.merge_traces(&arguments.name, &arguments.file).await.map_err(stop)?))
}

pub(super) async fn tag(arguments: &TagArguments, store: &Store) -> Result<ExitCode, Stop> {
    let TagArguments { reference, tag, delete } = arguments;
    if *delete {
        let version = store.untag_dataset(&reference.name, tag).await.map_err(stop)?;
        return print(&format!("  {}@{version} is no longer {}\n", NAME.paint(&reference.name), NAME.paint(tag)));
    }
    let (version, before) = store.tag_dataset(reference, tag).await.map_err(stop)?;
    let before = before.map(|before| FAINT.paint(format_args!("; before, version {before} was")));
    let before = before.unwrap_or_default();
    print(&format!("  {} is {}{before}\n", NAME.paint(&version), NAME.paint(tag)))
}

pub(super) async fn delete(arguments: &DeleteArguments, store: &Store) -> Result<ExitCode, Stop> {
    let DeleteArguments { name, yes } = arguments;
    let (dataset, _) = store.dataset_history(name).await.map_err(stop)?;
    let versions = count(dataset.versions, "version");
    if !yes {
        return Err(Stop::Input(anyhow!(
            "the dataset `{name}` with its {versions} would be deleted for good; runs keep the examples that they evaluated\n\
             help: say so with `scorebox dataset delete {name} --yes`"
        )));
    }
    store.delete_dataset(name).await.map_err(stop)?;
    print(&format!("  {} {} with its {versions}\n", GOOD.paint("deleted"), NAME.paint(name)))
}

/// Opens a file, which reads all of it once.
async fn open(file: &Path, read: &ReadArguments) -> Result<Dataset, Stop> {
    let (file, options) = (file.to_owned(), ReadOptions::from(read));
    let opened = tokio::task::spawn_blocking(move || Dataset::open(file, &options));
    opened.await.map_err(Stop::unfinished)?.map_err(Stop::input)
}

/// What came of a change, in a line.
pub(super) fn said(change: &DatasetChange) -> String {
    let version = change.version();
    let examples = count(version.rows, "example");
    let name = NAME.paint(version);
    match change {
        DatasetChange::Nothing(_) => {
            format!("  {name} {}\n", FAINT.paint(format_args!("is the newest still: nothing changed · {examples}")))
        }
        DatasetChange::New(_) => {
            let (added, changed, removed) = (version.added, version.changed, version.removed);
            let counts = [(added, "added"), (changed, "changed"), (removed, "removed")];
            let counts = counts.into_iter().filter(|(number, _)| *number > 0);
            let counts: Vec<_> = counts.map(|(number, what)| format!("{} {what}", thousands(number))).collect();
            let counts = match counts.is_empty() {
                true => "the same examples in another order, or written differently".to_owned(),
                false => counts.join(", "),
            };
            format!("  {} {name} · {examples} · {counts}\n", GOOD.paint("made"))
        }
    }
}

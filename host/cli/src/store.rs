//! Which store is meant, and opening it.

use std::path::{Path, PathBuf};

use scorebox_store::{Store, StoreLocation};

use crate::arguments::{ProjectArguments, StoreArgument, StoreText};
use crate::exit::Stop;

const FOLDER: &str = ".scorebox";
const FILE: &str = "store.db";

/// Opens the store of a project, and makes it where there is none yet.
pub(crate) async fn open(argument: &StoreArgument, project: &Path) -> Result<Store, Stop> {
    let location = named(argument)?.unwrap_or_else(|| of_project(project));
    Store::open(&location).await.map_err(Stop::input)
}

/// Opens a store that is there already: the one that is named, or that of the project around this folder.
pub(crate) async fn open_existing(arguments: &ProjectArguments) -> Result<Store, Stop> {
    if let Some(location) = named(&arguments.store)? {
        return Store::open(&location).await.map_err(Stop::input);
    }
    let file = match &arguments.project {
        Some(project) => Some(folder_of(project).join(FOLDER).join(FILE)).filter(|file| file.exists()),
        None => nearest(),
    };
    match file {
        Some(file) => Store::open(&StoreLocation::file(file)).await.map_err(Stop::input),
        None => Err(Stop::Input(no_store(arguments.project.as_deref()))),
    }
}

/// Opens the store that is named or that of the project, and makes it where there is none: for what may be the first thing
/// that is done with a project.
pub(crate) async fn open_or_make(arguments: &ProjectArguments) -> Result<Store, Stop> {
    let nearest = || arguments.project.is_none().then(nearest).flatten();
    let location = named(&arguments.store)?.or_else(|| nearest().map(StoreLocation::file));
    let project = arguments.project.as_deref().map_or(Path::new("."), folder_of);
    let location = location.unwrap_or_else(|| of_project(project));
    Store::open(&location).await.map_err(Stop::input)
}

fn named(argument: &StoreArgument) -> Result<Option<StoreLocation>, Stop> {
    argument.store.as_ref().map(StoreText::location).transpose().map_err(Stop::input)
}

/// Where a project's rows and what is made for it are kept.
pub(crate) fn folder(project: &Path) -> PathBuf {
    project.join(FOLDER)
}

fn of_project(project: &Path) -> StoreLocation {
    StoreLocation::file(folder(project).join(FILE))
}

/// The folder of a project that is named by its folder or by its file.
fn folder_of(project: &Path) -> &Path {
    match project.parent() {
        Some(parent) if project.is_file() => parent,
        _ => project,
    }
}

/// The store in this folder or in the nearest one above it.
fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FOLDER).join(FILE)).find(|file| file.exists())
}

fn no_store(project: Option<&Path>) -> anyhow::Error {
    let place = match project {
        Some(project) => format!("in {}", project.display()),
        None => "in this folder, nor in one above it".to_owned(),
    };
    anyhow::anyhow!(
        "there is no store {place}\nhelp: name the project's folder with --project DIR, or the store with --store; \
         `scorebox eval` makes both"
    )
}

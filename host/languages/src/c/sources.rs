//! What is compiled into a plugin.

use std::path::{Path, PathBuf};

use super::bindings::Bindings;
use crate::error::LanguageError;
use crate::project::Project;
use crate::workspace::Workspace;

/// One C source.
pub(super) struct Source {
    /// Relative to the project where it lies in it, so that messages and `__FILE__` are the same in every folder.
    pub(super) path: PathBuf,
    pub(super) origin: Origin,
}

/// Who wrote a source: that decides how it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Project,
    Sdk,
    Json,
    Bindings,
}

impl Source {
    fn new(path: &Path, project: &Project, origin: Origin) -> Self {
        Self { path: path.strip_prefix(project.folder()).unwrap_or(path).to_owned(), origin }
    }
}

/// All C files in the project's `src`, by name.
pub(super) fn of_project(project: &Project) -> Result<Vec<Source>, LanguageError> {
    let paths = c_files(&project.folder().join("src"))?;
    if paths.is_empty() {
        let folder = project.folder().join("src");
        return Err(LanguageError::Source(format!(
            "{} holds no C source: a plugin has one at least",
            folder.display()
        )));
    }
    Ok(paths.iter().map(|path| Source::new(path, project, Origin::Project)).collect())
}

/// The SDK's sources, the JSON library's, and the bindings'.
pub(super) fn of_sdk(
    project: &Project,
    workspace: &Workspace,
    bindings: &Bindings,
) -> Result<Vec<Source>, LanguageError> {
    let paths = c_files(&workspace.sdk_dir().join("src"))?;
    let mut sources: Vec<_> = paths.iter().map(|path| Source::new(path, project, Origin::Sdk)).collect();
    let json = workspace.sdk_dir().join("vendor/yyjson/yyjson.c");
    sources.push(Source::new(&json, project, Origin::Json));
    sources.push(Source::new(&bindings.source, project, Origin::Bindings));
    Ok(sources)
}

fn c_files(folder: &Path) -> Result<Vec<PathBuf>, LanguageError> {
    let read_error = |source| LanguageError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(read_error)? {
        let path = entry.map_err(read_error)?.path();
        if path.is_dir() {
            files.extend(c_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "c") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

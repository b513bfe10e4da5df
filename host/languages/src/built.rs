//! Components that were built before: a project that has not changed is not built again.

use std::fs;
use std::path::{Path, PathBuf};

use scorebox_core::DigestWriter;

use crate::error::LanguageError;
use crate::project::Project;
use crate::workspace::{Workspace, write_if_new};

/// Folders of a project that say nothing about its component: what was made from the rest.
const MADE: [&str; 8] = [".git", ".mypy_cache", ".pytest_cache", ".scorebox", ".venv", "__pycache__", "dist", "target"];

/// The component of a project, as it was built last.
#[derive(PartialEq, Eq)]
pub(crate) struct Built {
    path: PathBuf,
}

impl Built {
    /// Where the component of the project as it is now would be kept. Everything in the project counts, except its tests;
    /// and so do the SDK and the code that builds.
    pub(crate) fn of(project: &Project, workspace: &Workspace) -> Result<Self, LanguageError> {
        let mut digest = DigestWriter::default();
        digest.update(env!("SCOREBOX_BUILD_DIGEST").as_bytes());
        let mut files = Vec::new();
        collect(project.folder(), &mut files)?;
        files.retain(|path| !path.starts_with(project.folder().join("tests")));
        files.sort();
        for path in files {
            let contents = fs::read(&path).map_err(|source| LanguageError::Read { path: path.clone(), source })?;
            let name = path.strip_prefix(project.folder()).unwrap_or(&path).to_string_lossy();
            for part in [name.as_bytes(), &contents] {
                digest.update(&(part.len() as u64).to_le_bytes());
                digest.update(part);
            }
        }
        let name = format!("built-{}.wasm", digest.finish().short());
        Ok(Self { path: workspace.build_dir().join(name) })
    }

    /// The component, if it was built from the same.
    pub(crate) fn component(&self) -> Option<Vec<u8>> {
        fs::read(&self.path).ok()
    }

    /// Keeps a component in the place of the last one.
    pub(crate) fn keep(&self, component: &[u8]) -> Result<(), LanguageError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("built-") {
                // What cannot be removed is only in the way of disk space.
                let _ = fs::remove_file(entry.path());
            }
        }
        let unfinished = self.path.with_extension("unfinished");
        write_if_new(&unfinished, component)?;
        fs::rename(&unfinished, &self.path).map_err(|source| LanguageError::Write { path: self.path.clone(), source })
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LanguageError> {
    let read_error = |source| LanguageError::Read { path: folder.to_owned(), source };
    for entry in folder.read_dir().map_err(read_error)? {
        let entry = entry.map_err(read_error)?;
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        // What a link leads to counts like a file of the project.
        let path = entry.path();
        let kind = fs::metadata(&path).map_err(|source| LanguageError::Read { path: path.clone(), source })?;
        if kind.is_dir() {
            collect(&path, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LanguageError;
use crate::language::Language;
use crate::manifest::Manifest;

/// A plugin project: a folder with a `plugin.toml` and sources in one language.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
    manifest: Manifest,
    language: Language,
}

impl Project {
    /// Reads `plugin.toml` in `folder` and finds out what the project is written in.
    pub fn open(folder: &Path) -> Result<Self, LanguageError> {
        let no_project = || LanguageError::NoProject { folder: folder.to_owned() };
        let folder = folder.canonicalize().map_err(|_| no_project())?;
        let path = folder.join(Manifest::FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(no_project()),
            Err(source) => return Err(LanguageError::Read { path, source }),
        };
        let manifest = Manifest::parse(&text).map_err(|reason| LanguageError::Manifest { path, reason })?;
        let language = language(&folder, &manifest)?;
        Ok(Self { folder, manifest, language })
    }

    /// The project's folder, absolute.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What `plugin.toml` says.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it is written in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

fn language(folder: &Path, manifest: &Manifest) -> Result<Language, LanguageError> {
    let path = || folder.join(Manifest::FILE);
    if let Some(language) = manifest.language {
        return Ok(language);
    }
    match Language::recognise(folder)[..] {
        [language] => Ok(language),
        [] => Err(LanguageError::NoLanguage { folder: folder.to_owned() }),
        ref several => {
            let names = several.iter().map(|language| language.name());
            let reason = format!(
                "the folder looks like a project in {}; say which with `language = \"{}\"`",
                names.collect::<Vec<_>>().join(" and in "),
                several[0].name()
            );
            Err(LanguageError::Manifest { path: path(), reason })
        }
    }
}

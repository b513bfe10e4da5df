use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::LanguageError;
use crate::manifest::Manifest;
use crate::project::Project;
use crate::sdk;

/// Names the contract, the SDKs and the code that builds, as they are in this program.
pub(crate) const VERSION: &str = env!("SCOREBOX_BUILD_DIGEST");

/// The folder `.scorebox` of a project: a copy of the contract and of the SDK, and what a build leaves in between.
///
/// All of it is made by Scorebox and can be deleted at any time. The SDK and the contract lie beside each other as they
/// do in Scorebox's own repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    folder: PathBuf,
    sdk: &'static str,
    /// Keeps other builds of the project waiting until this one is over.
    _lock: File,
}

impl Workspace {
    /// Writes the contract and the SDK of the project's language, where they are not up to date.
    pub(crate) fn prepare(project: &Project) -> Result<Self, LanguageError> {
        let folder = project.folder().join(".scorebox");
        let workspace = Self { _lock: lock(&folder)?, folder, sdk: project.language().sdk() };
        workspace.forget_other_versions()?;
        sdk::unpack("wit", &workspace.wit_dir())?;
        write_if_new(&workspace.wit_dir().join("guest.wit"), world(project.manifest()))?;
        sdk::unpack(&format!("sdk/{}", workspace.sdk), &workspace.sdk_dir())?;
        let build_dir = workspace.build_dir();
        fs::create_dir_all(&build_dir).map_err(|source| LanguageError::Write { path: build_dir, source })?;
        Ok(workspace)
    }

    /// Removes what another version of Scorebox wrote: compilers take whole folders, files that are no more included.
    fn forget_other_versions(&self) -> Result<(), LanguageError> {
        let stamp = self.folder.join("written-by");
        if fs::read(&stamp).is_ok_and(|version| version == VERSION.as_bytes()) {
            return Ok(());
        }
        for folder in ["wit", "sdk", "build/wit"] {
            remove_folder(&self.folder.join(folder))?;
        }
        write_if_new(&stamp, VERSION)
    }

    /// The contract, with the world `guest` that this plugin has.
    pub(crate) fn wit_dir(&self) -> PathBuf {
        self.folder.join("wit")
    }

    /// The SDK of the project's language.
    pub(crate) fn sdk_dir(&self) -> PathBuf {
        self.folder.join("sdk").join(self.sdk)
    }

    /// For what a build makes on its way; kept, so that the next build is quicker.
    pub(crate) fn build_dir(&self) -> PathBuf {
        self.folder.join("build")
    }
}

/// Locks the folder against other builds, as soon as there is none.
fn lock(folder: &Path) -> Result<File, LanguageError> {
    let path = folder.join("lock");
    let locked = fs::create_dir_all(folder).and_then(|()| File::create(&path)).and_then(|file| {
        file.lock()?;
        Ok(file)
    });
    locked.map_err(|source| LanguageError::Write { path, source })
}

/// The world of a plugin: what `plugin.toml` says, in WIT.
fn world(manifest: &Manifest) -> String {
    let mut items = vec!["import tracing;", "import log;"];
    if manifest.imports.llm {
        items.push("import llm;");
    }
    if manifest.imports.http {
        items.push("import wasi:http/outgoing-handler@0.2.12;");
    }
    if manifest.exports.scorers {
        items.push("export scorers;");
    }
    if manifest.exports.predictors {
        items.push("export predictors;");
    }
    format!("/// What plugin.toml says, in WIT.\nworld guest {{\n  {}\n}}\n", items.join("\n  "))
}

/// Removes a folder with all that is in it, where there is one.
pub(crate) fn remove_folder(folder: &Path) -> Result<(), LanguageError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(LanguageError::Write { path: folder.to_owned(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a file, unless it says the same already: build tools look at times.
pub(crate) fn write_if_new(path: &Path, text: impl AsRef<[u8]>) -> Result<(), LanguageError> {
    if fs::read(path).is_ok_and(|old| old == text.as_ref()) {
        return Ok(());
    }
    let write_error = |source| LanguageError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(write_error)?;
    }
    fs::write(path, text).map_err(write_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_version_wrote_goes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plugin.toml"), "name = \"tone\"\nversion = \"0.1.0\"").unwrap();
        fs::write(folder.path().join("go.mod"), "").unwrap();
        let project = Project::open(folder.path()).unwrap();
        let sdk = Workspace::prepare(&project).unwrap().sdk_dir();
        let (old, own) = (sdk.join("scorer/old.go"), sdk.join("internal/bindings/own.go"));
        for file in [&old, &own] {
            write_if_new(file, "").unwrap();
        }
        Workspace::prepare(&project).unwrap();
        assert!(old.is_file() && own.is_file(), "the same version keeps what builds left");
        fs::write(folder.path().join(".scorebox/written-by"), "another").unwrap();
        Workspace::prepare(&project).unwrap();
        assert!(!old.exists() && sdk.join("go.mod").is_file());
    }

    #[test]
    fn the_world_is_what_the_manifest_says() {
        let manifest =
            Manifest::parse("name = \"a\"\nversion = \"0.1.0\"\nimports = [\"llm\"]\nexports = [\"predictors\"]");
        let world = world(&manifest.unwrap());
        assert!(world.contains("import llm;") && world.contains("export predictors;"), "{world}");
        assert!(!world.contains("http") && !world.contains("scorers"), "{world}");
    }
}

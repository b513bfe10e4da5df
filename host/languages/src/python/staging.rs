//! The folder that a component is built from: copies, so that nothing lies in it that the build does not know of.

use std::fs;
use std::path::{Path, PathBuf};

use super::ENTRY;
use crate::error::LanguageError;
use crate::manifest::Exports;
use crate::project::Project;
use crate::workspace::{Workspace, remove_folder};

/// What is copied of a folder of Python.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Modules alone.
    Modules,
    /// All files, since a module may read data beside it while it is loaded.
    Everything,
}

/// What a component is made of, in the order in which Python looks for modules.
pub(super) struct Stage {
    folder: PathBuf,
    source_name: String,
}

impl Stage {
    /// Copies the plugin's module and the SDK, and writes the entry.
    pub(super) fn fill(project: &Project, workspace: &Workspace, source: &Path) -> Result<Self, LanguageError> {
        let folder = workspace.build_dir().join("python");
        remove_folder(&folder)?;
        let name = source.file_name().unwrap_or_default();
        copy(source, &folder.join("plugin").join(name), Wanted::Everything)?;
        copy(&workspace.sdk_dir().join("scorebox"), &folder.join("sdk").join("scorebox"), Wanted::Modules)?;
        let entry = entry(&project.manifest().module(), project.manifest().exports);
        write(&folder.join("entry").join(ENTRY).with_extension("py"), entry.as_bytes())?;
        create(&folder.join("environment").join("lib").join("site-packages"))?;
        let source_name = name.display().to_string();
        Ok(Self { folder, source_name })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The plugin's module, as people call it.
    pub(super) fn source_name(&self) -> &str {
        &self.source_name
    }

    /// Where Python looks for modules. The plugin comes first: that is what its tracebacks are relative to.
    pub(super) fn python_path(&self) -> [PathBuf; 3] {
        ["plugin", "sdk", "entry"].map(|name| self.folder.join(name))
    }

    /// The names and contents of all that was copied and written, always in the same order.
    pub(super) fn contents(&self) -> Result<Vec<Vec<u8>>, LanguageError> {
        let mut files = Vec::new();
        for folder in self.python_path() {
            collect(&folder, &mut files)?;
        }
        files.sort();
        let mut contents = Vec::new();
        for file in files {
            contents.push(file.strip_prefix(&self.folder).unwrap_or(&file).as_os_str().as_encoded_bytes().to_vec());
            contents.push(read(&file)?);
        }
        Ok(contents)
    }

    /// A virtual environment without packages.
    pub(super) fn empty_environment(&self) -> PathBuf {
        self.folder.join("environment")
    }
}

/// The plugin's module: one file or one folder, called as the plugin.
pub(super) fn source_of(project: &Project) -> Result<PathBuf, LanguageError> {
    let module = project.manifest().module();
    let file = project.folder().join(&module).with_added_extension("py");
    let package = project.folder().join(&module);
    match (file.is_file(), package.join("__init__.py").is_file()) {
        (true, false) => Ok(file),
        (false, true) => Ok(package),
        (true, true) => Err(LanguageError::Source(format!(
            "{}: there are both {module}.py and {module}/__init__.py.\nRemove the one that is not the plugin.",
            project.folder().display()
        ))),
        (false, false) => Err(LanguageError::Source(format!(
            "{}: the plugin's module is missing: neither {module}.py nor {module}/__init__.py is there.\n\
             A plugin's module is called as the plugin in plugin.toml, with `_` for `-`.",
            project.folder().display()
        ))),
    }
}

fn entry(module: &str, exports: Exports) -> String {
    let mut names = Vec::new();
    if exports.scorers {
        names.push("\"scorers\"");
    }
    if exports.predictors {
        names.push("\"predictors\"");
    }
    format!("from scorebox._guest import entry\n\nglobals().update(entry.load(\"{module}\", [{}]))\n", names.join(", "))
}

/// Copies a file or a folder, but for what Python leaves in folders.
fn copy(from: &Path, to: &Path, wanted: Wanted) -> Result<(), LanguageError> {
    if from.is_file() {
        return write(to, &read(from)?);
    }
    for path in inside(from)? {
        let name = path.file_name().unwrap_or_default();
        let is_wanted = wanted == Wanted::Everything || path.extension().is_some_and(|extension| extension == "py");
        if name != "__pycache__" && (path.is_dir() || is_wanted) {
            copy(&path, &to.join(name), wanted)?;
        }
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LanguageError> {
    for path in inside(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, LanguageError> {
    let paths = folder.read_dir().and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    paths.map_err(|source| LanguageError::Read { path: folder.to_owned(), source })
}

fn write(path: &Path, contents: &[u8]) -> Result<(), LanguageError> {
    create(path.parent().unwrap_or(path))?;
    fs::write(path, contents).map_err(|source| write_error(path, source))
}

fn read(path: &Path) -> Result<Vec<u8>, LanguageError> {
    fs::read(path).map_err(|source| LanguageError::Read { path: path.to_owned(), source })
}

fn create(folder: &Path) -> Result<(), LanguageError> {
    fs::create_dir_all(folder).map_err(|source| write_error(folder, source))
}

fn write_error(path: &Path, source: std::io::Error) -> LanguageError {
    LanguageError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(folder: &Path) -> Project {
        fs::write(folder.join("plugin.toml"), "name = \"answer-tone\"\nversion = \"0.1.0\"").unwrap();
        fs::write(folder.join("pyproject.toml"), "").unwrap();
        Project::open(folder).unwrap()
    }

    #[test]
    fn the_module_is_a_file_or_a_package_called_as_the_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let project = project(folder.path());
        let error = source_of(&project).unwrap_err().to_string();
        assert!(error.contains("neither answer_tone.py nor answer_tone/__init__.py"), "{error}");
        fs::write(folder.path().join("answer_tone.py"), "").unwrap();
        assert!(source_of(&project).unwrap().ends_with("answer_tone.py"));
        fs::create_dir(folder.path().join("answer_tone")).unwrap();
        fs::write(folder.path().join("answer_tone/__init__.py"), "").unwrap();
        assert!(source_of(&project).unwrap_err().to_string().contains("both"));
        fs::remove_file(folder.path().join("answer_tone.py")).unwrap();
        assert!(source_of(&project).unwrap().ends_with("answer_tone"));
    }

    #[test]
    fn a_stage_holds_the_plugin_the_sdk_and_the_entry() {
        let folder = tempfile::tempdir().unwrap();
        let project = project(folder.path());
        let package = folder.path().join("answer_tone");
        fs::create_dir_all(package.join("__pycache__")).unwrap();
        for name in ["__init__.py", "prompt.txt", "__pycache__/old.pyc"] {
            fs::write(package.join(name), "").unwrap();
        }
        let workspace = Workspace::prepare(&project).unwrap();
        let stage = Stage::fill(&project, &workspace, &source_of(&project).unwrap()).unwrap();
        let has = |name: &str| stage.python_path().iter().any(|folder| folder.join(name).exists());
        for name in
            ["answer_tone/__init__.py", "answer_tone/prompt.txt", "scorebox/_guest/entry.py", "scorebox_component.py"]
        {
            assert!(has(name), "{name}");
        }
        assert!(!has("answer_tone/__pycache__") && !has("scorebox/py.typed"));
    }
}

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use scorebox_core::Digest;

use crate::command;
use crate::error::LanguageError;
use crate::project::Project;

/// Names a folder in which all projects keep their tools, instead of each in its own.
pub const TOOLS_VARIABLE: &str = "SCOREBOX_TOOLS";

/// Where the tools of other languages are set up: from PyPI and the npm registry, pinned by hash, once.
pub struct Toolbox {
    folder: PathBuf,
    announce: Box<dyn Fn(&str) + Send + Sync>,
}

impl Toolbox {
    /// A toolbox in `folder`, which is made when the first tool is. `announce` is told what is set up, before it is.
    pub fn new(folder: PathBuf, announce: impl Fn(&str) + Send + Sync + 'static) -> Self {
        // Tools are started in other folders than this one.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Self { folder, announce: Box::new(announce) }
    }

    /// The folder for a project's tools: the one that [`TOOLS_VARIABLE`] names, or `.scorebox/tools` in the project.
    #[must_use]
    pub fn folder_for(project: &Project) -> PathBuf {
        Self::shared_folder().unwrap_or_else(|| project.folder().join(".scorebox").join("tools"))
    }

    /// The folder that [`TOOLS_VARIABLE`] names, for the tools of all projects.
    #[must_use]
    pub fn shared_folder() -> Option<PathBuf> {
        std::env::var_os(TOOLS_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from)
    }

    /// Packages from PyPI, in a folder that can be a `PYTHONPATH`. `requirements` is a requirements file with a hash for
    /// each package; only wheels are used, so that no package runs anything while it is installed.
    pub fn python_packages(&self, name: &str, requirements: &str) -> Result<PathBuf, LanguageError> {
        let what = format!("setting up {name} from PyPI");
        self.set_up(name, &[requirements], &what, |folder| {
            let list = folder.join("requirements.txt");
            fs::write(&list, requirements).map_err(|source| LanguageError::Write { path: list.clone(), source })?;
            let mut pip = Command::new(python());
            // Python takes modules from the working folder, which may be anybody's.
            pip.current_dir(folder);
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]);
            pip.args(["--no-compile", "--only-binary", ":all:", "--require-hashes"]);
            pip.arg("--target").arg(folder).arg("--requirement").arg(&list);
            command::run(&mut pip, &what, PYTHON_ADVICE).map(drop).map_err(|error| not_set_up("PyPI", error))
        })
    }

    /// Go's own command, to be run in `folder`; it fetches nothing.
    pub fn go(&self, folder: &Path) -> Result<Command, LanguageError> {
        crate::go::command(self, folder)
    }

    /// Packages from the npm registry, in a folder with `node_modules`, as the lock file says. Their scripts are not run.
    pub(crate) fn npm_packages(&self, name: &str, package: &str, lock: &str) -> Result<PathBuf, LanguageError> {
        let what = format!("setting up {name} from the npm registry");
        self.set_up(name, &[package, lock], &what, |folder| {
            for (name, text) in [("package.json", package), ("package-lock.json", lock)] {
                let path = folder.join(name);
                fs::write(&path, text).map_err(|source| LanguageError::Write { path, source })?;
            }
            let mut npm = Command::new("npm");
            npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            command::run(&mut npm, &what, NODE_ADVICE).map(drop).map_err(|error| not_set_up("the npm registry", error))
        })
    }

    /// Something that is made once: `make` fills a new folder, which takes its place when all of it is there. `parts` are
    /// what it is made from; other parts make another folder.
    pub(crate) fn set_up(
        &self,
        name: &str,
        parts: &[&str],
        what: &str,
        make: impl FnOnce(&Path) -> Result<(), LanguageError>,
    ) -> Result<PathBuf, LanguageError> {
        let folder = self.folder.join(format!("{name}-{}", Digest::of(parts.join("\0").as_bytes()).short()));
        // It gets its name when all of it is there.
        if folder.is_dir() {
            return Ok(folder);
        }
        fs::create_dir_all(&self.folder)
            .map_err(|source| LanguageError::Write { path: self.folder.clone(), source })?;
        let _lock = self.lock(name)?;
        if folder.is_dir() {
            return Ok(folder);
        }
        self.remove_unfinished(name);
        (self.announce)(&format!("{what}, once, into {}", self.folder.display()));
        let write_error = |source| LanguageError::Write { path: folder.clone(), source };
        let unfinished = tempfile::Builder::new().prefix(&format!(".{name}-")).tempdir_in(&self.folder);
        let unfinished = unfinished.map_err(write_error)?;
        make(unfinished.path())?;
        fs::rename(unfinished.keep(), &folder).map_err(write_error)?;
        Ok(folder)
    }

    /// Removes what set-ups of the tool left that were interrupted. The tool is locked, so none of them is under way.
    fn remove_unfinished(&self, name: &str) {
        for entry in self.folder.read_dir().into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!(".{name}-")) {
                // What cannot be removed takes space, and stands in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Keeps other processes from setting up the same tool at the same time, until it is dropped.
    fn lock(&self, name: &str) -> Result<File, LanguageError> {
        let path = self.folder.join(format!(".{name}.lock"));
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|source| LanguageError::Write { path, source })
    }
}

/// A tool that is not on the machine says so itself; all else may be the registry's or the network's fault.
fn not_set_up(registry: &'static str, error: LanguageError) -> LanguageError {
    match error {
        LanguageError::NoProgram { .. } => error,
        _ => LanguageError::SetUp { registry, source: Box::new(error) },
    }
}

/// The Python that installs Python packages and runs those of them that are tools.
pub(crate) fn python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

pub(crate) const PYTHON_ADVICE: &str =
    "Install Python 3.10 or newer with pip, from https://www.python.org or your system's packages.";
pub(crate) const NODE_ADVICE: &str =
    "Install Node.js 20 or newer with npm, from https://nodejs.org or your system's packages.";

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Toolbox").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_tool_is_made_once_even_by_two_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let toolbox = Toolbox::new(folder.path().join("tools"), |_| ());
                    let make = |folder: &Path| {
                        made.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        fs::write(folder.join("tool"), "works").unwrap();
                        Ok(())
                    };
                    let tool = toolbox.set_up("tool", &["1.0"], "setting up tool", make).unwrap();
                    assert_eq!(fs::read_to_string(tool.join("tool")).unwrap(), "works");
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn what_failed_is_tried_again_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let toolbox = Toolbox::new(folder.path().to_owned(), |_| ());
        let fail = |folder: &Path| {
            fs::write(folder.join("half"), "").unwrap();
            Err(LanguageError::Source("no network".to_owned()))
        };
        assert!(toolbox.set_up("tool", &["1"], "setting up tool", fail).is_err());
        let visible = folder.path().read_dir().unwrap().flatten();
        let names: Vec<_> = visible.map(|entry| entry.file_name()).filter(|name| name != ".tool.lock").collect();
        assert!(names.is_empty(), "{names:?}");
        assert!(toolbox.set_up("tool", &["1"], "setting up tool", |_| Ok(())).is_ok());
    }

    #[test]
    fn what_an_interrupted_set_up_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".tool-half")).unwrap();
        let toolbox = Toolbox::new(folder.path().to_owned(), |_| ());
        toolbox.set_up("tool", &["1"], "setting up tool", |_| Ok(())).unwrap();
        assert!(!folder.path().join(".tool-half").exists());
    }

    #[test]
    fn another_version_is_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let toolbox = Toolbox::new(folder.path().to_owned(), |_| ());
        let set_up = |version| toolbox.set_up("tool", &[version], "setting up tool", |_| Ok(())).unwrap();
        assert_ne!(set_up("1.0"), set_up("1.1"));
    }
}

//! The `scorebox` command in a folder of its own.
#![allow(dead_code, reason = "each test needs a part of it")]
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// One cache for all tests: each plugin is compiled once.
pub(crate) const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// Runs the command in a folder of its own.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What came of running it.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        fs::write(self.path(path), text).unwrap();
        self
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The command, for what `run` cannot do. An evaluation also writes its rows into the folder `runs` of the project, where
    /// tests can read them as text.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let arguments: Vec<_> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_scorebox"));
        command.args(&arguments).current_dir(self.folder.path());
        command.env("SCOREBOX_CACHE_DIR", CACHE).env_remove("SCOREBOX_STORE");
        if arguments.first().is_some_and(|first| first == "eval") && !arguments.iter().any(|it| it == "--output") {
            let project = arguments.get(1).map(PathBuf::from).filter(|project| self.path(project).is_dir());
            command.arg("--output").arg(project.unwrap_or_default().join("runs"));
        }
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// The only run in a folder of runs.
    pub(crate) fn only_run(&self, runs: &str) -> PathBuf {
        let mut runs: Vec<_> = fs::read_dir(self.path(runs)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.remove(0)
    }
}

/// Whether a run has written rows to the store of a project.
pub(crate) fn has_rows(project: &Path) -> bool {
    // A new store takes less than this in its log before there are rows.
    const ROWS_BEGIN: u64 = 600_000;
    fs::metadata(project.join(".scorebox/store.db-wal")).is_ok_and(|metadata| metadata.len() > ROWS_BEGIN)
}

impl From<Output> for Ran {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use scorebox_build::forget_outer_cargo;

/// The repository's folder, and cargo in it.
pub(crate) struct Repository {
    root: PathBuf,
    target_dir: PathBuf,
}

impl Repository {
    /// The repository that this program was compiled in.
    pub(crate) fn of_this_build() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask is in a folder of the repository")?;
        // This program is TARGET/release/xtask.
        let program = env::current_exe()?;
        let target_dir = program.ancestors().nth(2).context("cargo runs xtask from its target folder")?;
        Ok(Self { root: root.to_owned(), target_dir: target_dir.to_owned() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target_dir(&self) -> &Path {
        &self.target_dir
    }

    /// The cargo that runs this program, in the repository, with the environment of a terminal and the same target
    /// folder.
    pub(crate) fn cargo(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        forget_outer_cargo(&mut command);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target_dir).args(arguments);
        command
    }
}

/// Runs a command to its end; an error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let text = command_line(command);
    let status = command.status().with_context(|| format!("cannot run `{text}`"))?;
    if !status.success() {
        bail!("`{text}` failed ({status})");
    }
    Ok(())
}

/// The command as one would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

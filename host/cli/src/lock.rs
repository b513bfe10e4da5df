//! `scorebox.lock`: which bytes stand behind the plugins that a project names.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use scorebox_core::Digest;
use scorebox_eval::PlanRequest;
use serde::{Deserialize, Serialize};

const FILE_NAME: &str = "scorebox.lock";
const FORMAT: u32 = 1;

/// The plugins of a project by their digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    /// The version of the format.
    version: u32,
    /// In the order of their names.
    #[serde(default, rename = "plugin")]
    plugins: Vec<LockedPlugin>,
}

/// A plugin as scorebox.toml names it, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockedPlugin {
    name: String,
    digest: Digest,
}

/// Why the lock does not hold.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockProblem {
    #[error("{}: there is no such file, and --locked needs it\nhelp: `scorebox lock` writes it; keep it under version control", .0.display())]
    Missing(PathBuf),
    #[error("{}: {reason}\nhelp: `scorebox lock` writes it anew", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error(
        "{}: the plugins are not those that were locked:\n{}\nhelp: if these are the plugins that you want, run `scorebox lock`, and look at the change before you keep it",
        path.display(), differences.join("\n")
    )]
    Differs { path: PathBuf, differences: Vec<String> },
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritable { path: PathBuf, source: std::io::Error },
}

impl Lock {
    /// The plugins that a plan asks for.
    pub(crate) fn of(request: &PlanRequest) -> Self {
        let scorers = request.scorers.iter().map(|scorer| &scorer.function);
        let functions = request.predictor.iter().chain(scorers);
        let digests: BTreeMap<_, _> =
            functions.map(|it| (it.component.label.clone(), Digest::of(&it.component.bytes))).collect();
        let plugins = digests.into_iter().map(|(name, digest)| LockedPlugin { name, digest });
        Self { version: FORMAT, plugins: plugins.collect() }
    }

    /// The file of a project's folder.
    pub(crate) fn path(folder: &Path) -> PathBuf {
        if folder == Path::new(".") { FILE_NAME.into() } else { folder.join(FILE_NAME) }
    }

    pub(crate) fn read(folder: &Path) -> Result<Self, LockProblem> {
        let path = Self::path(folder);
        let unreadable = |reason: String| LockProblem::Unreadable { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => LockProblem::Missing(path.clone()),
            _ => unreadable(format!("cannot be read: {error}")),
        })?;
        let lock: Self = toml::from_str(&text).map_err(|error| unreadable(error.to_string().trim_end().to_owned()))?;
        if lock.version != FORMAT {
            let version = lock.version;
            return Err(unreadable(format!("its format is {version}, and this Scorebox reads format {FORMAT}")));
        }
        Ok(lock)
    }

    /// Replaces the file in one step, and says whether anything changed.
    pub(crate) fn write(&self, folder: &Path) -> Result<bool, LockProblem> {
        let path = Self::path(folder);
        let text =
            format!("# Written by `scorebox lock`, checked with --locked. Keep it under version control.\n{self}");
        if fs::read_to_string(&path).is_ok_and(|known| known == text) {
            return Ok(false);
        }
        let written = (|| {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)
        })();
        written.map(|_| true).map_err(|source| LockProblem::Unwritable { path, source })
    }

    /// Refuses a plan that asks for other plugins than these.
    pub(crate) fn check(&self, request: &PlanRequest, folder: &Path) -> Result<(), LockProblem> {
        let wanted = Self::of(request);
        let digest = |lock: &Self, name: &str| lock.plugins.iter().find(|it| it.name == name).map(|it| it.digest);
        let mut differences = Vec::new();
        for LockedPlugin { name, digest: found } in &wanted.plugins {
            match digest(self, name) {
                Some(locked) if locked == *found => {}
                Some(locked) => differences.push(format!("  {name}: locked {locked}, found {found}")),
                None => differences.push(format!("  {name}: not locked, found {found}")),
            }
        }
        let unused = self.plugins.iter().filter(|locked| digest(&wanted, &locked.name).is_none());
        differences
            .extend(unused.map(|locked| format!("  {}: locked, but scorebox.toml does not use it", locked.name)));
        match differences.is_empty() {
            true => Ok(()),
            false => Err(LockProblem::Differs { path: Self::path(folder), differences }),
        }
    }

    /// How many plugins there are.
    pub(crate) fn len(&self) -> usize {
        self.plugins.len()
    }
}

impl std::fmt::Display for Lock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A version and texts always have a form in TOML.
        formatter.write_str(&toml::to_string(self).unwrap_or_default())
    }
}

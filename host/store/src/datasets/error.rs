use std::io;
use std::path::PathBuf;

use scorebox_core::Digest;
use scorebox_eval::DatasetError;

use super::name::{DatasetName, VersionTag};
use super::traces::TraceFileError;
use crate::error::StoreError;

/// Why a managed dataset could not be read or changed. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum ManagedDatasetError {
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file with the examples is wrong.
    #[error(transparent)]
    File(#[from] DatasetError),
    /// The file with the traces is wrong.
    #[error(transparent)]
    Traces(#[from] TraceFileError),
    /// There is no such dataset.
    #[error(
        "there is no dataset `{name}` in the store{}: `scorebox dataset list` shows what there is, `scorebox dataset create \
         {name} FILE` makes it",
        did_you_mean(near)
    )]
    UnknownDataset {
        /// The name that was given.
        name: DatasetName,
        /// Names that are like it.
        near: Vec<String>,
    },
    /// The dataset has no version yet.
    #[error("the dataset `{name}` has no version yet: fill it with `scorebox dataset import {name} FILE`")]
    NoVersion {
        /// The dataset.
        name: DatasetName,
    },
    /// The dataset has no such version.
    #[error("the dataset `{name}` has no version {version}: it has {}", numbers(versions))]
    UnknownVersion {
        /// The dataset.
        name: DatasetName,
        /// The number that was given.
        version: u64,
        /// The first and the last version that it has.
        versions: (u64, u64),
    },
    /// No version of the dataset has the tag.
    #[error("no version of the dataset `{name}` has the tag `{tag}`{}; {}", did_you_mean(near), tags_of(tags))]
    UnknownTag {
        /// The dataset.
        name: DatasetName,
        /// The tag that was given.
        tag: VersionTag,
        /// Tags that are like it.
        near: Vec<String>,
        /// The tags that there are, with their versions.
        tags: Vec<(VersionTag, u64)>,
    },
    /// The dataset is there already.
    #[error(
        "there is a dataset `{name}` already: take another name, or add a version to it with `scorebox dataset import {name} \
         FILE` (replaces its examples) or `scorebox dataset merge {name} FILE` (updates them)"
    )]
    Exists {
        /// The name.
        name: DatasetName,
    },
    /// The file holds no example.
    #[error("{}: there is no example in it, and a version needs one", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The run has no such scorer.
    #[error("the run {run} has no scorer or feedback `{name}`: it has {}", list(known))]
    UnknownScorer {
        /// The run.
        run: String,
        /// The name that was given.
        name: String,
        /// The scorers that it has.
        known: Vec<String>,
    },
    /// What is stored is not what was stored.
    #[error(
        "the version {version} in the store is damaged: its examples have the digest {found} and should have {expected}; \
         restore the store from a backup"
    )]
    Damaged {
        /// The version.
        version: String,
        /// The digest that was recorded.
        expected: Digest,
        /// The digest that its examples have.
        found: Digest,
    },
    /// Some of a version's examples are not there.
    #[error(
        "the version {version} cannot be read to its end: example {position} is missing; the dataset was deleted in the \
         meantime, or the store is damaged"
    )]
    Incomplete {
        /// The version.
        version: String,
        /// The number of the example, from 1.
        position: u64,
    },
    /// A stored value is not what it should be.
    #[error(
        "the version {version} in the store is damaged: {problem}; restore the store from a backup, or import the dataset \
         again"
    )]
    Unreadable {
        /// The version.
        version: String,
        /// What is wrong, and where.
        problem: String,
    },
    /// Examples cannot be kept on their way.
    #[error(
        "{}: cannot keep examples here on their way: {source}; make space, or name another folder with TMPDIR",
        temp_dir()
    )]
    Temporary {
        /// The system's word.
        #[from]
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("{}: cannot {action}: {source}", path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's word.
        source: io::Error,
    },
}

impl ManagedDatasetError {
    /// Whether what was asked for is wrong, rather than the store or the machine.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            Self::File(_)
            | Self::Traces(_)
            | Self::UnknownDataset { .. }
            | Self::NoVersion { .. }
            | Self::UnknownVersion { .. }
            | Self::UnknownTag { .. }
            | Self::Exists { .. }
            | Self::Empty { .. }
            | Self::UnknownScorer { .. } => true,
            Self::Store(_)
            | Self::Damaged { .. }
            | Self::Incomplete { .. }
            | Self::Unreadable { .. }
            | Self::Temporary { .. }
            | Self::Output { .. } => false,
        }
    }
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(" (did you mean {}?)", list(near)) }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn numbers(versions: &(u64, u64)) -> String {
    match versions {
        (first, last) if first == last => format!("only version {first}"),
        (first, last) => format!("versions {first} to {last}"),
    }
}

fn tags_of(tags: &[(VersionTag, u64)]) -> String {
    if tags.is_empty() {
        return "it has no tags".to_owned();
    }
    let tags: Vec<_> = tags.iter().map(|(tag, version)| format!("`{tag}` (version {version})")).collect();
    format!("its tags are {}", tags.join(", "))
}

fn temp_dir() -> String {
    std::env::temp_dir().display().to_string()
}

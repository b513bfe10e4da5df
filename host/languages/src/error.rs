use std::io;
use std::path::PathBuf;

use scorebox_build::BuildError;

use crate::language::Language;

/// Why a plugin project did not become a component.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// The folder is no plugin project.
    #[error(
        "{} is no plugin project: it has no plugin.toml.\n\
         Name the folder of one, or make one with `scorebox plugin new NAME --lang LANGUAGE`.",
        folder.display()
    )]
    NoProject {
        /// The folder.
        folder: PathBuf,
    },
    /// `plugin.toml` is wrong.
    #[error("{}: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The folder holds no sources of a known language.
    #[error(
        "{}: no language is recognised.\nA project has one of these: {}.",
        folder.display(),
        Language::ALL.map(|language| format!("{} ({language})", language.sign())).join(", ")
    )]
    NoLanguage {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something that is to be made is there already.
    #[error("{} is there already, and is not empty.\nChoose another name, or remove it.", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// A name that cannot be used.
    #[error("{0}")]
    Name(String),
    /// A program that has to be on the machine is not.
    #[error("{purpose} needs `{program}`, which could not be started: {source}.\n{advice}")]
    NoProgram {
        /// The program.
        program: String,
        /// What it is needed for.
        purpose: String,
        /// Why it did not start.
        source: io::Error,
        /// What to do.
        advice: String,
    },
    /// A tool ended with an error.
    #[error("{what} failed ({status}):\n{output}")]
    Tool {
        /// What was being done.
        what: String,
        /// How the tool ended.
        status: String,
        /// What it wrote.
        output: String,
    },
    /// Tools could not be set up.
    #[error("{source}\nTools come from {registry}: is it reachable from here, through a proxy or a mirror perhaps?")]
    SetUp {
        /// Where they come from.
        registry: &'static str,
        /// What went wrong.
        source: Box<LanguageError>,
    },
    /// The project's own sources do not fit; the text says where and what to do.
    #[error("{0}")]
    Source(String),
    /// A Rust project did not build.
    #[error(transparent)]
    Rust(#[from] BuildError),
    /// What was built is no plugin.
    #[error("{} was built, but the result is no plugin: {reason}", project.display())]
    NotAPlugin {
        /// The project's folder.
        project: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl LanguageError {
    /// Whether the machine lacks what the language needs, so that the project itself may well be in order.
    #[must_use]
    pub fn is_about_tools(&self) -> bool {
        matches!(
            self,
            Self::NoProgram { .. }
                | Self::SetUp { .. }
                | Self::Rust(BuildError::Toolchain(_) | BuildError::Start { .. })
        )
    }
}

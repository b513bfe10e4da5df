use std::io;

/// Why a baseline cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{source_name}, line {line}: {problem}")]
pub struct BaselineError {
    /// What the caller calls the file.
    pub source_name: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: BaselineProblem,
}

/// What is wrong with a line of a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineProblem {
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is something else.
    #[error("this is no baseline: its first line has no `scorebox_baseline`; `scorebox baseline RUN` writes one")]
    NotABaseline,
    /// A newer Scorebox wrote it.
    #[error(
        "the baseline has version {found}, and this Scorebox reads version 1: use a newer Scorebox, or write it again"
    )]
    Version {
        /// Its version.
        found: u64,
    },
    /// The line is no JSON object.
    #[error("not a JSON object (column {column}: {message}): the file was cut or edited; write it again")]
    Syntax {
        /// Where in the line.
        column: usize,
        /// The parser's word.
        message: String,
    },
    /// The line is longer than any that is written.
    #[error("the line is longer than {limit} bytes: the file was edited; write it again")]
    TooLong {
        /// The most bytes that a line may have.
        limit: u64,
    },
    /// A field is wrong.
    #[error("`{field}`: {message}: the file was edited, or a newer Scorebox wrote it; write it again")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// Rows do not ascend.
    #[error("`index` {index}, `repeat` {repeat} came twice or too late: the file was edited or merged; write it again")]
    OutOfOrder {
        /// The example.
        index: u64,
        /// Its repeat.
        repeat: u32,
    },
    /// Rows are missing at the end.
    #[error("the file ends after {found} of {expected} rows: it was cut; write it again")]
    Incomplete {
        /// The rows that the run has.
        expected: u64,
        /// The rows that are there.
        found: u64,
    },
}

impl BaselineProblem {
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        Self::Syntax { column: error.column(), message: without_place(error) }
    }

    pub(super) fn field(field: &str, error: &serde_json::Error) -> Self {
        Self::Field { field: field.to_owned(), message: without_place(error) }
    }
}

/// The parser's word without its place, which counts from the beginning of a part.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).map_or(text.clone(), str::to_owned)
}

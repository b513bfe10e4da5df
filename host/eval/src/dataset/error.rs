use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::field::{Field, FieldPath};

/// Why a dataset cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The operating system refused.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Neither the options nor the file's extension say what format it has.
    #[error(
        "{}: the extension stands for no known format: name the file .jsonl, .ndjson, .csv or .parquet, or set the \
         dataset's format to jsonl, csv or parquet",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A pipe, a device or a folder.
    #[error("{}: not a regular file; a dataset is read twice, so save it to a file first", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The rows read are not those of the recorded digest.
    #[error("{}: the file changed while it was read: leave it alone during a run and start again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The file as a whole, or its columns, cannot be a dataset.
    #[error("{}: {problem}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: LayoutProblem,
    },
    /// One row is wrong.
    #[error("{place}: {problem}")]
    Row {
        /// Where.
        place: Box<Place>,
        /// What is wrong.
        problem: Box<RowProblem>,
    },
}

impl DatasetError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(super) fn layout(path: &Path, problem: LayoutProblem) -> Self {
        Self::Layout { path: path.to_owned(), problem }
    }

    pub(super) fn row(place: Place, problem: RowProblem) -> Self {
        Self::Row { place: Box::new(place), problem: Box::new(problem) }
    }
}

/// What is wrong with a file or with its columns.
#[derive(Debug, thiserror::Error)]
pub enum LayoutProblem {
    /// A column's name says nothing.
    #[error(
        "column {column:?} is no field of an example: name it \"inputs.{column}\" or \"expectations.{column}\", map it \
         with columns = {{ {column:?} = \"inputs.{column}\" }}, or leave it out with ignore_columns = [{column:?}]"
    )]
    UnknownColumn {
        /// The column's name.
        column: String,
    },
    /// The options name a column that is not there.
    #[error("there is no column {column:?}, which `{option}` names; the file has {}", list(found))]
    NoSuchColumn {
        /// The option.
        option: &'static str,
        /// The missing column.
        column: String,
        /// The columns of the file.
        found: Vec<String>,
    },
    /// `types` names a field that no column fills.
    #[error("`types` names {path}, which no column fills")]
    NoSuchField {
        /// The field.
        path: FieldPath,
    },
    /// `types` asks for something that the format cannot do.
    #[error("`types` cannot make {path} {wanted}: a Parquet file has its own types, and only text can be read as json")]
    FixedType {
        /// The field.
        path: FieldPath,
        /// The type asked for.
        wanted: &'static str,
    },
    /// Two columns fill the same field, or one fills what the other is part of.
    #[error("columns {first:?} and {second:?} both fill {path}: rename, map or ignore one of them")]
    Clash {
        /// The field that both fill.
        path: FieldPath,
        /// The column that came first.
        first: String,
        /// The column that came second.
        second: String,
    },
    /// No column fills `inputs`.
    #[error("no column fills `inputs`: name one \"inputs.question\", for instance, or map it with `columns`")]
    NoInputs,
    /// No row names a session, although they should.
    #[error("no row has `{field}`, by which `session` tells sessions apart: name the field that holds a row's session")]
    NoSession {
        /// The field.
        field: FieldPath,
    },
    /// An option that the format has no use for.
    #[error("`{option}` is for CSV and Parquet; the rows of a JSONL file name their fields themselves")]
    UselessOption {
        /// The option.
        option: &'static str,
    },
    /// The Parquet file cannot be opened.
    #[error("not a readable Parquet file: {detail}")]
    Parquet {
        /// What the reader says.
        detail: String,
    },
    /// A Parquet type that would be misread.
    #[error("column {column:?} holds {what}: {remedy}")]
    UnsupportedColumn {
        /// The column's path.
        column: String,
        /// What it holds.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("{column:?}")).collect::<Vec<_>>().join(", ")
}

/// Where in a dataset something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A character of a text file, written `data.jsonl:17:42`.
    Character {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The character within the line, from 1.
        column: usize,
    },
    /// A record or a cell of a CSV file, written `data.csv:17:2 (inputs.question)`.
    Cell {
        /// The file.
        path: PathBuf,
        /// The line on which the record begins, from 1.
        line: u64,
        /// The cell, from 1, and the name of its column.
        cell: Option<(usize, String)>,
    },
    /// A row of a Parquet file, written `data.parquet: row 17 (inputs.question)`.
    Row {
        /// The file.
        path: PathBuf,
        /// The row, from 1.
        row: u64,
        /// The name of the column.
        column: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Self::Cell { path, line, cell } => {
                write!(formatter, "{}:{line}", path.display())?;
                match cell {
                    Some((number, name)) => write!(formatter, ":{number} ({})", name.escape_debug()),
                    None => Ok(()),
                }
            }
            Self::Row { path, row, column } => {
                write!(formatter, "{}: row {row}", path.display())?;
                match column {
                    Some(name) => write!(formatter, " ({})", name.escape_debug()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// What is wrong with a row.
#[derive(Debug, thiserror::Error)]
pub enum RowProblem {
    /// The line is no JSON.
    #[error("not JSON: {detail}; each line must be one complete JSON object")]
    Syntax {
        /// What the parser says.
        detail: String,
    },
    /// The bytes are no UTF-8.
    #[error("not UTF-8: save the file with the encoding UTF-8")]
    InvalidUtf8,
    /// The row is longer than allowed.
    #[error("the row is longer than {limit_bytes} bytes: split it, or raise max_row_bytes")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// Arrays and objects nest too deep.
    #[error("`{field}` nests arrays and objects deeper than {limit} levels: flatten it")]
    TooDeep {
        /// The field.
        field: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A key that no example has.
    #[error(
        "unknown field {name:?}, expected one of {}; put your own data into inputs, expectations or tags",
        known_fields()
    )]
    UnknownField {
        /// The key.
        name: String,
    },
    /// A key occurs twice.
    #[error("`{field}` occurs twice: remove one")]
    RepeatedField {
        /// The field.
        field: &'static str,
    },
    /// A field that every example needs is missing.
    #[error("there is no `{field}`: every row needs an object such as {{\"question\": \"…\"}}")]
    MissingField {
        /// The field.
        field: &'static str,
    },
    /// A field has a value of the wrong type.
    #[error("`{field}`: {detail}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What was found and what was expected.
        detail: String,
    },
    /// The line is JSON, but no object.
    #[error("{detail}")]
    NotAnObject {
        /// What was found and what was expected.
        detail: String,
    },
    /// An earlier row has the same id.
    #[error("the id {id:?} is taken by an earlier row: ids must be unique, and a row without one has its number as id")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// The value that names a row's session is no name.
    #[error("`{field}` names the row's session, so it must be a text that is not empty, or an integer; found {shown}")]
    SessionType {
        /// The field.
        field: FieldPath,
        /// The beginning of what was found.
        shown: String,
    },
    /// A session goes on after others.
    #[error(
        "the session {session:?} of `{field}` ended on an earlier row and comes up again: sort the rows by `{field}`, so \
         that the turns of a session stand together and in their order"
    )]
    ScatteredSession {
        /// The field.
        field: FieldPath,
        /// The beginning of the session's name.
        session: String,
    },
    /// A session is too long to be scored as one.
    #[error(
        "the session {session:?} of `{field}` has more than {limit} turns: split it under several names, or leave out \
         its first turns"
    )]
    LongSession {
        /// The field.
        field: FieldPath,
        /// The beginning of the session's name.
        session: String,
        /// The limit.
        limit: usize,
    },
    /// A CSV record has too few or too many cells.
    #[error("{found} cells, but the header has {expected}: check the quotes and commas of this record")]
    CellCount {
        /// Cells of the header.
        expected: u64,
        /// Cells of the record.
        found: u64,
    },
    /// A cell is not of its column's type.
    #[error("expected {expected}, found {shown:?}")]
    Cell {
        /// The type.
        expected: &'static str,
        /// The beginning of the cell.
        shown: String,
    },
    /// A number without a JSON form.
    #[error("{number} has no JSON form: replace it by null or leave it out")]
    NotFinite {
        /// The number.
        number: f64,
    },
    /// A Parquet value without a JSON form.
    #[error("{what} has no JSON form: store it as text")]
    Unrepresentable {
        /// What it is.
        what: &'static str,
    },
    /// The Parquet file is damaged.
    #[error("cannot be decoded: {detail}")]
    Parquet {
        /// What the reader says.
        detail: String,
    },
}

impl RowProblem {
    pub(super) fn cell(expected: &'static str, text: &str) -> Self {
        Self::Cell { expected, shown: text.chars().take(60).collect() }
    }
}

fn known_fields() -> String {
    Field::ALL.map(Field::name).join(", ")
}

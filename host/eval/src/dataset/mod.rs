//! Datasets as streams of examples.
//!
//! A file is read twice: once for its digest, its number of rows and, for CSV, the types of its columns; then row by
//! row. The first pass is what makes the record of a run honest: the digest is that of the whole file, however many
//! rows are used, and it is known before the first of them. Nothing here follows a trace or fetches anything.

mod cell;
mod columns;
mod csv;
mod error;
mod field;
mod ids;
mod jsonl;
mod options;
mod parquet;
mod sessions;
mod source;

use std::fs::{File, Metadata};
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use scorebox_core::{Digest, Example};

pub use self::error::{DatasetError, LayoutProblem, Place, RowProblem};
pub use self::field::{FieldPath, InvalidFieldPath};
pub use self::options::{CellType, Format, ReadOptions};

use self::csv::{CsvLayout, CsvSource};
use self::ids::{IdCheck, Verdict};
use self::jsonl::JsonlSource;
use self::parquet::{ParquetLayout, ParquetSource};
use self::sessions::{SessionCheck, Step};
use self::source::RowSource;

/// Levels of arrays and objects in one field; what comes after it parses recursively.
const MAX_JSON_DEPTH: usize = 128;

/// The examples of a file, in order. Reading blocks, and ends at the first error.
pub struct Dataset {
    opened: Opened,
    digest: Digest,
    rows: u64,
    source: Box<dyn RowSource>,
    ids: IdCheck,
    sessions: Option<SessionCheck>,
    rows_read: usize,
    is_done: bool,
}

/// What it takes to read the rows from the beginning.
struct Opened {
    path: PathBuf,
    stamp: Stamp,
    layout: Layout,
    max_row_bytes: usize,
}

enum Layout {
    Jsonl,
    Csv(Arc<CsvLayout>),
    Parquet(Arc<ParquetLayout>),
}

/// Tells one state of a file from another.
#[derive(PartialEq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Dataset {
    /// Opens a file and reads it once, for its digest and its layout.
    pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        let Some(format) = options.format.or_else(|| Format::of(path)) else {
            return Err(DatasetError::UnknownFormat { path: path.to_owned() });
        };
        let io = |source| DatasetError::io(path, source);
        // A pipe would block already when it is opened.
        if !std::fs::metadata(path).map_err(io)?.is_file() {
            return Err(DatasetError::NotAFile { path: path.to_owned() });
        }
        let mut file = File::open(path).map_err(io)?;
        let stamp = Stamp::of(&file.metadata().map_err(io)?);
        let (digest, rows, layout) = scan(path, &mut file, format, options)?;
        file.rewind().map_err(io)?;

        let opened = Opened { path: path.to_owned(), stamp, layout, max_row_bytes: options.max_row_bytes };
        let source = opened.source(file)?;
        let ids = IdCheck::default();
        Ok(Self { opened, digest, rows, source, ids, sessions: None, rows_read: 0, is_done: false })
    }

    /// The same rows, as turns of the sessions that a field names, if any does: the turns of a session must stand
    /// together. A row without the field is a session of its own.
    #[must_use]
    pub fn with_sessions(mut self, field: Option<FieldPath>) -> Self {
        self.sessions = field.map(SessionCheck::new);
        self
    }

    /// The path that was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.opened.path
    }

    /// The digest of the whole file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The number of rows in the whole file.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether the row that was read last is the first of a session; without sessions, every row is.
    #[must_use]
    pub fn begins_session(&self) -> bool {
        self.sessions.as_ref().is_none_or(SessionCheck::has_begun)
    }

    fn advance(&mut self) -> Option<Result<Example, DatasetError>> {
        let example = match self.source.next_example() {
            Some(Ok(example)) => example,
            Some(Err(error)) => return Some(Err(error)),
            None => return self.check_end().err().map(Err),
        };
        if let Err(error) = self.check_id(&example.id).and_then(|()| self.check_session(&example)) {
            return Some(Err(error));
        }
        self.rows_read += 1;
        Some(Ok(example))
    }

    /// Checks that the id is new. Reads the rows so far once more when ids stop to ascend.
    fn check_id(&mut self, id: &str) -> Result<(), DatasetError> {
        let mut verdict = self.ids.check(id);
        if verdict == Verdict::NeedsHistory {
            let earlier = self.opened.first_rows(self.rows_read)?;
            self.ids.remember_all(earlier.map(|example| example.id));
            verdict = self.ids.check(id);
        }
        if verdict == Verdict::New {
            return Ok(());
        }
        Err(DatasetError::row(self.source.place(), RowProblem::DuplicateId { id: id.to_owned() }))
    }

    /// Checks that the row's session goes on or is new. Reads the rows so far once more when sessions stop to ascend.
    fn check_session(&mut self, example: &Example) -> Result<(), DatasetError> {
        let Some(sessions) = &mut self.sessions else { return Ok(()) };
        let mut step = sessions.advance(example);
        if matches!(step, Ok(Step::NeedsHistory)) {
            sessions.remember_all(self.opened.first_rows(self.rows_read)?);
            step = sessions.advance(example);
        }
        step.map(drop).map_err(|problem| DatasetError::row(self.source.place(), problem))
    }

    fn check_end(&self) -> Result<(), DatasetError> {
        self.opened.check_unchanged()?;
        match &self.sessions {
            Some(sessions) if self.rows_read > 0 && !sessions.is_used() => {
                let problem = LayoutProblem::NoSession { field: sessions.field().clone() };
                Err(DatasetError::layout(&self.opened.path, problem))
            }
            _ => Ok(()),
        }
    }
}

impl Iterator for Dataset {
    type Item = Result<Example, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.advance();
        self.is_done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl Opened {
    fn source(&self, file: File) -> Result<Box<dyn RowSource>, DatasetError> {
        Ok(match &self.layout {
            Layout::Jsonl => Box::new(JsonlSource::new(&self.path, file, self.max_row_bytes)),
            Layout::Csv(layout) => Box::new(CsvSource::new(&self.path, file, Arc::clone(layout), self.max_row_bytes)?),
            Layout::Parquet(layout) => Box::new(ParquetSource::new(&self.path, file, Arc::clone(layout))?),
        })
    }

    /// The first rows of the file, once more.
    fn first_rows(&self, rows: usize) -> Result<impl Iterator<Item = Example>, DatasetError> {
        self.check_unchanged()?;
        let file = File::open(&self.path).map_err(|source| DatasetError::io(&self.path, source))?;
        let mut source = self.source(file)?;
        Ok(std::iter::from_fn(move || source.next_example()?.ok()).take(rows))
    }

    fn check_unchanged(&self) -> Result<(), DatasetError> {
        let metadata = std::fs::metadata(&self.path).map_err(|source| DatasetError::io(&self.path, source))?;
        if Stamp::of(&metadata) == self.stamp { Ok(()) } else { Err(DatasetError::Changed { path: self.path.clone() }) }
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

fn scan(
    path: &Path,
    file: &mut File,
    format: Format,
    options: &ReadOptions,
) -> Result<(Digest, u64, Layout), DatasetError> {
    match format {
        Format::Jsonl => {
            let is_empty = [
                ("columns", options.columns.is_empty()),
                ("ignore_columns", options.ignore_columns.is_empty()),
                ("types", options.types.is_empty()),
            ];
            if let Some((option, _)) = is_empty.into_iter().find(|(_, is_empty)| !is_empty) {
                return Err(DatasetError::layout(path, LayoutProblem::UselessOption { option }));
            }
            let (digest, rows) = jsonl::scan(file).map_err(|source| DatasetError::io(path, source))?;
            Ok((digest, rows, Layout::Jsonl))
        }
        Format::Csv => {
            let (digest, rows, layout) = csv::scan(path, file, options)?;
            Ok((digest, rows, Layout::Csv(Arc::new(layout))))
        }
        Format::Parquet => {
            let (digest, rows, layout) = parquet::scan(path, file, options)?;
            Ok((digest, rows, Layout::Parquet(Arc::new(layout))))
        }
    }
}

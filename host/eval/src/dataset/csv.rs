use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use scorebox_core::{Digest, DigestWriter, Example};

use super::cell::{Candidates, push_cell};
use super::columns::{Cells, Columns};
use super::error::{DatasetError, Place, RowProblem};
use super::field::Field;
use super::options::{CellType, ReadOptions};
use super::source::{READ_BUFFER_BYTES, RowSource};

/// What is known of a CSV file before its rows are read.
#[derive(Debug)]
pub(super) struct CsvLayout {
    names: Vec<String>,
    columns: Columns,
    types: Vec<CellType>,
}

/// Reads the whole file once: its digest, its number of rows, and the type of each column.
pub(super) fn scan(
    path: &Path,
    file: &mut File,
    options: &ReadOptions,
) -> Result<(Digest, u64, CsvLayout), DatasetError> {
    let mut digest = DigestWriter::default();
    let hashed = HashedReader { file, digest: &mut digest };
    let mut records = Records::new(path, hashed, options.max_row_bytes);
    let names = records.header()?;
    let columns = Columns::new(path, &names, options)?;

    let forced: Vec<Option<CellType>> =
        columns.paths.iter().map(|target| forced_type(target.as_ref(), options)).collect();
    let mut candidates = vec![Candidates::ALL; names.len()];
    let mut rows = 0;
    while records.advance()? {
        rows += 1;
        for (column, forced) in forced.iter().enumerate() {
            let cell = records.cell(column, &names)?;
            if forced.is_none() {
                candidates[column].narrow(cell);
            }
        }
    }
    let types = forced.iter().zip(candidates).map(|(forced, inferred)| forced.unwrap_or(inferred.inferred())).collect();
    Ok((digest.finish(), rows, CsvLayout { names, columns, types }))
}

/// The type of a column that is not to be inferred.
fn forced_type(target: Option<&super::FieldPath>, options: &ReadOptions) -> Option<CellType> {
    let Some(path) = target else { return Some(CellType::Text) };
    match (options.types.get(path), path.field, path.keys.is_empty()) {
        (Some(wanted), _, _) => Some(*wanted),
        (None, Field::Id, _) | (None, Field::Tags, false) => Some(CellType::Text),
        (None, field, true) if field.is_object() => Some(CellType::Json),
        (None, _, _) => None,
    }
}

/// Reads examples from CSV records.
pub(super) struct CsvSource {
    layout: Arc<CsvLayout>,
    records: Records<File>,
    row: u64,
}

impl CsvSource {
    pub(super) fn new(
        path: &Path,
        file: File,
        layout: Arc<CsvLayout>,
        max_row_bytes: usize,
    ) -> Result<Self, DatasetError> {
        let mut records = Records::new(path, file, max_row_bytes);
        records.header()?;
        Ok(Self { layout, records, row: 0 })
    }
}

impl RowSource for CsvSource {
    fn next_example(&mut self) -> Option<Result<Example, DatasetError>> {
        match self.records.advance() {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        }
        self.row += 1;
        let cells = CsvCells { layout: &self.layout, record: &self.records.record };
        Some(self.layout.columns.example(&cells, self.row).map_err(|(column, problem)| {
            let cell = column.map(|column| (column + 1, self.layout.names[column].clone()));
            DatasetError::row(self.records.place(cell), problem)
        }))
    }

    fn place(&self) -> Place {
        self.records.place(None)
    }
}

struct CsvCells<'r> {
    layout: &'r CsvLayout,
    record: &'r ByteRecord,
}

impl<'r> CsvCells<'r> {
    fn text(&self, column: usize) -> Result<&'r str, RowProblem> {
        std::str::from_utf8(&self.record[column]).map_err(|_| RowProblem::InvalidUtf8)
    }
}

impl Cells for CsvCells<'_> {
    fn write_json(&self, column: usize, json: &mut String) -> Result<bool, RowProblem> {
        let cell = self.text(column)?;
        if cell.is_empty() {
            return Ok(false);
        }
        push_cell(cell, self.layout.types[column], json)?;
        Ok(true)
    }

    fn id(&self, column: usize) -> Result<Option<String>, RowProblem> {
        let cell = self.text(column)?;
        Ok((!cell.is_empty()).then(|| cell.to_owned()))
    }
}

/// CSV records, read into one buffer, each bounded in size.
struct Records<R> {
    path: PathBuf,
    reader: csv::Reader<BoundedReader<R>>,
    budget: Arc<AtomicUsize>,
    max_row_bytes: usize,
    record: ByteRecord,
    /// Where the reader was before the record.
    record_start: u64,
}

impl<R: Read> Records<R> {
    fn new(path: &Path, source: R, max_row_bytes: usize) -> Self {
        // Reading ahead is no fault of the record, so the buffer comes on top of what a record may have.
        let budget = Arc::new(AtomicUsize::new(max_row_bytes.saturating_add(READ_BUFFER_BYTES)));
        let bounded = BoundedReader { source, budget: Arc::clone(&budget) };
        let reader = ReaderBuilder::new().buffer_capacity(READ_BUFFER_BYTES).from_reader(bounded);
        Self { path: path.to_owned(), reader, budget, max_row_bytes, record: ByteRecord::new(), record_start: 0 }
    }

    fn header(&mut self) -> Result<Vec<String>, DatasetError> {
        let names = match self.reader.headers() {
            Ok(header) => header.iter().map(str::to_owned).collect(),
            Err(error) => return Err(self.error(error)),
        };
        self.refill();
        Ok(names)
    }

    fn advance(&mut self) -> Result<bool, DatasetError> {
        self.record_start = self.reader.position().byte();
        let read = self.reader.read_byte_record(&mut self.record);
        self.refill();
        read.map_err(|error| self.error(error))
    }

    fn refill(&self) {
        self.budget.store(self.max_row_bytes.saturating_add(READ_BUFFER_BYTES), Ordering::Relaxed);
    }

    fn cell(&self, column: usize, names: &[String]) -> Result<&str, DatasetError> {
        std::str::from_utf8(&self.record[column]).map_err(|_| {
            let place = self.place(Some((column + 1, names[column].clone())));
            DatasetError::row(place, RowProblem::InvalidUtf8)
        })
    }

    fn place(&self, cell: Option<(usize, String)>) -> Place {
        // Without the file there is still the reader's own count, which blank lines and CRLF lead astray.
        let line = line_of(&self.path, self.record_start).unwrap_or_else(|_| self.reader.position().line());
        Place::Cell { path: self.path.clone(), line, cell }
    }

    fn error(&self, error: csv::Error) -> DatasetError {
        let place = self.place(None);
        match error.into_kind() {
            ErrorKind::Io(source) if is_too_long(&source) => {
                DatasetError::row(place, RowProblem::TooLong { limit_bytes: self.max_row_bytes })
            }
            ErrorKind::Io(source) => DatasetError::io(&self.path, source),
            ErrorKind::Utf8 { .. } => DatasetError::row(place, RowProblem::InvalidUtf8),
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                DatasetError::row(place, RowProblem::CellCount { expected: expected_len, found: len })
            }
            other => DatasetError::io(&self.path, io::Error::other(format!("{other:?}"))),
        }
    }
}

/// The line, from 1, of the first record at or after a byte of the file.
fn line_of(path: &Path, start: u64) -> io::Result<u64> {
    let mut line = 1;
    for (offset, byte) in (0..).zip(BufReader::new(File::open(path)?).bytes()) {
        match byte? {
            b'\n' => line += 1,
            b'\r' => {}
            _ if offset >= start => break,
            _ => {}
        }
    }
    Ok(line)
}

/// Ends a record that would otherwise grow without end, for instance after a quote that is never closed.
struct BoundedReader<R> {
    source: R,
    budget: Arc<AtomicUsize>,
}

/// The record is longer than allowed.
#[derive(Debug, thiserror::Error)]
#[error("the record is too long")]
struct TooLong;

fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>)
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::other(TooLong));
        }
        let read = self.source.read(buffer)?;
        self.budget.store(left.saturating_sub(read), Ordering::Relaxed);
        Ok(read)
    }
}

/// Hashes what is read.
struct HashedReader<'f> {
    file: &'f mut File,
    digest: &'f mut DigestWriter,
}

impl Read for HashedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

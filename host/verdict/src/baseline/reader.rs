use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use scorebox_eval::RunRecord;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::{BaselineError, BaselineProblem};
use super::row::BaselineRow;
use super::{MARKER, VERSION};

/// The longest first line: a record with its config and its summary.
const MAX_HEADER_BYTES: u64 = 64 << 20;
/// The longest line of a row: 256 feedbacks of each of many scorers.
const MAX_ROW_BYTES: u64 = 4 << 20;

/// Reads a baseline row by row: an iterator over its rows, with the record of the run at hand.
#[derive(Debug)]
pub struct BaselineReader<R> {
    reader: R,
    source_name: String,
    record: RunRecord,
    line: u64,
    rows: u64,
    last: Option<(u64, u32)>,
    has_ended: bool,
    buffer: Vec<u8>,
}

impl<R: BufRead> BaselineReader<R> {
    /// Reads the first line. `source_name` is what errors call the file.
    pub fn open(reader: R, source_name: impl Into<String>) -> Result<Self, BaselineError> {
        let mut reader = reader;
        let source_name = source_name.into();
        let mut buffer = Vec::new();
        let record = read_line(&mut reader, &mut buffer, MAX_HEADER_BYTES)
            .and_then(|_| header(&buffer))
            .map_err(|problem| BaselineError { source_name: source_name.clone(), line: 1, problem })?;
        Ok(Self { reader, source_name, record, line: 1, rows: 0, last: None, has_ended: false, buffer })
    }

    /// What the run was.
    #[must_use]
    pub fn record(&self) -> &RunRecord {
        &self.record
    }

    fn read_row(&mut self) -> Result<Option<BaselineRow>, BaselineProblem> {
        self.line += 1;
        if !read_line(&mut self.reader, &mut self.buffer, MAX_ROW_BYTES)? {
            return self.check_end().map(|()| None);
        }
        let row = row(&self.buffer)?;
        if self.last.is_some_and(|last| (row.index, row.repeat) <= last) {
            return Err(BaselineProblem::OutOfOrder { index: row.index, repeat: row.repeat });
        }
        if row.repeat >= self.record.repeats.get() {
            let message =
                format!("{} is too high: the run evaluated each example {} times", row.repeat, self.record.repeats);
            return Err(BaselineProblem::Field { field: "repeat".to_owned(), message });
        }
        self.last = Some((row.index, row.repeat));
        self.rows += 1;
        Ok(Some(row))
    }

    fn check_end(&self) -> Result<(), BaselineProblem> {
        match &self.record.summary {
            Some(summary) if summary.rows != self.rows => {
                Err(BaselineProblem::Incomplete { expected: summary.rows, found: self.rows })
            }
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Iterator for BaselineReader<R> {
    type Item = Result<BaselineRow, BaselineError>;

    /// The next row. After an error there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let row = self.read_row();
        self.has_ended = !matches!(row, Ok(Some(_)));
        let located = |problem| BaselineError { source_name: self.source_name.clone(), line: self.line, problem };
        row.map_err(located).transpose()
    }
}

/// Reads a line; false at the end of the file.
fn read_line(reader: &mut impl BufRead, buffer: &mut Vec<u8>, limit: u64) -> Result<bool, BaselineProblem> {
    buffer.clear();
    reader.by_ref().take(limit + 1).read_until(b'\n', buffer)?;
    if buffer.len() as u64 > limit {
        return Err(BaselineProblem::TooLong { limit });
    }
    Ok(!buffer.is_empty())
}

type Members<'l> = BTreeMap<String, &'l RawValue>;

fn header(line: &[u8]) -> Result<RunRecord, BaselineProblem> {
    let mut members: Members<'_> = serde_json::from_slice(line).map_err(|_| BaselineProblem::NotABaseline)?;
    let version: u64 = field(&mut members, MARKER)?.ok_or(BaselineProblem::NotABaseline)?;
    if version != VERSION {
        return Err(BaselineProblem::Version { found: version });
    }
    let record = required(&mut members, "record")?;
    nothing_else(&members)?;
    Ok(record)
}

fn row(line: &[u8]) -> Result<BaselineRow, BaselineProblem> {
    let mut members: Members<'_> = serde_json::from_slice(line).map_err(|error| BaselineProblem::syntax(&error))?;
    let row = BaselineRow {
        index: required(&mut members, "index")?,
        repeat: field(&mut members, "repeat")?.unwrap_or_default(),
        id: required(&mut members, "id")?,
        key: field(&mut members, "key")?,
        values: required(&mut members, "values")?,
        errors: field(&mut members, "errors")?.unwrap_or_default(),
        skipped: field(&mut members, "skipped")?.unwrap_or_default(),
    };
    nothing_else(&members)?;
    Ok(row)
}

fn field<T: DeserializeOwned>(members: &mut Members<'_>, name: &str) -> Result<Option<T>, BaselineProblem> {
    let value = members.remove(name).map(|value| serde_json::from_str(value.get()));
    value.transpose().map_err(|error| BaselineProblem::field(name, &error))
}

fn required<T: DeserializeOwned>(members: &mut Members<'_>, name: &str) -> Result<T, BaselineProblem> {
    let missing = || BaselineProblem::Field { field: name.to_owned(), message: "it is missing".to_owned() };
    field(members, name)?.ok_or_else(missing)
}

fn nothing_else(members: &Members<'_>) -> Result<(), BaselineProblem> {
    match members.keys().next() {
        None => Ok(()),
        Some(field) => {
            let field = field.chars().take(80).collect();
            Err(BaselineProblem::Field { field, message: "there is no such field".to_owned() })
        }
    }
}

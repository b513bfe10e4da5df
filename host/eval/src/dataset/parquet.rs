use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Time, date};
use jiff::{Span, Timestamp};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field as Cell, Row};
use parquet::schema::types::SchemaDescriptor;
use scorebox_core::{Digest, DigestWriter, Example, Json};

use super::columns::{Cells, Columns, push_string};
use super::error::{DatasetError, LayoutProblem, Place, RowProblem};
use super::options::{CellType, ReadOptions};
use super::source::RowSource;
use super::{FieldPath, MAX_JSON_DEPTH};

/// What is known of a Parquet file before its rows are read.
#[derive(Debug)]
pub(super) struct ParquetLayout {
    names: Vec<String>,
    columns: Columns,
    /// The columns whose text is JSON.
    is_json: Vec<bool>,
}

/// The digest of the file, the number of its rows and its columns.
pub(super) fn scan(
    path: &Path,
    file: &mut File,
    options: &ReadOptions,
) -> Result<(Digest, u64, ParquetLayout), DatasetError> {
    let mut digest = DigestWriter::default();
    io::copy(file, &mut digest).map_err(|source| DatasetError::io(path, source))?;
    let clone = file.try_clone().map_err(|source| DatasetError::io(path, source))?;
    let reader = open(path, clone)?;
    let metadata = reader.metadata().file_metadata();
    let schema = metadata.schema_descr();
    check_types(schema).map_err(|problem| DatasetError::layout(path, problem))?;

    let fields = schema.root_schema().get_fields();
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let columns = Columns::new(path, &names, options)?;
    check_wanted_types(&columns, options).map_err(|problem| DatasetError::layout(path, problem))?;
    let is_json = fields
        .iter()
        .zip(&columns.paths)
        .map(|(field, target)| {
            field.get_basic_info().converted_type() == ConvertedType::JSON
                || target.as_ref().is_some_and(|path| holds_json(path, options))
        })
        .collect();
    let rows = u64::try_from(metadata.num_rows()).unwrap_or(0);
    Ok((digest.finish(), rows, ParquetLayout { names, columns, is_json }))
}

fn open(path: &Path, file: File) -> Result<SerializedFileReader<File>, DatasetError> {
    guarded(|| SerializedFileReader::new(file))
        .map_err(|detail| DatasetError::layout(path, LayoutProblem::Parquet { detail }))
}

/// Runs the Parquet reader, which panics on some damaged files. What it was working on must not be used again then.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| detail(&error)),
        Err(panic) => Err(match panic.downcast_ref::<String>() {
            Some(message) => format!("the file is damaged ({message})"),
            None => "the file is damaged".to_owned(),
        }),
    }
}

/// The parser's own words, without the class that it puts before them.
fn detail(error: &ParquetError) -> String {
    match error {
        ParquetError::General(detail) | ParquetError::EOF(detail) | ParquetError::NYI(detail) => detail.clone(),
        other => other.to_string(),
    }
}

/// Refuses the types that the record reader would misread or panic on.
fn check_types(schema: &SchemaDescriptor) -> Result<(), LayoutProblem> {
    for column in schema.columns() {
        let (what, remedy) = match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(timestamp)), _) if timestamp.unit == TimeUnit::NANOS => {
                ("timestamps in nanoseconds", "write the file with timestamps in microseconds")
            }
            (Some(LogicalType::Time(time)), _) if time.unit == TimeUnit::NANOS => {
                ("times in nanoseconds", "write the file with times in microseconds")
            }
            (_, ConvertedType::INTERVAL) => ("intervals", "store them as text"),
            _ => continue,
        };
        return Err(LayoutProblem::UnsupportedColumn { column: column.path().string(), what, remedy });
    }
    Ok(())
}

fn check_wanted_types(columns: &Columns, options: &ReadOptions) -> Result<(), LayoutProblem> {
    let targets = columns.paths.iter().flatten();
    for (path, wanted) in targets.filter_map(|path| Some((path, options.types.get(path)?))) {
        if !matches!(wanted, CellType::Json | CellType::Text) {
            return Err(LayoutProblem::FixedType { path: path.clone(), wanted: wanted.name() });
        }
    }
    Ok(())
}

/// Whether the text of a column is JSON: because the options say so, or because nothing else makes an object of it.
fn holds_json(path: &FieldPath, options: &ReadOptions) -> bool {
    match options.types.get(path) {
        Some(wanted) => *wanted == CellType::Json,
        None => path.keys.is_empty() && path.field.is_object(),
    }
}

/// Reads examples from the rows of a Parquet file, row group by row group.
pub(super) struct ParquetSource {
    path: PathBuf,
    layout: Arc<ParquetLayout>,
    rows: RowIter<'static>,
    row: u64,
}

impl ParquetSource {
    pub(super) fn new(path: &Path, file: File, layout: Arc<ParquetLayout>) -> Result<Self, DatasetError> {
        let rows = RowIter::from_file_into(Box::new(open(path, file)?));
        Ok(Self { path: path.to_owned(), layout, rows, row: 0 })
    }

    fn error(&self, column: Option<usize>, problem: RowProblem) -> DatasetError {
        let column = column.map(|column| self.layout.names[column].clone());
        DatasetError::row(Place::Row { path: self.path.clone(), row: self.row, column }, problem)
    }
}

impl RowSource for ParquetSource {
    fn next_example(&mut self) -> Option<Result<Example, DatasetError>> {
        let row = guarded(|| self.rows.next().transpose()).transpose()?;
        self.row += 1;
        let row = match row {
            Ok(row) => row,
            Err(detail) => return Some(Err(self.error(None, RowProblem::Parquet { detail }))),
        };
        let cells = ParquetCells { cells: row.into_columns(), is_json: &self.layout.is_json };
        let example = self.layout.columns.example(&cells, self.row);
        Some(example.map_err(|(column, problem)| self.error(column, problem)))
    }

    fn place(&self) -> Place {
        Place::Row { path: self.path.clone(), row: self.row, column: None }
    }
}

struct ParquetCells<'l> {
    cells: Vec<(String, Cell)>,
    is_json: &'l [bool],
}

impl Cells for ParquetCells<'_> {
    fn write_json(&self, column: usize, json: &mut String) -> Result<bool, RowProblem> {
        match &self.cells[column].1 {
            Cell::Null => return Ok(false),
            Cell::Str(text) if self.is_json[column] => {
                if Json::parse_bounded(text.clone(), MAX_JSON_DEPTH).is_err() {
                    return Err(RowProblem::cell(CellType::Json.name(), text));
                }
                json.push_str(text.trim_ascii());
            }
            cell => push_value(cell, json)?,
        }
        Ok(true)
    }

    fn id(&self, column: usize) -> Result<Option<String>, RowProblem> {
        let cell = &self.cells[column].1;
        match cell {
            Cell::Null => Ok(None),
            Cell::Str(text) if !text.is_empty() => Ok(Some(text.clone())),
            Cell::Byte(_)
            | Cell::Short(_)
            | Cell::Int(_)
            | Cell::Long(_)
            | Cell::UByte(_)
            | Cell::UShort(_)
            | Cell::UInt(_)
            | Cell::ULong(_) => Ok(Some(cell.to_string())),
            other => Err(RowProblem::cell("a text that is not empty, or an integer", &other.to_string())),
        }
    }
}

/// Appends a value as JSON: times in ISO 8601, decimals with all their digits, everything else as one would expect.
fn push_value(cell: &Cell, json: &mut String) -> Result<(), RowProblem> {
    match cell {
        Cell::Null => json.push_str("null"),
        Cell::Bool(_)
        | Cell::Byte(_)
        | Cell::Short(_)
        | Cell::Int(_)
        | Cell::Long(_)
        | Cell::UByte(_)
        | Cell::UShort(_)
        | Cell::UInt(_)
        | Cell::ULong(_) => json.push_str(&cell.to_string()),
        Cell::Float16(number) => push_f32(number.to_f32(), json)?,
        Cell::Float(number) => push_f32(*number, json)?,
        Cell::Double(number) => push_f64(*number, json)?,
        Cell::Decimal(decimal) => {
            if decimal.scale() < 0 || decimal.precision() < decimal.scale() {
                return Err(RowProblem::Unrepresentable { what: "a decimal with a negative scale" });
            }
            // The reader writes a point after whole numbers too.
            json.push_str(cell.to_string().trim_end_matches('.'));
        }
        Cell::Str(text) => push_string(text, json),
        Cell::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => push_string(text, json),
            Err(_) => return Err(RowProblem::Unrepresentable { what: "a binary value" }),
        },
        Cell::Date(_)
        | Cell::TimeMillis(_)
        | Cell::TimeMicros(_)
        | Cell::TimestampMillis(_)
        | Cell::TimestampMicros(_) => {
            let text = time_text(cell).ok_or(RowProblem::Unrepresentable { what: "a time beyond the year 9999" })?;
            push_string(&text, json);
        }
        Cell::Group(row) => push_group(row, json)?,
        Cell::ListInternal(list) => {
            json.push('[');
            for (index, element) in list.elements().iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                push_value(element, json)?;
            }
            json.push(']');
        }
        Cell::MapInternal(map) => {
            let members = map.entries().iter().map(|(key, value)| (key_text(key), value));
            push_members(members, json)?;
        }
    }
    Ok(())
}

fn push_group(row: &Row, json: &mut String) -> Result<(), RowProblem> {
    push_members(row.get_column_iter().map(|(name, value)| (name.clone(), value)), json)
}

fn push_members<'c>(members: impl Iterator<Item = (String, &'c Cell)>, json: &mut String) -> Result<(), RowProblem> {
    json.push('{');
    for (index, (key, value)) in members.enumerate() {
        if index > 0 {
            json.push(',');
        }
        push_string(&key, json);
        json.push(':');
        push_value(value, json)?;
    }
    json.push('}');
    Ok(())
}

fn key_text(key: &Cell) -> String {
    match key {
        Cell::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

fn push_f32(number: f32, json: &mut String) -> Result<(), RowProblem> {
    match serde_json::to_string(&number) {
        Ok(text) if number.is_finite() => json.push_str(&text),
        _ => return Err(RowProblem::NotFinite { number: f64::from(number) }),
    }
    Ok(())
}

fn push_f64(number: f64, json: &mut String) -> Result<(), RowProblem> {
    match serde_json::to_string(&number) {
        Ok(text) if number.is_finite() => json.push_str(&text),
        _ => return Err(RowProblem::NotFinite { number }),
    }
    Ok(())
}

fn time_text(cell: &Cell) -> Option<String> {
    Some(match cell {
        Cell::Date(days) => date(1970, 1, 1).checked_add(Span::new().try_days(*days).ok()?).ok()?.to_string(),
        Cell::TimeMillis(milliseconds) => time_of_day(i64::from(*milliseconds).checked_mul(1000)?)?,
        Cell::TimeMicros(microseconds) => time_of_day(*microseconds)?,
        Cell::TimestampMillis(milliseconds) => Timestamp::from_millisecond(*milliseconds).ok()?.to_string(),
        Cell::TimestampMicros(microseconds) => Timestamp::from_microsecond(*microseconds).ok()?.to_string(),
        _ => return None,
    })
}

fn time_of_day(microseconds: i64) -> Option<String> {
    Some(Time::midnight().checked_add(Span::new().try_microseconds(microseconds).ok()?).ok()?.to_string())
}

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use scorebox_core::{Digest, DigestWriter, Example, Json};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::MAX_JSON_DEPTH;
use super::error::{DatasetError, Place, RowProblem};
use super::field::Field;
use super::source::{READ_BUFFER_BYTES, RowSource};

/// The digest of the file and the number of its lines that are not blank.
pub(super) fn scan(file: &mut File) -> io::Result<(Digest, u64)> {
    let mut digest = DigestWriter::default();
    let mut buffer = vec![0; READ_BUFFER_BYTES];
    let (mut rows, mut line_has_content) = (0, false);
    loop {
        let length = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunk = &buffer[..length];
        digest.update(chunk);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk) {
            rows += u64::from(line_has_content || has_content(&chunk[start..end]));
            line_has_content = false;
            start = end + 1;
        }
        line_has_content = line_has_content || has_content(&chunk[start..]);
    }
    Ok((digest.finish(), rows + u64::from(line_has_content)))
}

fn has_content(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| !byte.is_ascii_whitespace())
}

/// Reads examples from lines of JSON.
pub(super) struct JsonlSource {
    path: PathBuf,
    lines: LineReader<BufReader<File>>,
    row: u64,
}

impl JsonlSource {
    pub(super) fn new(path: &Path, file: File, max_row_bytes: usize) -> Self {
        let reader = BufReader::with_capacity(READ_BUFFER_BYTES, file);
        let lines = LineReader { reader, line: Vec::new(), number: 0, max_bytes: max_row_bytes };
        Self { path: path.to_owned(), lines, row: 0 }
    }

    fn error(&self, column: usize, problem: RowProblem) -> DatasetError {
        let place = Place::Character { path: self.path.clone(), line: self.lines.number, column };
        DatasetError::row(place, problem)
    }
}

impl RowSource for JsonlSource {
    fn next_example(&mut self) -> Option<Result<Example, DatasetError>> {
        loop {
            match self.lines.advance() {
                Ok(Advance::Line) => {}
                Ok(Advance::End) => return None,
                Ok(Advance::TooLong) => {
                    let problem = RowProblem::TooLong { limit_bytes: self.lines.max_bytes };
                    return Some(Err(self.error(1, problem)));
                }
                Err(source) => return Some(Err(DatasetError::io(&self.path, source))),
            }
            if has_content(&self.lines.line) {
                break;
            }
        }
        self.row += 1;
        Some(parse_line(&self.lines.line, self.row).map_err(|(column, problem)| self.error(column, problem)))
    }

    fn place(&self) -> Place {
        Place::Character { path: self.path.clone(), line: self.lines.number, column: 1 }
    }
}

/// Reads lines into one buffer that is used again and again.
struct LineReader<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
    max_bytes: usize,
}

enum Advance {
    Line,
    TooLong,
    End,
}

impl<R: BufRead> LineReader<R> {
    /// Reads the next line, without its end and without a byte order mark at the beginning of the file.
    fn advance(&mut self) -> io::Result<Advance> {
        self.line.clear();
        self.number += 1;
        // One byte more than allowed tells a line that is too long from one that just fits, line end included.
        let limit = u64::try_from(self.max_bytes).unwrap_or(u64::MAX).saturating_add(1);
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(Advance::End);
        }
        if read > self.max_bytes {
            return Ok(Advance::TooLong);
        }
        if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
            self.line.drain(..3);
        }
        Ok(Advance::Line)
    }
}

/// Parses a line, or says at which character what is wrong.
fn parse_line(line: &[u8], row: u64) -> Result<Example, (usize, RowProblem)> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let valid = String::from_utf8_lossy(&line[..error.valid_up_to()]);
        (valid.chars().count() + 1, RowProblem::InvalidUtf8)
    })?;
    let text = text.trim_ascii_end();

    let mut state = RowState::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = RowSeed(&mut state).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Err(error) = parsed {
        let problem = state.problem.take().unwrap_or_else(|| problem_of(&error, state.current));
        return Err((character(text, error.column()), problem));
    }
    let example = state.into_example(row).map_err(|problem| (1, problem))?;
    check_depth(&example, text).map_err(|problem| (1, problem))?;
    Ok(example)
}

fn problem_of(error: &serde_json::Error, current: Option<Field>) -> RowProblem {
    let mut detail = error.to_string();
    if let Some(end) = detail.rfind(" at line ") {
        detail.truncate(end);
    }
    match (error.is_data(), current) {
        (true, Some(field)) => RowProblem::WrongType { field: field.name(), detail },
        (true, None) => RowProblem::NotAnObject { detail },
        (false, _) => RowProblem::Syntax { detail },
    }
}

/// The number of the character, from 1, that ends at the parser's byte column.
fn character(text: &str, byte_column: usize) -> usize {
    let end = text.floor_char_boundary(byte_column);
    text[..end].chars().count().max(1)
}

fn check_depth(example: &Example, text: &str) -> Result<(), RowProblem> {
    // Counting brackets is much cheaper than following them, and says that nearly every row is shallow enough.
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if brackets <= MAX_JSON_DEPTH {
        return Ok(());
    }
    let fields = [
        (Field::Inputs, Some(&example.inputs)),
        (Field::Outputs, example.outputs.as_ref()),
        (Field::Expectations, example.expectations.as_ref()),
        (Field::Trace, example.trace.as_ref()),
    ];
    match fields.into_iter().find(|(_, json)| json.is_some_and(|json| json.nests_deeper_than(MAX_JSON_DEPTH))) {
        Some((field, _)) => Err(RowProblem::TooDeep { field: field.name(), limit: MAX_JSON_DEPTH }),
        None => Ok(()),
    }
}

/// What has been read of a row, and which field is being read, so that an error can name it.
#[derive(Default)]
struct RowState {
    current: Option<Field>,
    seen: [bool; Field::ALL.len()],
    problem: Option<RowProblem>,
    id: Option<Id>,
    inputs: Option<Json>,
    outputs: Option<Json>,
    expectations: Option<Json>,
    trace: Option<Json>,
    tags: Option<BTreeMap<String, String>>,
}

impl RowState {
    fn into_example(self, row: u64) -> Result<Example, RowProblem> {
        let inputs = self.inputs.ok_or(RowProblem::MissingField { field: Field::Inputs.name() })?;
        Ok(Example {
            id: self.id.map_or_else(|| row.to_string(), |id| id.0),
            inputs,
            outputs: self.outputs,
            expectations: self.expectations,
            trace: self.trace,
            tags: self.tags.unwrap_or_default(),
        })
    }
}

struct RowSeed<'s>(&'s mut RowState);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with the fields of an example, such as {\"inputs\": {\"question\": \"…\"}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        while let Some(key) = map.next_key::<Key>()? {
            let field = match key {
                Key::Known(field) => field,
                Key::Unknown(name) => {
                    state.problem = Some(RowProblem::UnknownField { name });
                    return Err(de::Error::custom("unknown field"));
                }
            };
            if std::mem::replace(&mut state.seen[field as usize], true) {
                state.problem = Some(RowProblem::RepeatedField { field: field.name() });
                return Err(de::Error::custom("repeated field"));
            }
            state.current = Some(field);
            match field {
                Field::Id => state.id = map.next_value()?,
                Field::Inputs => state.inputs = map.next_value()?,
                Field::Outputs => state.outputs = map.next_value()?,
                Field::Expectations => state.expectations = map.next_value()?,
                Field::Trace => state.trace = map.next_value()?,
                Field::Tags => state.tags = map.next_value()?,
            }
            let object = match field {
                Field::Inputs => &state.inputs,
                Field::Expectations => &state.expectations,
                Field::Trace => &state.trace,
                Field::Id | Field::Outputs | Field::Tags => &None,
            };
            if object.as_ref().is_some_and(|json| !json.is_object()) {
                return Err(de::Error::custom("expected an object"));
            }
            state.current = None;
        }
        Ok(())
    }
}

/// A key of a row.
enum Key {
    Known(Field),
    Unknown(String),
}

impl<'de> de::Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a field")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(Field::from_name(name).map_or_else(|| Key::Unknown(name.chars().take(80).collect()), Key::Known))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

/// An id: a string, or an integer that stands for its digits.
struct Id(String);

impl<'de> de::Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;

        impl Visitor<'_> for IdVisitor {
            type Value = Id;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string that is not empty, or an integer")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                if text.is_empty() {
                    return Err(E::invalid_value(de::Unexpected::Str(text), &self));
                }
                Ok(Id(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
        }

        deserializer.deserialize_any(IdVisitor)
    }
}

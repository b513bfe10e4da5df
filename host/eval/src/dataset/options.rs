use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use scorebox_core::{Digest, DigestWriter};
use serde::{Deserialize, Serialize};

use super::field::FieldPath;

/// How a dataset is read. The defaults fit a file whose columns already carry the names of fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The format; by default the one that the file's extension stands for.
    pub format: Option<Format>,
    /// CSV and Parquet: the field that a column fills, where the column's own name does not say it.
    pub columns: BTreeMap<String, FieldPath>,
    /// CSV and Parquet: columns that are not read.
    pub ignore_columns: BTreeSet<String>,
    /// CSV: the type of a field's cells, where the inferred one is not wanted. Parquet: `json` for text to be parsed.
    pub types: BTreeMap<FieldPath, CellType>,
    /// JSONL: the longest line; CSV: the longest record.
    pub max_row_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            columns: BTreeMap::new(),
            ignore_columns: BTreeSet::new(),
            types: BTreeMap::new(),
            max_row_bytes: 16 * 1024 * 1024,
        }
    }
}

impl ReadOptions {
    /// Names the examples that a file with this digest gives, read in this way: the file's own digest, unless fields are
    /// mapped.
    pub(crate) fn snapshot(&self, file: Digest) -> Digest {
        let Self { columns, ignore_columns, types, .. } = self;
        if columns.is_empty() && ignore_columns.is_empty() && types.is_empty() {
            return file;
        }
        let mut writer = DigestWriter::default();
        writer.update(&file.bytes());
        // The maps and the set are sorted, so equal options have equal texts.
        writer.update(format!("{columns:?} {ignore_columns:?} {types:?}").as_bytes());
        writer.finish()
    }
}

/// The format of a dataset's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object per line (`.jsonl`, `.ndjson`).
    Jsonl,
    /// Comma-separated values with a header (`.csv`).
    Csv,
    /// Apache Parquet (`.parquet`).
    Parquet,
}

impl Format {
    /// The format that the path's extension stands for.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// The type of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellType {
    /// Any text, kept as it is.
    Text,
    /// A whole number that fits 64 bits.
    Integer,
    /// A number in JSON's spelling.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Any JSON value.
    Json,
}

impl CellType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Json => "JSON",
        }
    }
}

//! A row of the page while rows are collected.

use scorebox_core::Value;
use scorebox_eval::{Outcome, RowResult};
use serde::Serialize;

use super::columns::{Cells, Columns};
use super::detail::DetailForm;
use super::limits::MAX_NAME_CHARACTERS;
use super::names::Names;
use super::script_json::json_text;
use super::texts::{RowTexts, TextId, Texts};
use crate::shown::shortened;

/// What the page knows of a row.
#[derive(Debug)]
pub(super) struct KeptRow {
    pub(super) index: u64,
    pub(super) repeat: u32,
    pub(super) id: Box<str>,
    pub(super) status: RowStatus,
    pub(super) predict_ns: Option<u64>,
    pub(super) cost_usd: f64,
    /// Tags as the numbers of key and value, one after the other.
    pub(super) tags: Box<[u32]>,
    pub(super) cells: Cells,
    /// Its details, as JSON that can stand in a script element.
    pub(super) detail: Box<str>,
    texts: Box<[TextId]>,
}

/// What a row comes to, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowStatus {
    /// The prediction or a scorer failed.
    Error,
    /// A boolean said no.
    Failed,
    /// A boolean said yes, and none said no.
    Passed,
    /// There is no boolean.
    Neutral,
}

/// What rows share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) texts: Texts,
    pub(super) columns: Columns,
    pub(super) tags: Tags,
}

/// The keys and values of tags.
#[derive(Debug, Default, Serialize)]
pub(super) struct Tags {
    keys: Names,
    values: Names,
}

impl KeptRow {
    pub(super) fn of(row: &RowResult, shared: &mut Shared) -> Result<Self, serde_json::Error> {
        let cells = shared.columns.cells(row);
        let mut texts = RowTexts::new(&mut shared.texts);
        let detail = DetailForm::of(row, &mut texts)?;
        let elapsed = row.prediction.as_ref().map(|prediction| prediction.elapsed.as_nanos());
        Ok(Self {
            index: row.index,
            repeat: row.repeat,
            id: shortened(&row.id, MAX_NAME_CHARACTERS).into(),
            status: RowStatus::of(row),
            predict_ns: elapsed.map(|nanoseconds| u64::try_from(nanoseconds).unwrap_or(u64::MAX)),
            cost_usd: row.usage().cost.dollars(),
            tags: shared.tags.numbers(row),
            cells,
            detail: json_text(&detail)?,
            texts: texts.finish(),
        })
    }

    /// Gives up the row's texts.
    pub(super) fn release(self, texts: &mut Texts) {
        self.texts.iter().for_each(|text| texts.release(*text));
    }
}

impl RowStatus {
    pub(super) fn of(row: &RowResult) -> Self {
        if row.has_error() {
            return Self::Error;
        }
        let feedback = row.scores.iter().flat_map(|score| match &score.outcome {
            Outcome::Feedback(feedback) => feedback.as_slice(),
            Outcome::Error(_) | Outcome::Skipped(_) => &[],
        });
        feedback.fold(Self::Neutral, |status, feedback| match (&feedback.value, status) {
            (Value::Boolean(false), _) => Self::Failed,
            (Value::Boolean(true), Self::Neutral) => Self::Passed,
            _ => status,
        })
    }

    /// Whether the row is kept before those without an error or a `false`.
    pub(super) fn is_important(self) -> bool {
        matches!(self, Self::Error | Self::Failed)
    }

    pub(super) fn character(self) -> char {
        match self {
            Self::Error => 'e',
            Self::Failed => 'f',
            Self::Passed => 'p',
            Self::Neutral => '-',
        }
    }
}

impl Tags {
    fn numbers(&mut self, row: &RowResult) -> Box<[u32]> {
        let tags = row.content.iter().flat_map(|content| &content.example.tags);
        tags.flat_map(|(key, value)| [self.keys.number(key), self.values.number(value)]).collect()
    }
}

//! The verdicts of the table: a column for each feedback of each scorer.

use std::collections::HashMap;
use std::sync::Arc;

use scorebox_core::{Feedback, Value};
use scorebox_eval::{Outcome, RowResult, ScoreResult, SkipReason};
use serde::Serialize;

use super::histogram::Histogram;
use super::limits::MAX_COLUMNS;
use super::names::Names;

/// Columns in the making.
#[derive(Debug, Default)]
pub(super) struct Columns {
    scorers: Vec<Arc<str>>,
    columns: Vec<Column>,
    /// By scorer, then by name.
    places: Vec<HashMap<String, usize>>,
    /// Names of feedback for which there was no room.
    left_out: u64,
}

#[derive(Debug)]
struct Column {
    name: String,
    labels: Names,
    histogram: Histogram,
}

/// What stands in the table for one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    /// For each scorer, a mark where it gave no feedback.
    marks: Box<[Mark]>,
    cells: Box<[Cell]>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    column: usize,
    mark: Mark,
    /// The number, or the number of the label.
    value: f64,
    /// How many feedbacks of this name there are, of which this is the worst.
    count: u32,
}

/// What a cell is, as one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    False,
    Number,
    True,
    Label,
    Json,
    Error,
    /// The prediction had failed.
    NoPrediction,
    /// The result of the conversation is on a later row.
    EarlierTurn,
    Nothing,
}

/// A column as it stands in the page.
#[derive(Serialize)]
pub(super) struct ColumnForm<'c> {
    scorer: usize,
    name: &'c str,
    /// What filters call it: its name, with the scorer before it where two scorers give feedback of one name.
    key: String,
    /// A character for each row.
    marks: String,
    /// For each row with a number or a label, the number, or the number of the label.
    values: Vec<f64>,
    #[serde(skip_serializing_if = "Names::is_empty")]
    labels: Names,
    /// Rows with several feedbacks of this name, and how many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counts: Vec<(usize, u32)>,
}

impl Columns {
    /// Sees a row: every feedback gets its column, every number is counted.
    pub(super) fn see(&mut self, row: &RowResult) {
        for (scorer, score) in row.scores.iter().enumerate() {
            if scorer == self.scorers.len() {
                self.scorers.push(Arc::clone(&score.scorer));
                self.places.push(HashMap::new());
            }
            for feedback in feedback_of(score) {
                self.see_feedback(scorer, feedback);
            }
        }
    }

    fn see_feedback(&mut self, scorer: usize, feedback: &Feedback) {
        let Some(places) = self.places.get_mut(scorer) else { return };
        let place = match places.get(&feedback.name) {
            Some(place) => *place,
            None if self.columns.len() >= MAX_COLUMNS => {
                self.left_out += 1;
                return;
            }
            None => {
                let (name, labels, histogram) = (feedback.name.clone(), Names::default(), Histogram::default());
                places.insert(name.clone(), self.columns.len());
                self.columns.push(Column { name, labels, histogram });
                self.columns.len() - 1
            }
        };
        if let (Value::Integer(_) | Value::Number(_), Some(number)) = (&feedback.value, feedback.value.as_f64()) {
            self.columns[place].histogram.add(number);
        }
    }

    /// The cells of a row that was seen.
    pub(super) fn cells(&mut self, row: &RowResult) -> Cells {
        let marks = row.scores.iter().map(|score| Mark::of_outcome(&score.outcome)).collect();
        let mut cells: Vec<Cell> = Vec::new();
        for (scorer, score) in row.scores.iter().enumerate() {
            for feedback in feedback_of(score) {
                let place = self.places.get(scorer).and_then(|places| places.get(&feedback.name));
                let Some(&column) = place else { continue };
                let cell = self.columns[column].cell(column, &feedback.value);
                match cells.iter_mut().find(|other| other.column == column) {
                    None => cells.push(cell),
                    Some(other) => *other = other.joined_with(cell),
                }
            }
        }
        Cells { marks, cells: cells.into() }
    }

    /// The histogram of a scorer's feedback; none where it has no column.
    pub(super) fn histogram(&self, scorer: usize, feedback: &str) -> Option<&Histogram> {
        let place = self.places.get(scorer)?.get(feedback)?;
        Some(&self.columns[*place].histogram)
    }

    /// What filters call a feedback: its name, with the scorer before it where two scorers give feedback of one name.
    pub(super) fn key(&self, scorer: usize, feedback: &str) -> String {
        let owners = self.places.iter().filter(|places| places.contains_key(feedback)).count();
        match self.scorers.get(scorer) {
            Some(scorer) if owners > 1 => format!("{scorer}:{feedback}"),
            _ => feedback.to_owned(),
        }
    }

    /// The scorers, in the order of the plan.
    pub(super) fn scorers(&self) -> impl Iterator<Item = &str> {
        self.scorers.iter().map(|scorer| &**scorer)
    }

    /// Whether there are names of feedback without a column.
    pub(super) fn is_full(&self) -> bool {
        self.left_out > 0
    }

    /// The columns of these rows: by scorer, and within one its own name first, the others in alphabetical order. A scorer
    /// without feedback has one column, for its errors.
    pub(super) fn forms<'c>(&'c self, rows: &[&Cells]) -> Vec<ColumnForm<'c>> {
        let mut forms = Vec::new();
        for (scorer, name) in self.scorers.iter().enumerate() {
            let mut places: Vec<usize> = self.places[scorer].values().copied().collect();
            places.sort_by_key(|place| (*self.columns[*place].name != **name, &self.columns[*place].name));
            forms.extend(places.iter().map(|place| self.form(scorer, Some(*place), rows)));
            if places.is_empty() && forms.len() < MAX_COLUMNS {
                forms.push(self.form(scorer, None, rows));
            }
        }
        forms
    }

    fn form<'c>(&'c self, scorer: usize, place: Option<usize>, rows: &[&Cells]) -> ColumnForm<'c> {
        let column = place.map(|place| &self.columns[place]);
        let name = column.map_or(&*self.scorers[scorer], |column| &column.name);
        let mut form = ColumnForm {
            scorer,
            name,
            key: self.key(scorer, name),
            marks: String::with_capacity(rows.len()),
            values: Vec::new(),
            labels: column.map_or_else(Names::default, |column| column.labels.clone()),
            counts: Vec::new(),
        };
        for (row, cells) in rows.iter().enumerate() {
            let cell = cells.cells.iter().find(|cell| Some(cell.column) == place);
            let mark = cell.map_or_else(|| cells.mark(scorer), |cell| cell.mark);
            form.marks.push(mark.character());
            if let Some(cell) = cell {
                form.values.extend(matches!(mark, Mark::Number | Mark::Label).then_some(cell.value));
                form.counts.extend((cell.count > 1).then_some((row, cell.count)));
            }
        }
        form
    }
}

fn feedback_of(score: &ScoreResult) -> &[Feedback] {
    match &score.outcome {
        Outcome::Feedback(feedback) => feedback,
        Outcome::Error(_) | Outcome::Skipped(_) => &[],
    }
}

impl Column {
    fn cell(&mut self, column: usize, value: &Value) -> Cell {
        let (mark, value) = match value {
            Value::Boolean(true) => (Mark::True, 1.0),
            Value::Boolean(false) => (Mark::False, 0.0),
            Value::Integer(_) | Value::Number(_) => (Mark::Number, value.as_f64().unwrap_or_default()),
            Value::Text(label) => (Mark::Label, f64::from(self.labels.number(label))),
            Value::Json(_) => (Mark::Json, 0.0),
        };
        Cell { column, mark, value, count: 1 }
    }
}

impl Cell {
    /// The worse of two cells of one column, as if less were worse.
    fn joined_with(self, other: Self) -> Self {
        let is_worse = (other.mark, other.value) < (self.mark, self.value);
        Self { count: self.count + 1, ..if is_worse { other } else { self } }
    }
}

impl Cells {
    fn mark(&self, scorer: usize) -> Mark {
        self.marks.get(scorer).copied().unwrap_or(Mark::Nothing)
    }
}

impl Mark {
    fn of_outcome(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Feedback(_) => Self::Nothing,
            Outcome::Error(_) => Self::Error,
            Outcome::Skipped(SkipReason::PredictionFailed) => Self::NoPrediction,
            Outcome::Skipped(SkipReason::EarlierTurn) => Self::EarlierTurn,
        }
    }

    fn character(self) -> char {
        match self {
            Self::False => 'f',
            Self::Number => 'n',
            Self::True => 't',
            Self::Label => 'l',
            Self::Json => 'j',
            Self::Error => 'e',
            Self::NoPrediction => 's',
            Self::EarlierTurn => 'w',
            Self::Nothing => '-',
        }
    }
}

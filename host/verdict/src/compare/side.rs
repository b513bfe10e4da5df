use std::collections::HashMap;

use scorebox_core::{Digest, Example, Feedback, Usage, Value};
use scorebox_eval::{Outcome, RowResult, SkipReason};

use super::ComparisonError;
use super::texts::Texts;
use crate::baseline::BaselineRow;
use crate::field::FieldReader;
use crate::number::{float, length};
use crate::{InputsKey, Subject};

/// Feedback names of one scorer that are compared; the rest is not.
const MAX_FEEDBACK_NAMES: usize = 256;

/// What is kept of one run: numbers only, a few dozen bytes for each verdict.
#[derive(Debug)]
pub(super) struct Side {
    name: &'static str,
    repeats: u64,
    needs_keys: bool,
    pub(super) examples: Vec<ExampleRows>,
    pub(super) rows: Vec<RowNumbers>,
    scorers: Vec<ScorerColumns>,
    /// What the rows took together.
    pub(super) usage: Usage,
    /// Whether rows say what they took; those of a baseline do not.
    pub(super) knows_spending: bool,
    last_position: Option<u64>,
}

/// The rows of one example, which stand one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExampleRows {
    pub(super) index: u64,
    pub(super) first_row: usize,
    pub(super) rows: usize,
    pub(super) key: Option<InputsKey>,
    /// The value by which it is sliced.
    pub(super) slice: Option<u32>,
    /// Names the value by which it is clustered.
    pub(super) cluster: Option<u64>,
}

impl ExampleRows {
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.first_row..self.first_row + self.rows
    }
}

/// What is kept of a row beside its verdicts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowNumbers {
    pub(super) repeat: u32,
    pub(super) is_prediction_reused: bool,
    pub(super) predict_ns: Option<f64>,
    pub(super) cost_usd: f64,
}

/// One verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Boolean(bool),
    Number(f64),
    /// The place of a text among the labels.
    Label(u32),
}

impl Cell {
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Self::Boolean(passed) => Some(f64::from(u8::from(passed))),
            Self::Number(number) => Some(number),
            Self::Label(_) => None,
        }
    }
}

/// The verdicts of one scorer.
#[derive(Debug)]
struct ScorerColumns {
    name: String,
    /// In the order in which they came up.
    columns: Vec<Column>,
    by_name: HashMap<String, usize>,
    /// The rows on which it failed, in their order.
    errors: Vec<usize>,
    /// The rows for which it was not called, in their order.
    skipped: Vec<usize>,
}

/// The verdicts with one name, in the order of rows; not every row has one.
#[derive(Debug)]
struct Column {
    feedback: String,
    cells: Vec<(usize, Cell)>,
    /// Verdicts on the last row, where a row has several with one name, as on several spans: their mean counts.
    on_last_row: usize,
}

/// The verdicts with one name, laid out by row.
pub(super) struct Verdicts {
    pub(super) cells: Vec<Option<Cell>>,
    pub(super) errors: Vec<bool>,
    pub(super) skipped: Vec<bool>,
}

/// How a side reads what it needs of an example.
pub(super) struct Grouping<'g> {
    pub(super) by: Option<&'g FieldReader>,
    pub(super) clusters: Option<&'g FieldReader>,
    pub(super) slices: &'g mut Texts,
}

struct Incoming<'r> {
    index: u64,
    repeat: u32,
    example: Option<&'r Example>,
    key: Option<InputsKey>,
}

impl Side {
    pub(super) fn new(name: &'static str, repeats: u32, needs_keys: bool) -> Self {
        Self {
            name,
            repeats: repeats.into(),
            needs_keys,
            examples: Vec::new(),
            rows: Vec::new(),
            scorers: Vec::new(),
            usage: Usage::default(),
            knows_spending: true,
            last_position: None,
        }
    }

    pub(super) fn add(
        &mut self,
        row: &RowResult,
        grouping: &mut Grouping<'_>,
        labels: &mut Texts,
    ) -> Result<(), ComparisonError> {
        let example = row.content.as_ref().map(|content| &content.example);
        self.begin_row(&Incoming { index: row.index, repeat: row.repeat, example, key: None }, grouping)?;
        self.spend(row);
        for (place, score) in row.scores.iter().enumerate() {
            let scorer = self.scorer(place, &score.scorer);
            match &score.outcome {
                Outcome::Feedback(feedback) => self.take(scorer, feedback, labels),
                Outcome::Error(_) => self.scorers[scorer].errors.push(self.rows.len() - 1),
                Outcome::Skipped(SkipReason::PredictionFailed) => {
                    self.scorers[scorer].skipped.push(self.rows.len() - 1);
                }
                Outcome::Skipped(SkipReason::EarlierTurn) => {}
            }
        }
        Ok(())
    }

    pub(super) fn add_baseline(
        &mut self,
        row: &BaselineRow,
        grouping: &mut Grouping<'_>,
        labels: &mut Texts,
    ) -> Result<(), ComparisonError> {
        self.knows_spending = false;
        self.begin_row(&Incoming { index: row.index, repeat: row.repeat, example: None, key: row.key }, grouping)?;
        let here = self.rows.len() - 1;
        for (place, (name, values)) in row.values.iter().enumerate() {
            let scorer = self.scorer(place, name);
            for (feedback, value) in values {
                if let Some(cell) = cell(value, labels) {
                    self.put(scorer, feedback, cell);
                }
            }
        }
        for name in row.errors.keys() {
            let scorer = self.scorer(0, name);
            self.scorers[scorer].errors.push(here);
        }
        for name in &row.skipped {
            let scorer = self.scorer(0, name);
            self.scorers[scorer].skipped.push(here);
        }
        Ok(())
    }

    fn begin_row(&mut self, row: &Incoming<'_>, grouping: &mut Grouping<'_>) -> Result<(), ComparisonError> {
        let position = row.index.saturating_mul(self.repeats).saturating_add(row.repeat.into());
        if self.last_position.is_some_and(|last| position <= last) {
            return Err(ComparisonError::OutOfOrder { side: self.name, position });
        }
        self.last_position = Some(position);
        let here = self.rows.len();
        self.rows.push(RowNumbers { repeat: row.repeat, ..RowNumbers::default() });
        match self.examples.last_mut() {
            Some(last) if last.index == row.index => last.rows += 1,
            _ => {
                let key = self.key(row)?;
                let read = |reader: Option<&FieldReader>| reader?.read(row.example?);
                let slice = read(grouping.by).map(|value| grouping.slices.place(&value));
                let cluster = read(grouping.clusters).map(|value| cluster_key(&value));
                self.examples.push(ExampleRows { index: row.index, first_row: here, rows: 1, key, slice, cluster });
            }
        }
        Ok(())
    }

    fn key(&self, row: &Incoming<'_>) -> Result<Option<InputsKey>, ComparisonError> {
        if !self.needs_keys {
            return Ok(None);
        }
        let key = row.key.or_else(|| row.example.map(|example| InputsKey::of(&example.inputs)));
        match key {
            Some(key) => Ok(Some(key)),
            None => Err(ComparisonError::NoInputs { side: self.name, index: row.index }),
        }
    }

    fn spend(&mut self, row: &RowResult) {
        let usage = row.usage();
        self.usage.add(usage);
        let Some(numbers) = self.rows.last_mut() else { return };
        numbers.cost_usd = usage.cost.dollars();
        if let Some(prediction) = &row.prediction {
            let elapsed = u64::try_from(prediction.elapsed.as_nanos()).unwrap_or(u64::MAX);
            numbers.predict_ns = Some(float(elapsed));
            numbers.is_prediction_reused = prediction.is_reused;
        }
    }

    /// The place of a scorer, which in nearly every row is where it was in the last.
    fn scorer(&mut self, likely: usize, name: &str) -> usize {
        if self.scorers.get(likely).is_some_and(|scorer| scorer.name == name) {
            return likely;
        }
        if let Some(place) = self.scorers.iter().position(|scorer| scorer.name == name) {
            return place;
        }
        self.scorers.push(ScorerColumns {
            name: name.to_owned(),
            columns: Vec::new(),
            by_name: HashMap::new(),
            errors: Vec::new(),
            skipped: Vec::new(),
        });
        self.scorers.len() - 1
    }

    fn take(&mut self, scorer: usize, feedback: &[Feedback], labels: &mut Texts) {
        for feedback in feedback {
            if let Some(cell) = cell(&feedback.value, labels) {
                self.put(scorer, &feedback.name, cell);
            }
        }
    }

    fn put(&mut self, scorer: usize, feedback: &str, cell: Cell) {
        let here = self.rows.len() - 1;
        let scorer = &mut self.scorers[scorer];
        let column = match scorer.by_name.get(feedback) {
            Some(place) => *place,
            None if scorer.columns.len() >= MAX_FEEDBACK_NAMES => return,
            None => {
                let column = Column { feedback: feedback.to_owned(), cells: Vec::new(), on_last_row: 0 };
                scorer.columns.push(column);
                scorer.by_name.insert(feedback.to_owned(), scorer.columns.len() - 1);
                scorer.columns.len() - 1
            }
        };
        scorer.columns[column].put(here, cell);
    }

    /// The feedbacks, in the order in which they came up.
    pub(super) fn feedback(&self) -> impl Iterator<Item = (&str, &str)> {
        self.scorers.iter().flat_map(|scorer| scorer.columns.iter().map(|column| (&*scorer.name, &*column.feedback)))
    }

    pub(super) fn has(&self, scorer: &str, feedback: &str) -> bool {
        self.feedback().any(|it| it == (scorer, feedback))
    }

    /// The feedback that the other side does not have.
    pub(super) fn only_here(&self, other: &Self) -> Vec<String> {
        let only = self.feedback().filter(|(scorer, feedback)| !other.has(scorer, feedback));
        only.map(|(scorer, feedback)| Subject::of_feedback(scorer, feedback).to_string()).collect()
    }

    /// The verdicts with one name, by row.
    pub(super) fn verdicts(&self, scorer: &str, feedback: &str) -> Verdicts {
        let rows = self.rows.len();
        let mut verdicts = Verdicts { cells: vec![None; rows], errors: vec![false; rows], skipped: vec![false; rows] };
        let Some(scorer) = self.scorers.iter().find(|it| it.name == scorer) else { return verdicts };
        scorer.errors.iter().for_each(|row| verdicts.errors[*row] = true);
        scorer.skipped.iter().for_each(|row| verdicts.skipped[*row] = true);
        if let Some(column) = scorer.by_name.get(feedback) {
            scorer.columns[*column].cells.iter().for_each(|(row, cell)| verdicts.cells[*row] = Some(*cell));
        }
        verdicts
    }

    /// The position of a row of an example.
    pub(super) fn position(&self, example: &ExampleRows, row: usize) -> u64 {
        example.index * self.repeats + u64::from(self.rows[row].repeat)
    }
}

impl Column {
    fn put(&mut self, here: usize, cell: Cell) {
        let Some((_, last)) = self.cells.last_mut().filter(|(row, _)| *row == here) else {
            self.cells.push((here, cell));
            self.on_last_row = 1;
            return;
        };
        // Equal verdicts stay what they are, others become their mean; of several texts the first counts.
        if let (true, Some(mean), Some(number)) = (*last != cell, last.number(), cell.number()) {
            *last = Cell::Number(mean + (number - mean) / (length(self.on_last_row) + 1.0));
        }
        self.on_last_row += 1;
    }
}

fn cell(value: &Value, labels: &mut Texts) -> Option<Cell> {
    match value {
        Value::Boolean(passed) => Some(Cell::Boolean(*passed)),
        Value::Integer(_) | Value::Number(_) => value.as_f64().map(Cell::Number),
        Value::Text(label) => Some(Cell::Label(labels.place(label))),
        Value::Json(_) => None,
    }
}

/// Enough of a digest to tell clusters apart, in eight bytes however long their names are.
fn cluster_key(value: &str) -> u64 {
    let mut key = [0; 8];
    key.copy_from_slice(&Digest::of(value.as_bytes()).bytes()[..8]);
    u64::from_le_bytes(key)
}

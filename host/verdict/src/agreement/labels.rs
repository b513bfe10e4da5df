use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use csv::{ErrorKind, StringRecord};
use scorebox_core::Value;

use super::judge::{Judge, Judges};
use super::labels_error::{LabelsError, LabelsProblem};
use super::parse::parse_cell;
use crate::shown;

/// The largest file of labels.
const MAX_BYTES: u64 = 256 << 20;

/// What people said about the rows of a run, read from CSV.
///
/// The columns are `id`, one for each judge, and where there are such `rater` and `repeat`.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    pub(super) judges: Vec<Judge>,
    pub(super) raters: Vec<String>,
    pub(super) by_row: HashMap<RowName, RowLabels>,
    pub(super) lines: u64,
}

/// The row that labels are about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowName {
    pub(super) id: String,
    pub(super) repeat: u32,
}

/// What was said about a row.
#[derive(Clone, Debug, Default)]
pub(super) struct RowLabels {
    /// By rater: the line, and what was said of each judge's question.
    pub(super) by_rater: BTreeMap<usize, (u64, Vec<Option<Value>>)>,
}

/// Which column holds what.
struct Columns {
    id: usize,
    rater: Option<usize>,
    repeat: Option<usize>,
    judges: Vec<(usize, Judge)>,
}

impl Labels {
    /// Reads labels about judges of a run. `source_name` is what errors call the file.
    pub fn read(reader: impl Read, source_name: &str, judges: &Judges) -> Result<Self, LabelsError> {
        let located = |line: u64, column: Option<&str>, problem| LabelsError {
            source_name: source_name.to_owned(),
            line,
            column: column.map(str::to_owned),
            problem,
        };
        let mut csv = csv::ReaderBuilder::new().flexible(false).from_reader(reader.take(MAX_BYTES + 1));
        let header = csv.headers().map_err(|error| csv_error(error, source_name))?.clone();
        let columns = columns(&header, judges).map_err(|(column, problem)| located(1, column.as_deref(), problem))?;
        let mut labels =
            Self { judges: columns.judges.iter().map(|(_, judge)| judge.clone()).collect(), ..Self::default() };
        let mut record = StringRecord::new();
        while csv.read_record(&mut record).map_err(|error| csv_error(error, source_name))? {
            let line = record.position().map_or(0, csv::Position::line);
            labels
                .add(&record, line, &columns)
                .map_err(|(column, problem)| located(line, column.and_then(|column| header.get(column)), problem))?;
        }
        if csv.position().byte() > MAX_BYTES {
            return Err(located(csv.position().line(), None, LabelsProblem::TooLarge { limit: MAX_BYTES }));
        }
        Ok(labels)
    }

    /// The judges that people's labels are about.
    #[must_use]
    pub fn judges(&self) -> &[Judge] {
        &self.judges
    }

    /// The lines that were read.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    fn add(
        &mut self,
        record: &StringRecord,
        line: u64,
        columns: &Columns,
    ) -> Result<(), (Option<usize>, LabelsProblem)> {
        let cell = |column: usize| record.get(column).unwrap_or_default();
        let id = cell(columns.id);
        if id.is_empty() {
            return Err((Some(columns.id), LabelsProblem::EmptyId));
        }
        let repeat =
            columns.repeat.map_or(Ok(0), |column| parse_repeat(cell(column)).map_err(|it| (Some(column), it)))?;
        let rater = columns.rater.map_or("", |column| cell(column).trim());
        let values = columns
            .judges
            .iter()
            .map(|(column, judge)| parse_cell(cell(*column), judge.kind).map_err(|problem| (Some(*column), problem)));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let place = self.rater(rater);
        let row = self.by_row.entry(RowName { id: id.to_owned(), repeat }).or_default();
        if let Some((first_line, _)) = row.by_rater.get(&place) {
            return Err((None, LabelsProblem::Twice { first_line: *first_line, rater: rater.to_owned() }));
        }
        row.by_rater.insert(place, (line, values));
        self.lines += 1;
        Ok(())
    }

    fn rater(&mut self, name: &str) -> usize {
        match self.raters.iter().position(|rater| rater == name) {
            Some(place) => place,
            None => {
                self.raters.push(name.to_owned());
                self.raters.len() - 1
            }
        }
    }
}

fn parse_repeat(cell: &str) -> Result<u32, LabelsProblem> {
    let invalid = |_| LabelsProblem::InvalidRepeat { found: cell.chars().take(80).collect() };
    cell.trim().parse().map_err(invalid)
}

fn columns(header: &StringRecord, judges: &Judges) -> Result<Columns, (Option<String>, LabelsProblem)> {
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    if let Some(name) = names.iter().enumerate().find_map(|(place, name)| names[..place].contains(name).then_some(name))
    {
        return Err(((*name).to_owned().into(), LabelsProblem::DuplicateColumn));
    }
    let place_of = |wanted: &str| names.iter().position(|name| *name == wanted);
    let Some(id) = place_of("id") else {
        let found = if names.is_empty() { "nothing".to_owned() } else { shown::list(names, 20) };
        return Err((None, LabelsProblem::NoId { found }));
    };
    let (rater, repeat) = (place_of("rater"), place_of("repeat"));
    let mut found: Vec<(usize, Judge)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if place == id || Some(place) == rater || Some(place) == repeat {
            continue;
        }
        let at = |problem| (Some((*name).to_owned()), problem);
        let judge = judges.find(name).map_err(|unknown| at(LabelsProblem::UnknownColumn(unknown)))?;
        if found.iter().any(|(_, earlier)| earlier == judge) {
            return Err(at(LabelsProblem::DuplicateColumn));
        }
        found.push((place, judge.clone()));
    }
    if found.is_empty() {
        return Err((None, LabelsProblem::NoJudge { known: judges.names() }));
    }
    Ok(Columns { id, rater, repeat, judges: found })
}

fn csv_error(error: csv::Error, source_name: &str) -> LabelsError {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        ErrorKind::Utf8 { .. } => LabelsProblem::NotUtf8,
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            LabelsProblem::Cells { expected: *expected_len, found: *len }
        }
        _ => LabelsProblem::Csv(error),
    };
    LabelsError { source_name: source_name.to_owned(), line, column: None, problem }
}

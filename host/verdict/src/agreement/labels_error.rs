use std::fmt;

use super::judge::UnknownJudge;

/// Why labels cannot be read.
#[derive(Debug, thiserror::Error)]
pub struct LabelsError {
    /// What the caller calls the file.
    pub source_name: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: LabelsProblem,
}

/// What is wrong with a file of labels.
#[derive(Debug, thiserror::Error)]
pub enum LabelsProblem {
    /// It cannot be read, or is no CSV.
    #[error("cannot be read as CSV: {0}")]
    Csv(csv::Error),
    /// The text is not UTF-8.
    #[error("the line is not UTF-8: save the file with that encoding")]
    NotUtf8,
    /// The line has more or fewer cells than the header.
    #[error(
        "the line has {found} cells, and the header {expected}: put cells that hold commas or quotes between quotes"
    )]
    Cells {
        /// Cells of the header.
        expected: u64,
        /// Cells of the line.
        found: u64,
    },
    /// The file is larger than any that people fill in.
    #[error("the file has more than {limit} bytes: leave out what is not labelled")]
    TooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// There is nothing to tell rows by.
    #[error("there is no column `id`, which says the example that a line is about; the header has {found}")]
    NoId {
        /// The columns.
        found: String,
    },
    /// There is no column for any judge.
    #[error("there is no column with labels: name one after what people judged as well; the run has {known}")]
    NoJudge {
        /// What could stand there.
        known: String,
    },
    /// A column that is no judge's.
    #[error("{0}. Beside these, a file of labels has `id`, `rater` and `repeat`; leave other columns out")]
    UnknownColumn(UnknownJudge),
    /// Two columns are about the same thing.
    #[error("the column is there twice; leave one out")]
    DuplicateColumn,
    /// A cell that must not be empty.
    #[error("the cell is empty; name the example")]
    EmptyId,
    /// No repeat.
    #[error("{found:?} is no repeat: they are counted from 0")]
    InvalidRepeat {
        /// What stands there.
        found: String,
    },
    /// No boolean.
    #[error(
        "{found:?} is neither yes nor no: the judge says true or false, so write yes, no, true, false, pass, fail, 1 or 0, \
         or leave the cell empty"
    )]
    NotABoolean {
        /// What stands there.
        found: String,
    },
    /// No number.
    #[error("{found:?} is no number: the judge gives numbers, so write one, or leave the cell empty")]
    NotANumber {
        /// What stands there.
        found: String,
    },
    /// A text that is too long for a label.
    #[error("the label is longer than {limit} bytes; the judge gives short labels, so write one of these")]
    LongLabel {
        /// The most bytes.
        limit: usize,
    },
    /// One person judged one row twice.
    #[error(
        "line {first_line} is about the same row{}: keep one of them, or tell people apart in a column `rater` and repeats \
         in a column `repeat`", of_rater(.rater)
    )]
    Twice {
        /// The line where it came first.
        first_line: u64,
        /// The rater; empty where there is no such column.
        rater: String,
    },
}

fn of_rater(rater: &str) -> String {
    if rater.is_empty() { String::new() } else { format!(", also by {rater:?}") }
}

impl fmt::Display for LabelsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, line {}", self.source_name, self.line)?;
        if let Some(column) = &self.column {
            write!(formatter, ", column `{column}`")?;
        }
        write!(formatter, ": {}", self.problem)
    }
}

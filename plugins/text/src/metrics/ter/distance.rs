//! The word edit distance of TER, within a beam around the diagonal.

use crate::metrics::count;
use std::ops::Range;

/// Half the width of the beam, in cells.
const BEAM: usize = 25;
/// More than any distance, yet far from overflow: what a cell outside the beam costs.
const OUTSIDE: u32 = 1 << 30;

/// One step that turns the answer into what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The words are equal.
    Keep,
    /// One word stands for another.
    Substitute,
    /// A word of the answer is left out.
    Delete,
    /// An expected word is added.
    Insert,
}

#[derive(Clone, Copy)]
struct Cell {
    cost: u32,
    step: Step,
}

const EMPTY: Cell = Cell { cost: OUTSIDE, step: Step::Insert };

/// The edit distances of all prefixes of an answer to all prefixes of the expected words.
///
/// The answers it is asked about have the same number of words, so a common prefix has the same rows.
pub(super) struct Matrix<'expected> {
    expected: &'expected [usize],
    rows: Vec<Row>,
    cells: Vec<Cell>,
    /// The cells of an answer that was only tried.
    scratch: Vec<Cell>,
}

/// A row of the matrix: one word more of the answer than the row above.
struct Row {
    /// The columns within the beam.
    columns: Range<usize>,
    /// Where the cell of column 0 would be among all cells, less the columns left out before it.
    first: usize,
}

impl Row {
    fn cell(&self, cells: &[Cell], column: usize) -> Cell {
        if self.columns.contains(&column) { cells[self.first + column - self.columns.start] } else { EMPTY }
    }
}

impl<'expected> Matrix<'expected> {
    pub(super) fn new(expected: &'expected [usize], answer: &[usize]) -> Self {
        let mut rows = Vec::with_capacity(answer.len() + 1);
        let mut first = 0;
        for row in 0..=answer.len() {
            let columns = beam(row, answer.len(), expected.len());
            let length = columns.len();
            rows.push(Row { columns, first });
            first += length;
        }
        let mut cells = vec![EMPTY; first];
        for (cell, cost) in cells.iter_mut().take(expected.len() + 1).zip(0..) {
            cell.cost = cost;
        }
        let mut matrix = Self { expected, rows, scratch: cells.clone(), cells };
        matrix.update(answer);
        matrix
    }

    /// Makes this the matrix of another answer of the same length.
    pub(super) fn update(&mut self, answer: &[usize]) {
        fill(&mut self.cells, &self.rows, self.expected, answer, 0);
    }

    /// The distance of the answer.
    pub(super) fn distance(&self) -> usize {
        self.cells.last().map_or(0, |cell| cell.cost as usize)
    }

    /// The distance of a variant of the answer that this is the matrix of.
    pub(super) fn distance_of(&mut self, answer: &[usize], variant: &[usize]) -> usize {
        let common = answer.iter().zip(variant).take_while(|(a, b)| a == b).count();
        if common == answer.len() {
            return self.distance();
        }
        let last_common = &self.rows[common];
        let known = last_common.first..last_common.first + last_common.columns.len();
        self.scratch[known.clone()].copy_from_slice(&self.cells[known]);
        fill(&mut self.scratch, &self.rows, self.expected, variant, common);
        self.scratch.last().map_or(0, |cell| cell.cost as usize)
    }

    /// The steps from the answer to the expected words, in the order of the words.
    pub(super) fn steps(&self) -> Vec<Step> {
        let (mut i, mut j) = (self.rows.len() - 1, self.expected.len());
        let mut steps = Vec::with_capacity(i.max(j));
        while i > 0 || j > 0 {
            // The borders of the matrix leave one way only.
            let step = match self.rows[i].cell(&self.cells, j).step {
                _ if i == 0 => Step::Insert,
                _ if j == 0 => Step::Delete,
                step => step,
            };
            i -= usize::from(step != Step::Insert);
            j -= usize::from(step != Step::Delete);
            steps.push(step);
        }
        steps.reverse();
        steps
    }
}

/// Computes the rows after the first `known` words of the answer.
fn fill(cells: &mut [Cell], rows: &[Row], expected: &[usize], answer: &[usize], known: usize) {
    for (pair, &word) in rows.windows(2).zip(answer).skip(known) {
        let [above, row] = pair else { continue };
        let mut left = EMPTY;
        for column in row.columns.clone() {
            left = match column.checked_sub(1) {
                None => Cell { cost: above.cell(cells, 0).cost + 1, step: Step::Delete },
                Some(previous) => {
                    let diagonal = above.cell(cells, previous).cost;
                    cheapest(expected[previous] == word, diagonal, above.cell(cells, column).cost, left.cost)
                }
            };
            cells[row.first + column - row.columns.start] = left;
        }
    }
}

/// Tercom's preference among equals: keep or substitute, then delete, then insert.
fn cheapest(equal: bool, diagonal: u32, above: u32, left: u32) -> Cell {
    let replaced = if equal {
        Cell { cost: diagonal, step: Step::Keep }
    } else {
        Cell { cost: diagonal + 1, step: Step::Substitute }
    };
    let deleted = Cell { cost: above + 1, step: Step::Delete };
    let inserted = Cell { cost: left + 1, step: Step::Insert };
    [replaced, deleted, inserted].into_iter().fold(EMPTY, |best, next| if next.cost < best.cost { next } else { best })
}

/// The columns of a row that are looked at; the first and the last row are whole.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column is a small natural number")]
fn beam(row: usize, rows: usize, expected: usize) -> Range<usize> {
    if row == 0 {
        return 0..expected + 1;
    }
    // Floats on purpose: the reference rounds this way.
    let columns_per_row = count(expected) / count(rows);
    let diagonal = (count(row) * columns_per_row).floor() as usize;
    let half = columns_per_row / 2.0;
    let width = if half > count(BEAM) { (half + count(BEAM)).ceil() as usize } else { BEAM };
    let end = if row == rows { expected + 1 } else { (diagonal + width).min(expected + 1) };
    diagonal.saturating_sub(width)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_from_the_answer_to_the_expected_words() {
        let matrix = Matrix::new(&[1, 2, 3], &[1, 9, 3, 4]);
        assert_eq!(matrix.distance(), 2);
        assert_eq!(matrix.steps(), [Step::Keep, Step::Substitute, Step::Keep, Step::Delete]);
    }

    #[test]
    fn the_beam_widens_when_the_expected_text_is_much_longer() {
        assert_eq!(beam(1, 10, 100), 0..35);
        assert_eq!(beam(1, 2, 100), 25..75);
        assert_eq!(beam(1, 2, 102), 0..102);
    }
}

use std::collections::BTreeMap;

use crate::number::{float, length};
use crate::undefined::Undefined;

/// How often each label of one rater met each label of another on the same thing: the first rater, or the truth, in rows;
/// the second, or the prediction, in columns.
///
/// Only cells that occurred take memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion<L> {
    labels: Vec<L>,
    cells: BTreeMap<(usize, usize), u64>,
    rows: Vec<u64>,
    columns: Vec<u64>,
    total: u64,
}

impl<L: Ord> FromIterator<(L, L)> for Confusion<L> {
    /// Counts pairs of labels. The labels are those of both sides, ascending.
    fn from_iter<I: IntoIterator<Item = (L, L)>>(pairs: I) -> Self {
        let mut numbers: BTreeMap<L, usize> = BTreeMap::new();
        let mut found: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let mut number = |label: L| {
            let next = numbers.len();
            *numbers.entry(label).or_insert(next)
        };
        for (first, second) in pairs {
            let cell = (number(first), number(second));
            *found.entry(cell).or_default() += 1;
        }

        let mut places = vec![0; numbers.len()];
        numbers.values().enumerate().for_each(|(place, number)| places[*number] = place);
        let labels: Vec<L> = numbers.into_keys().collect();
        let cells = found.into_iter().map(|((first, second), count)| ((places[first], places[second]), count));
        Self::of(labels, cells.collect())
    }
}

impl<L> Confusion<L> {
    fn of(labels: Vec<L>, cells: BTreeMap<(usize, usize), u64>) -> Self {
        let (mut rows, mut columns) = (vec![0; labels.len()], vec![0; labels.len()]);
        for ((row, column), count) in &cells {
            rows[*row] += count;
            columns[*column] += count;
        }
        let total = rows.iter().sum();
        Self { labels, cells, rows, columns, total }
    }

    /// The labels, ascending: the order of rows and columns.
    #[must_use]
    pub fn labels(&self) -> &[L] {
        &self.labels
    }

    /// How many pairs there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How often the first rater gave the label of a row where the second gave that of a column.
    #[must_use]
    pub fn count(&self, row: usize, column: usize) -> u64 {
        self.cells.get(&(row, column)).copied().unwrap_or_default()
    }

    /// The cells that occurred, by row and column.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, u64)> {
        self.cells.iter().map(|((row, column), count)| (*row, *column, *count))
    }

    /// How often the first rater gave each label.
    #[must_use]
    pub fn row_totals(&self) -> &[u64] {
        &self.rows
    }

    /// How often the second rater gave each label.
    #[must_use]
    pub fn column_totals(&self) -> &[u64] {
        &self.columns
    }

    /// The pairs on which both agree.
    #[must_use]
    pub fn agreed(&self) -> u64 {
        (0..self.labels.len()).map(|label| self.count(label, label)).sum()
    }

    /// The share of pairs on which both agree, from 0 to 1.
    pub fn accuracy(&self) -> Result<f64, Undefined> {
        self.check()?;
        Ok(float(self.agreed()) / float(self.total))
    }

    /// The F₁ of a label, from 0 to 1: the harmonic mean of precision and recall. Needs the label to occur.
    pub fn f1(&self, label: usize) -> Result<f64, Undefined> {
        let given = self.rows.get(label).copied().unwrap_or(0) + self.columns.get(label).copied().unwrap_or(0);
        if given == 0 {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        }
        Ok(2.0 * float(self.count(label, label)) / float(given))
    }

    /// The mean of the F₁ of all labels that either gave, from 0 to 1. Checked against scikit-learn.
    pub fn macro_f1(&self) -> Result<f64, Undefined> {
        self.check()?;
        let f1: Result<Vec<_>, _> = (0..self.labels.len()).map(|label| self.f1(label)).collect();
        Ok(f1?.iter().sum::<f64>() / length(self.labels.len()))
    }

    /// Matthews' correlation coefficient for any number of labels (Gorodkin 2004), from −1 to 1. Needs both to give more
    /// than one label. Checked against scikit-learn, which says 0 where it is undefined.
    pub fn matthews(&self) -> Result<f64, Undefined> {
        self.check()?;
        let share = |count: &u64| float(*count) / float(self.total);
        let by_chance: f64 = self.rows.iter().zip(&self.columns).map(|(row, column)| share(row) * share(column)).sum();
        let spread = |totals: &[u64]| {
            let others = |total: &u64| float(*total) * float(self.total - total);
            totals.iter().map(others).sum::<f64>() / (float(self.total) * float(self.total))
        };
        let spreads = spread(&self.rows) * spread(&self.columns);
        if spreads == 0.0 {
            return Err(Undefined::NoVariance);
        }
        Ok(((float(self.agreed()) / float(self.total) - by_chance) / spreads.sqrt()).clamp(-1.0, 1.0))
    }

    fn check(&self) -> Result<(), Undefined> {
        if self.total == 0 { Err(Undefined::TooFew { needed: 1, found: 0 }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Confusion<&'static str> {
        pairs.iter().copied().collect()
    }

    #[test]
    fn labels_of_both_sides_are_in_order() {
        let table = of(&[("no", "yes"), ("yes", "yes"), ("no", "maybe"), ("yes", "yes")]);
        assert_eq!(table.labels(), ["maybe", "no", "yes"]);
        assert_eq!((table.count(2, 2), table.count(1, 2), table.count(2, 1)), (2, 1, 0));
        assert_eq!((table.row_totals(), table.column_totals()), ([0, 2, 2].as_slice(), [1, 0, 3].as_slice()));
        assert_eq!((table.total(), table.agreed(), table.accuracy()), (4, 2, Ok(0.5)));
        assert_eq!(table.cells().collect::<Vec<_>>(), [(1, 0, 1), (1, 2, 1), (2, 2, 2)]);
    }

    #[test]
    fn an_empty_table_says_nothing() {
        let nothing = Err(Undefined::TooFew { needed: 1, found: 0 });
        let table = of(&[]);
        assert_eq!(
            (table.accuracy(), table.macro_f1(), table.matthews(), table.f1(0)),
            (nothing, nothing, nothing, nothing)
        );
    }

    #[test]
    fn a_rater_with_one_label_correlates_with_nobody() {
        assert_eq!(of(&[("a", "a"), ("b", "a")]).matthews(), Err(Undefined::NoVariance));
        assert_eq!(of(&[("a", "a"), ("b", "b")]).matthews(), Ok(1.0));
        assert_eq!(of(&[("a", "b"), ("b", "a")]).matthews(), Ok(-1.0));
    }
}

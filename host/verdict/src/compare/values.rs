use super::feedback::NumericKind;
use super::pairing::Pair;
use super::report::Sides;
use super::side::{Cell, ExampleRows, Side, Verdicts};
use crate::number::{count, length};

/// What both sides gave under one name, pair by pair.
pub(super) struct PairedValues {
    pub(super) kind: NumericKind,
    pub(super) numbers: Vec<PairedNumbers>,
    pub(super) labels: Vec<PairedLabels>,
    pub(super) left_out: u64,
    pub(super) errors: Sides<u64>,
    pub(super) skipped: Sides<u64>,
}

/// The numbers of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PairedNumbers {
    /// The place of the pair.
    pub(super) pair: usize,
    pub(super) a: f64,
    pub(super) b: f64,
}

impl PairedNumbers {
    pub(super) fn difference(&self) -> f64 {
        self.b - self.a
    }
}

/// The labels of a pair, or of one repeat of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairedLabels {
    pub(super) pair: usize,
    /// The rows of either side.
    pub(super) rows: Sides<usize>,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// Sets the verdicts with one name against each other.
pub(super) fn paired_values(pairs: &[Pair], a: &Side, in_a: &Verdicts, b: &Side, in_b: &Verdicts) -> PairedValues {
    let mut values = PairedValues {
        kind: NumericKind::Boolean,
        numbers: Vec::with_capacity(pairs.len()),
        labels: Vec::new(),
        left_out: 0,
        errors: Sides::default(),
        skipped: Sides::default(),
    };
    for (place, pair) in pairs.iter().enumerate() {
        let (from, to) = (&a.examples[pair.a], &b.examples[pair.b]);
        values.add(place, &Repeats::of(from, in_a), &Repeats::of(to, in_b));
    }
    values
}

/// What one side gave for one example.
struct Repeats<'v> {
    first_row: usize,
    cells: &'v [Option<Cell>],
    errors: u64,
    skipped: u64,
}

impl<'v> Repeats<'v> {
    fn of(example: &ExampleRows, verdicts: &'v Verdicts) -> Self {
        let rows = example.range();
        let marked = |rows: &[bool]| count(rows.iter().filter(|is_marked| **is_marked).count());
        Self {
            first_row: example.first_row,
            cells: &verdicts.cells[rows.clone()],
            errors: marked(&verdicts.errors[rows.clone()]),
            skipped: marked(&verdicts.skipped[rows]),
        }
    }

    /// Whether it says nothing because nothing was to be said, as on the earlier turns of a session.
    fn is_empty(&self) -> bool {
        self.errors == 0 && self.skipped == 0 && self.cells.iter().all(Option::is_none)
    }

    /// A single boolean stays one; otherwise the mean of the repeats that have a number.
    fn value(&self) -> Option<Cell> {
        if let [Some(cell)] = self.cells {
            return (!matches!(cell, Cell::Label(_))).then_some(*cell);
        }
        let numbers = || self.cells.iter().flatten().filter_map(|cell| cell.number());
        let n = numbers().count();
        (n > 0).then(|| Cell::Number(numbers().sum::<f64>() / length(n)))
    }
}

impl PairedValues {
    fn add(&mut self, pair: usize, from: &Repeats<'_>, to: &Repeats<'_>) {
        self.errors.a += from.errors;
        self.errors.b += to.errors;
        self.skipped.a += from.skipped;
        self.skipped.b += to.skipped;
        let mut is_paired = false;
        if let (Some(a), Some(b)) = (from.value(), to.value()) {
            if !matches!((a, b), (Cell::Boolean(_), Cell::Boolean(_))) {
                self.kind = NumericKind::Number;
            }
            if let (Some(a), Some(b)) = (a.number(), b.number()) {
                self.numbers.push(PairedNumbers { pair, a, b });
                is_paired = true;
            }
        }
        for (repeat, cells) in from.cells.iter().zip(to.cells).enumerate() {
            if let (Some(Cell::Label(from_label)), Some(Cell::Label(to_label))) = cells {
                let rows = Sides { a: from.first_row + repeat, b: to.first_row + repeat };
                self.labels.push(PairedLabels { pair, rows, from: *from_label, to: *to_label });
                is_paired = true;
            }
        }
        let says_nothing = from.is_empty() && to.is_empty();
        self.left_out += u64::from(!is_paired && !says_nothing);
    }
}

//! The rows whose verdict changed: which they are is known from the numbers alone; their texts come in a second pass.

use std::cmp::Ordering;

use scorebox_core::{Number, Value};

use super::feedback::NumericKind;
use super::options::CompareOptions;
use super::pairing::Pair;
use super::report::{Direction, Flip, Sides};
use super::side::{Cell, ExampleRows, Side, Verdicts};
use super::texts::Texts;
use super::values::{PairedLabels, PairedNumbers, PairedValues};
use crate::number::count;

/// Moves of a number that are kept where nothing says how large one must be.
const LARGEST_MOVES: usize = 20;
/// What stands for a text that is no label.
const OTHER_TEXT: &str = "(another text)";

/// The flips of one feedback, still without texts.
#[derive(Default)]
pub(super) struct Flips {
    pub(super) worse: u64,
    pub(super) better: u64,
    pub(super) relabelled: u64,
    pub(super) kept: Vec<Flip>,
}

/// Where flips are looked for.
pub(super) struct Search<'s> {
    pub(super) options: &'s CompareOptions,
    pub(super) lower_is_better: bool,
    pub(super) pairs: &'s [Pair],
    pub(super) sides: Sides<&'s Side>,
    pub(super) verdicts: Sides<&'s Verdicts>,
    pub(super) labels: &'s Texts,
    /// The ids of the examples of B.
    pub(super) ids: &'s [Box<str>],
}

impl Search<'_> {
    pub(super) fn flips(&self, values: &PairedValues) -> Flips {
        let mut flips = Flips::default();
        self.moves(values, &mut flips);
        self.relabellings(&values.labels, &mut flips);
        flips
    }

    fn moves(&self, values: &PairedValues, flips: &mut Flips) {
        let least = match values.kind {
            NumericKind::Boolean => 0.0,
            NumericKind::Number => self.options.least_move.unwrap_or(0.0),
        };
        let most = match (values.kind, self.options.least_move) {
            (NumericKind::Number, None) => self.options.max_flips.min(LARGEST_MOVES),
            _ => self.options.max_flips,
        };
        let is_move = |pair: &&PairedNumbers| pair.a != pair.b && pair.difference().abs() >= least;
        let mut moves: Vec<PairedNumbers> = values.numbers.iter().filter(is_move).copied().collect();
        flips.worse = count(moves.iter().filter(|pair| self.is_worse(pair)).count());
        flips.better = count(moves.len()) - flips.worse;
        let order = |one: &PairedNumbers, other: &PairedNumbers| match (values.kind, self.options.least_move) {
            // The largest moves, whatever their direction.
            (NumericKind::Number, None) => larger_first(one, other),
            _ => self.worse_first(one, other),
        };
        if moves.len() > most {
            moves.select_nth_unstable_by(most, order);
            moves.truncate(most);
        }
        moves.sort_unstable_by(|one, other| self.worse_first(one, other));
        flips.kept.extend(moves.iter().filter_map(|pair| self.flip(pair)));
    }

    fn is_worse(&self, pair: &PairedNumbers) -> bool {
        (pair.difference() < 0.0) != self.lower_is_better
    }

    fn worse_first(&self, one: &PairedNumbers, other: &PairedNumbers) -> Ordering {
        self.is_worse(other).cmp(&self.is_worse(one)).then_with(|| larger_first(one, other))
    }

    /// A flip between the two rows of the pair that show it best.
    fn flip(&self, pair: &PairedNumbers) -> Option<Flip> {
        let (from, to) = self.examples(pair.pair);
        let goes_up = pair.difference() > 0.0;
        let row_a = extreme(from, self.verdicts.a, !goes_up)?;
        let row_b = extreme(to, self.verdicts.b, goes_up)?;
        let value = Sides { a: self.value(self.verdicts.a, row_a)?, b: self.value(self.verdicts.b, row_b)? };
        let direction = if self.is_worse(pair) { Direction::Worse } else { Direction::Better };
        Some(self.without_texts(pair.pair, Sides { a: row_a, b: row_b }, direction, Some(pair.difference()), value))
    }

    fn relabellings(&self, labels: &[PairedLabels], flips: &mut Flips) {
        let changed = || labels.iter().filter(|labels| labels.from != labels.to);
        flips.relabelled = count(changed().count());
        let room = self.options.max_flips.saturating_sub(flips.kept.len());
        let relabelled = changed().take(room).map(|labels| {
            let value = Sides { a: self.label(labels.from), b: self.label(labels.to) };
            self.without_texts(labels.pair, labels.rows, Direction::Relabelled, None, value)
        });
        flips.kept.extend(relabelled);
    }

    fn without_texts(
        &self,
        pair: usize,
        rows: Sides<usize>,
        direction: Direction,
        change: Option<f64>,
        value: Sides<Value>,
    ) -> Flip {
        let (from, to) = self.examples(pair);
        let position = Sides { a: self.sides.a.position(from, rows.a), b: self.sides.b.position(to, rows.b) };
        Flip {
            id: self.ids[self.pairs[pair].b].to_string(),
            inputs_key: to.key.or(from.key),
            position,
            direction,
            change,
            value,
            inputs: None,
            outputs: Sides::default(),
            rationale: Sides::default(),
        }
    }

    fn examples(&self, pair: usize) -> (&ExampleRows, &ExampleRows) {
        let pair = self.pairs[pair];
        (&self.sides.a.examples[pair.a], &self.sides.b.examples[pair.b])
    }

    fn value(&self, verdicts: &Verdicts, row: usize) -> Option<Value> {
        Some(match verdicts.cells[row]? {
            Cell::Boolean(passed) => Value::Boolean(passed),
            Cell::Number(number) => Value::Number(Number::try_from(number).ok()?),
            Cell::Label(place) => self.label(place),
        })
    }

    fn label(&self, place: u32) -> Value {
        Value::Text(self.labels.at(place).unwrap_or(OTHER_TEXT).to_owned())
    }
}

fn larger_first(one: &PairedNumbers, other: &PairedNumbers) -> Ordering {
    other.difference().abs().total_cmp(&one.difference().abs()).then(one.pair.cmp(&other.pair))
}

/// The row of an example with the greatest number, or the least.
fn extreme(example: &ExampleRows, verdicts: &Verdicts, greatest: bool) -> Option<usize> {
    let numbers = example.range().filter_map(|row| Some((row, verdicts.cells[row]?.number()?)));
    let signed = |(_, number): &(usize, f64)| if greatest { -number } else { *number };
    numbers.min_by(|one, other| signed(one).total_cmp(&signed(other))).map(|(row, _)| row)
}

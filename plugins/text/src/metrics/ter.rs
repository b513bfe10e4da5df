//! Translation edit rate of one sentence (Snover et al., 2006), as sacreBLEU's `sentence_ter`, which follows Tercom.
//!
//! Finding the best shifts of words is hard, so Tercom searches greedily within limits. To agree with it, the limits
//! and the order in which candidates are tried are its own. Its normalisation of punctuation is left out.

mod distance;

use self::distance::{Matrix, Step};
use super::count;
use super::whitespace::words;
use std::collections::BTreeMap;

/// The longest run of words that is shifted at once.
const MAX_SHIFT_WORDS: usize = 10;
/// The furthest apart that a run may be in the two texts.
const MAX_SHIFT_DISTANCE: usize = 50;
/// How many shifts are tried for one pair of texts.
const MAX_CANDIDATES: usize = 1000;

/// Edits (insertions, deletions, substitutions and shifts of words) per 100 expected words: 0 is best, no upper bound.
///
/// Case counts, while sacreBLEU lower-cases both texts first by default. An answer where nothing is expected scores 100.
#[must_use]
pub fn ter(expected: &str, answer: &str) -> f64 {
    let (expected, answer) = (words(expected), words(answer));
    if expected.is_empty() {
        return if answer.is_empty() { 0.0 } else { 100.0 };
    }
    let mut numbers = BTreeMap::new();
    let expected = number(&expected, &mut numbers);
    let answer = number(&answer, &mut numbers);
    100.0 * count(edits(&expected, answer)) / count(expected.len())
}

fn number<'text>(words: &[&'text str], numbers: &mut BTreeMap<&'text str, usize>) -> Vec<usize> {
    let mut numbered = Vec::with_capacity(words.len());
    for word in words {
        let next = numbers.len();
        numbered.push(*numbers.entry(word).or_insert(next));
    }
    numbered
}

/// The number of edits that make the answer what was expected.
fn edits(expected: &[usize], mut answer: Vec<usize>) -> usize {
    let mut matrix = Matrix::new(expected, &answer);
    let mut shifts = 0;
    let mut candidates = 0;
    while let Some(shift) = best_shift(&mut matrix, expected, &answer, &mut candidates) {
        if candidates >= MAX_CANDIDATES || shift.gain <= 0 {
            break;
        }
        answer = shift.apply(&answer);
        matrix.update(&answer);
        shifts += 1;
    }
    shifts + matrix.distance()
}

/// A run of words of the answer that might be moved. The greatest one wins.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shift {
    /// How many edits the move saves.
    gain: isize,
    length: usize,
    start: usize,
    target: usize,
}

impl Shift {
    /// Tercom's order: most gain, then the longest, then the earliest run, then the earliest target.
    fn beats(&self, other: &Self) -> bool {
        let key = |shift: &Self| (shift.gain, shift.length, std::cmp::Reverse((shift.start, shift.target)));
        key(self) > key(other)
    }

    /// The words with the run moved before the word at `target`, or within itself if the target lies there.
    fn apply(&self, words: &[usize]) -> Vec<usize> {
        let end = self.start + self.length;
        let run = &words[self.start..end];
        if self.target < self.start {
            [&words[..self.target], run, &words[self.target..self.start], &words[end..]].concat()
        } else {
            // Past the run, the target counts words before the move; within it, words after it.
            let next = if self.target > end { self.target } else { (self.length + self.target).min(words.len()) };
            [&words[..self.start], &words[end..next], run, &words[next..]].concat()
        }
    }
}

/// The best of the shifts worth trying; `candidates` counts all that were tried.
fn best_shift(matrix: &mut Matrix<'_>, expected: &[usize], answer: &[usize], candidates: &mut usize) -> Option<Shift> {
    let before = matrix.distance();
    let alignment = Alignment::new(&matrix.steps());
    let mut best: Option<Shift> = None;
    for (start, expected_start, length) in common_runs(answer, expected) {
        if !alignment.is_worth_a_shift(start, expected_start, length) {
            continue;
        }
        for target in alignment.targets(expected_start, length) {
            let mut shift = Shift { gain: 0, length, start, target };
            let after = matrix.distance_of(answer, &shift.apply(answer));
            shift.gain = before.cast_signed() - after.cast_signed();
            *candidates += 1;
            if best.is_none_or(|best| shift.beats(&best)) {
                best = Some(shift);
            }
        }
        if *candidates >= MAX_CANDIDATES {
            break;
        }
    }
    best
}

/// Runs of equal words as (start in the answer, start in the expected text, length), a run's prefixes before it.
fn common_runs(answer: &[usize], expected: &[usize]) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..answer.len()).flat_map(move |start| {
        let nearest = start.saturating_sub(MAX_SHIFT_DISTANCE);
        let furthest = (start + MAX_SHIFT_DISTANCE + 1).min(expected.len());
        (nearest..furthest).flat_map(move |expected_start| {
            let pairs = answer[start..].iter().zip(&expected[expected_start..]);
            let equal = pairs.take(MAX_SHIFT_WORDS).take_while(|(a, b)| a == b).count();
            (1..=equal).map(move |length| (start, expected_start, length))
        })
    })
}

/// Which words of the answer stand for which expected ones, and which of either are wrong.
struct Alignment {
    /// For each expected word, how many words of the answer come up to and including its counterpart.
    position: Vec<usize>,
    expected_wrong: Vec<bool>,
    answer_wrong: Vec<bool>,
}

impl Alignment {
    fn new(steps: &[Step]) -> Self {
        let mut alignment = Self { position: Vec::new(), expected_wrong: Vec::new(), answer_wrong: Vec::new() };
        for &step in steps {
            let wrong = step != Step::Keep;
            if step != Step::Insert {
                alignment.answer_wrong.push(wrong);
            }
            if step != Step::Delete {
                alignment.expected_wrong.push(wrong);
                alignment.position.push(alignment.answer_wrong.len());
            }
        }
        alignment
    }

    /// Whether both places have something wrong and the run is not already where it would go.
    fn is_worth_a_shift(&self, start: usize, expected_start: usize, length: usize) -> bool {
        let position = self.position[expected_start];
        self.answer_wrong[start..start + length].contains(&true)
            && self.expected_wrong[expected_start..expected_start + length].contains(&true)
            && !(start < position && position <= start + length)
    }

    /// Where a run could go: before the counterpart of its first word, and after that of each of its words.
    fn targets(&self, expected_start: usize, length: usize) -> Vec<usize> {
        let before = expected_start.checked_sub(1).map_or(0, |previous| self.position[previous]);
        let mut targets = vec![before];
        targets.extend(&self.position[expected_start..expected_start + length]);
        targets.dedup();
        targets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_run_of_words_is_one_edit() {
        assert_eq!(ter("a b c d e f", "d e f a b c"), 100.0 / 6.0);
    }

    #[test]
    fn nothing_expected_is_all_or_nothing() {
        assert_eq!(ter("", ""), 0.0);
        assert_eq!(ter(" ", "a b c"), 100.0);
    }

    #[test]
    fn a_target_within_the_run_moves_it_by_words_after_it() {
        let shift = Shift { gain: 0, length: 2, start: 1, target: 2 };
        assert_eq!(shift.apply(&[0, 1, 2, 3, 4]), [0, 3, 1, 2, 4]);
    }
}

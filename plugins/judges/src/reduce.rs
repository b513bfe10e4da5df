//! Makes one result of several votes.

use scorebox_sdk::{Error, Result, Value, config};

use crate::result_kind::ResultKind;

/// How votes are reduced to one result.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum Reduce {
    /// The value with the most votes. A tie of booleans is false, a tie of labels the one that `one_of` names first.
    Majority,
    /// True if all votes are.
    All,
    /// True if any vote is.
    Any,
    /// The arithmetic mean.
    Mean,
    /// The middle value, or the mean of the two in the middle.
    Median,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
}

impl Reduce {
    /// How votes of a kind are reduced unless the config says otherwise.
    pub(crate) fn default_for(kind: &ResultKind) -> Self {
        match kind {
            ResultKind::Number(_) | ResultKind::Integer(_) => Self::Mean,
            ResultKind::Boolean | ResultKind::OneOf(_) | ResultKind::Text => Self::Majority,
        }
    }

    /// Refuses what cannot be done with votes of a kind.
    pub(crate) fn check(self, kind: &ResultKind) -> Result<()> {
        let (is_possible, name, possible) = match kind {
            ResultKind::Boolean => {
                (matches!(self, Self::Majority | Self::All | Self::Any), "boolean", "`majority`, `all` or `any`")
            }
            ResultKind::OneOf(_) => (self == Self::Majority, "one_of", "`majority`"),
            ResultKind::Number(_) | ResultKind::Integer(_) => (
                matches!(self, Self::Mean | Self::Median | Self::Min | Self::Max),
                "a number",
                "`mean`, `median`, `min` or `max`",
            ),
            ResultKind::Text => {
                let message = "a jury cannot reduce texts: set `result` to \"boolean\", a number or `one_of`";
                return Err(Error::invalid_config(message));
            }
        };
        if is_possible {
            return Ok(());
        }
        Err(Error::invalid_config(format!("reduce: with `result` = {name}, expected {possible}")))
    }

    /// The result of the votes, of which there is one at least, and how far they are apart: the share of votes that
    /// differ from the result, or the population standard deviation of numbers.
    pub(crate) fn apply(self, kind: &ResultKind, votes: &[Value]) -> Result<(Value, f64)> {
        let reduced = match self {
            Self::All => Value::Boolean(votes.iter().all(|vote| *vote == Value::Boolean(true))),
            Self::Any => Value::Boolean(votes.contains(&Value::Boolean(true))),
            Self::Majority => majority(kind, votes).ok_or_else(no_votes)?,
            Self::Mean | Self::Median | Self::Min | Self::Max => return self.of_numbers(votes),
        };
        let differing = votes.iter().filter(|vote| **vote != reduced).count();
        Ok((reduced, count(differing) / count(votes.len())))
    }

    fn of_numbers(self, votes: &[Value]) -> Result<(Value, f64)> {
        let mut numbered: Vec<(f64, &Value)> = votes.iter().filter_map(|vote| Some((number(vote)?, vote))).collect();
        numbered.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        let (Some((_, least)), Some((_, greatest))) = (numbered.first(), numbered.last()) else {
            return Err(no_votes());
        };
        let numbers: Vec<f64> = numbered.iter().map(|(number, _)| *number).collect();
        let result = match self {
            Self::Min => Value::clone(least),
            Self::Max => Value::clone(greatest),
            Self::Median => Value::Number(median(&numbers)),
            _ => Value::Number(mean(&numbers)),
        };
        Ok((result, deviation(&numbers)))
    }
}

/// The value with the most votes; of several such, the one that stands first in the order of preference.
fn majority(kind: &ResultKind, votes: &[Value]) -> Option<Value> {
    let by_preference: Vec<Value> = match kind {
        ResultKind::OneOf(labels) => labels.names().iter().map(|label| Value::from(&**label)).collect(),
        _ => vec![Value::Boolean(false), Value::Boolean(true)],
    };
    let votes_for = |value: &Value| votes.iter().filter(|vote| *vote == value).count();
    // `max_by_key` answers the last of equals.
    by_preference.into_iter().rev().max_by_key(votes_for)
}

fn no_votes() -> Error {
    Error::failed("a jury without votes")
}

fn number(vote: &Value) -> Option<f64> {
    match vote {
        Value::Number(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "a judge's whole numbers are exact as floats")]
        Value::Integer(integer) => Some(*integer as f64),
        _ => None,
    }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[middle - 1], sorted[middle]) } else { sorted[middle] }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / count(numbers.len())
}

fn deviation(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / count(numbers.len())).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "no jury has 2^53 votes")]
fn count(votes: usize) -> f64 {
    votes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result_kind::{Labels, Range};

    const BOOLEAN: ResultKind = ResultKind::Boolean;
    const NUMBER: ResultKind = ResultKind::Number(Range { min: None, max: None });
    const INTEGER: ResultKind = ResultKind::Integer(Range { min: None, max: None });

    fn reduced<T: Into<Value> + Clone>(reduce: Reduce, kind: &ResultKind, votes: &[T]) -> (Value, f64) {
        let votes: Vec<Value> = votes.iter().cloned().map(Into::into).collect();
        reduce.apply(kind, &votes).unwrap()
    }

    #[test]
    fn booleans_are_reduced_by_majority_all_or_any() {
        let votes = [true, false, true, true];
        assert_eq!(reduced(Reduce::Majority, &BOOLEAN, &votes), (true.into(), 0.25));
        assert_eq!(reduced(Reduce::All, &BOOLEAN, &votes), (false.into(), 0.75));
        assert_eq!(reduced(Reduce::Any, &BOOLEAN, &votes), (true.into(), 0.25));
        assert_eq!(reduced(Reduce::All, &BOOLEAN, &[true]), (true.into(), 0.0));
        assert_eq!(reduced(Reduce::Any, &BOOLEAN, &[false]), (false.into(), 0.0));
    }

    #[test]
    fn a_tie_is_false_or_the_label_that_is_named_first() {
        assert_eq!(reduced(Reduce::Majority, &BOOLEAN, &[true, false]), (false.into(), 0.5));
        let labels = ResultKind::OneOf(Labels::new(&["good", "fair", "bad"]));
        assert_eq!(reduced(Reduce::Majority, &labels, &["bad", "fair"]), ("fair".into(), 0.5));
        assert_eq!(reduced(Reduce::Majority, &labels, &["bad", "fair", "bad", "good"]), ("bad".into(), 0.5));
    }

    #[test]
    fn numbers_are_reduced_by_mean_median_min_or_max() {
        let votes = [4.0, 1.0, 1.0, 2.0];
        let deviation = 1.5_f64.sqrt();
        assert_eq!(reduced(Reduce::Mean, &NUMBER, &votes), (2.0.into(), deviation));
        assert_eq!(reduced(Reduce::Median, &NUMBER, &votes), (1.5.into(), deviation));
        assert_eq!(reduced(Reduce::Min, &NUMBER, &votes), (1.0.into(), deviation));
        assert_eq!(reduced(Reduce::Max, &NUMBER, &votes), (4.0.into(), deviation));
        assert_eq!(reduced(Reduce::Median, &NUMBER, &[3.0, 9.0, 1.0]).0, 3.0.into());
    }

    #[test]
    fn the_least_and_the_greatest_whole_number_stay_whole() {
        assert_eq!(reduced(Reduce::Max, &INTEGER, &[1, 3]), (3.into(), 1.0));
        assert_eq!(reduced(Reduce::Mean, &INTEGER, &[1, 2]).0, 1.5.into());
    }

    #[test]
    fn reductions_that_do_not_fit_the_kind_are_an_invalid_config() {
        for (reduce, kind) in [
            (Reduce::Mean, BOOLEAN),
            (Reduce::All, NUMBER),
            (Reduce::Majority, INTEGER),
            (Reduce::Any, ResultKind::OneOf(Labels::new(&["a"]))),
            (Reduce::Majority, ResultKind::Text),
        ] {
            assert!(matches!(reduce.check(&kind), Err(Error::InvalidConfig(_))), "{reduce:?} {kind:?}");
        }
        for kind in [BOOLEAN, NUMBER, INTEGER, ResultKind::OneOf(Labels::new(&["a"]))] {
            assert_eq!(Reduce::default_for(&kind).check(&kind), Ok(()));
        }
    }
}

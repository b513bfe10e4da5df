use std::collections::{BTreeMap, BTreeSet};

use scorebox_core::{FailureKind, Feedback, Number, Value};
use scorebox_eval::{Outcome, RowResult, SkipReason};
use serde::Serialize;

use crate::InputsKey;
use crate::number::length;

/// The longest text that is kept: a longer one is no label.
const MAX_LABEL_BYTES: usize = 256;

/// What a baseline keeps of one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineRow {
    /// The example's place in the dataset.
    pub index: u64,
    /// Which repetition of the example it is.
    #[serde(skip_serializing_if = "is_zero")]
    pub repeat: u32,
    /// The example's id.
    pub id: String,
    /// Names the inputs; none where they were not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<InputsKey>,
    /// The verdicts, by scorer and feedback: booleans, numbers and labels.
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    /// The scorers that failed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, FailureKind>,
    /// The scorers that were not called because there was no prediction.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub skipped: BTreeSet<String>,
}

impl BaselineRow {
    /// What is kept of a row, which should come with its example.
    #[must_use]
    pub fn of(row: &RowResult) -> Self {
        let key = row.content.as_ref().map(|content| InputsKey::of(&content.example.inputs));
        let mut kept = Self {
            index: row.index,
            repeat: row.repeat,
            id: row.id.clone(),
            key,
            values: BTreeMap::new(),
            errors: BTreeMap::new(),
            skipped: BTreeSet::new(),
        };
        for score in &row.scores {
            let scorer = score.scorer.to_string();
            match &score.outcome {
                Outcome::Feedback(feedback) => drop(kept.values.insert(scorer, values(feedback))),
                Outcome::Error(failure) => drop(kept.errors.insert(scorer, failure.kind)),
                Outcome::Skipped(SkipReason::PredictionFailed) => drop(kept.skipped.insert(scorer)),
                Outcome::Skipped(SkipReason::EarlierTurn) => {}
            }
        }
        kept
    }
}

fn values(feedback: &[Feedback]) -> BTreeMap<String, Value> {
    let mut by_name: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for feedback in feedback {
        let is_kept = match &feedback.value {
            Value::Json(_) => false,
            Value::Text(text) => text.len() <= MAX_LABEL_BYTES,
            _ => true,
        };
        if is_kept {
            by_name.entry(&feedback.name).or_default().push(&feedback.value);
        }
    }
    by_name.into_iter().map(|(name, values)| (name.to_owned(), together(&values))).collect()
}

/// One value for several of one name, as on several spans: their mean, unless they are all the same.
fn together(values: &[&Value]) -> Value {
    let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
    let mean = Number::try_from(numbers.iter().sum::<f64>() / length(numbers.len()));
    match (values.windows(2).all(|pair| pair[0] == pair[1]), mean) {
        (false, Ok(mean)) => Value::Number(mean),
        _ => values[0].clone(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(repeat: &u32) -> bool {
    *repeat == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> Value {
        Value::Number(Number::try_from(value).unwrap())
    }

    #[test]
    fn several_values_of_one_name_become_their_mean() {
        assert_eq!(together(&[&Value::Boolean(true), &Value::Boolean(false)]), number(0.5));
        assert_eq!(together(&[&Value::Integer(2), &Value::Integer(2)]), Value::Integer(2));
        let labels = [Value::Text("a".into()), Value::Text("b".into())];
        assert_eq!(together(&[&labels[0], &labels[1]]), labels[0]);
    }
}

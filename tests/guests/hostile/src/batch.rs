//! Answers to `score-batch`.

use crate::{Example, Scored, Value, one};

/// Says for each example how many there were in the call.
pub(crate) fn size(examples: &[Example]) -> Vec<Scored> {
    let size = examples.len() as i64;
    examples.iter().map(|_| one(Value::Integer(size))).collect()
}

pub(crate) fn too_few_results(examples: &[Example]) -> Vec<Scored> {
    examples.iter().skip(1).map(|_| one(Value::Boolean(true))).collect()
}

pub(crate) fn too_many_results(examples: &[Example]) -> Vec<Scored> {
    (0..=examples.len()).map(|_| one(Value::Boolean(true))).collect()
}

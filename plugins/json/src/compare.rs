//! Equality of JSON values by what they mean: numbers by value, objects without regard to the order of keys.

use std::cmp::Ordering;

use scorebox_sdk::serde_json::{Number, Value};

/// A total order in which equal means the same value. It serves to sort; which value is less has no meaning.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => {
            let items = left.iter().zip(right).map(|(left, right)| compare(left, right));
            first_difference(items).then(left.len().cmp(&right.len()))
        }
        (Value::Object(left), Value::Object(right)) => {
            let members =
                left.iter().zip(right).map(|((key, value), (other, o))| key.cmp(other).then_with(|| compare(value, o)));
            first_difference(members).then(left.len().cmp(&right.len()))
        }
        _ => rank(left).cmp(&rank(right)),
    }
}

/// Whether two values mean the same.
pub(crate) fn is_equal(left: &Value, right: &Value) -> bool {
    compare(left, right).is_eq()
}

/// Sorts all arrays, so that two values are equal when they differ in nothing but the order of items.
pub(crate) fn sort_arrays(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort_arrays);
            items.sort_by(compare);
        }
        Value::Object(members) => members.values_mut().for_each(sort_arrays),
        _ => {}
    }
}

fn first_difference(mut orderings: impl Iterator<Item = Ordering>) -> Ordering {
    orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare_numbers(left: &Number, right: &Number) -> Ordering {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => float(left).total_cmp(&float(right)),
    }
}

/// The number as an integer when it is one, however it is written: `2`, `2.0`, `2e0`.
fn whole(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "the guard leaves floats that an i128 holds exactly")]
    (float.fract() == 0.0 && float.abs() < 1e38).then_some(float as i128)
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::MAX)
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::{json, serde_json};

    use super::*;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_equal_by_value() {
        for (left, right) in [("1", "1.0"), ("100", "1e2"), ("-0.0", "0"), ("0.5", "5e-1"), ("1e300", "1.0e300")] {
            assert!(is_equal(&parse(left), &parse(right)), "{left} = {right}");
        }
        for (left, right) in [("1", "2"), ("9007199254740993", "9007199254740992.0"), ("1", "\"1\""), ("0", "null")] {
            assert!(!is_equal(&parse(left), &parse(right)), "{left} ≠ {right}");
        }
    }

    #[test]
    fn the_order_of_keys_has_no_meaning_and_that_of_items_has() {
        assert!(is_equal(&parse(r#"{"a":1,"b":2}"#), &parse(r#"{"b":2,"a":1}"#)));
        assert!(!is_equal(&json!([1, 2]), &json!([2, 1])));
        assert!(!is_equal(&json!([1]), &json!([1, 1])));
    }

    #[test]
    fn sorted_arrays_are_equal_as_multisets_at_any_depth() {
        let mut left = json!([{ "tags": ["b", "a"] }, 1, 1.0]);
        let mut right = json!([1, { "tags": ["a", "b"] }, 1]);
        sort_arrays(&mut left);
        sort_arrays(&mut right);
        assert!(is_equal(&left, &right));
    }
}

use std::fmt::Display;

use scorebox_sdk::{Error, Feedback, Result, Value};

/// What was measured, or whether it is within bounds where the config has some.
pub(super) fn verdict<T>(what: &str, measured: T, min: Option<T>, max: Option<T>) -> Result<Feedback>
where
    T: Copy + Display + PartialOrd + Into<Value>,
{
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(Error::invalid_config(format!("`min` is {min} and `max` {max}: nothing is within these bounds")));
    }
    if min.is_none() && max.is_none() {
        return Ok(Feedback::new(measured).with_rationale(format!("{what}: {measured}")));
    }
    let (passed, how) = match (min, max) {
        (Some(min), _) if measured < min => (false, format!("less than {min}")),
        (_, Some(max)) if measured > max => (false, format!("more than {max}")),
        _ => (true, "within bounds".to_owned()),
    };
    Ok(Feedback::new(passed).with_rationale(format!("{what}: {measured}, {how}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(min: Option<i64>, max: Option<i64>) -> (Value, String) {
        let feedback = verdict("steps", 5, min, max).unwrap();
        (feedback.value, feedback.rationale.unwrap())
    }

    #[test]
    fn without_bounds_the_value_is_what_was_measured() {
        assert_eq!(of(None, None), (5_i64.into(), "steps: 5".into()));
    }

    #[test]
    fn bounds_are_inclusive() {
        assert_eq!(of(Some(5), Some(5)), (true.into(), "steps: 5, within bounds".into()));
        assert_eq!(of(Some(6), None), (false.into(), "steps: 5, less than 6".into()));
        assert_eq!(of(None, Some(4)), (false.into(), "steps: 5, more than 4".into()));
    }

    #[test]
    fn bounds_that_nothing_can_meet_are_an_invalid_config() {
        assert!(matches!(verdict("steps", 5_i64, Some(2), Some(1)), Err(Error::InvalidConfig(_))));
    }
}

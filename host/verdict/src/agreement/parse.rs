use scorebox_core::{Number, Value};

use super::judge::JudgeKind;
use super::labels_error::LabelsProblem;

/// The longest label.
const MAX_LABEL_BYTES: usize = 256;

/// What people write for true and false, in any case.
const TRUE: [&str; 7] = ["true", "yes", "pass", "passed", "1", "t", "y"];
const FALSE: [&str; 7] = ["false", "no", "fail", "failed", "0", "f", "n"];

/// What a person wrote, as a value of the judge's kind; none for an empty cell.
pub(super) fn parse_cell(cell: &str, kind: JudgeKind) -> Result<Option<Value>, LabelsProblem> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    let found = || cell.chars().take(80).collect();
    let value = match kind {
        JudgeKind::Boolean => {
            let is_one_of = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
            match (is_one_of(&TRUE), is_one_of(&FALSE)) {
                (true, _) => Value::Boolean(true),
                (_, true) => Value::Boolean(false),
                _ => return Err(LabelsProblem::NotABoolean { found: found() }),
            }
        }
        JudgeKind::Number => {
            let number = cell.parse::<f64>().ok().and_then(|number| Number::try_from(number).ok());
            Value::Number(number.ok_or_else(|| LabelsProblem::NotANumber { found: found() })?)
        }
        JudgeKind::Label if cell.len() > MAX_LABEL_BYTES => {
            return Err(LabelsProblem::LongLabel { limit: MAX_LABEL_BYTES });
        }
        JudgeKind::Label => Value::Text(cell.to_owned()),
    };
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_booleans_in_many_ways() {
        for (text, expected) in
            [("Yes", true), (" TRUE ", true), ("1", true), ("fail", false), ("No", false), ("0", false)]
        {
            assert_eq!(parse_cell(text, JudgeKind::Boolean).unwrap(), Some(Value::Boolean(expected)), "{text}");
        }
        assert!(parse_cell("maybe", JudgeKind::Boolean).is_err());
        assert!(parse_cell("2", JudgeKind::Boolean).is_err());
    }

    #[test]
    fn an_empty_cell_is_no_label() {
        for kind in [JudgeKind::Boolean, JudgeKind::Number, JudgeKind::Label] {
            assert_eq!(parse_cell("  ", kind).unwrap(), None);
        }
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(parse_cell("4.5", JudgeKind::Number).unwrap().unwrap().as_f64(), Some(4.5));
        for bad in ["nan", "inf", "four", "4,5"] {
            assert!(parse_cell(bad, JudgeKind::Number).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_label_is_short() {
        assert!(parse_cell(&"x".repeat(257), JudgeKind::Label).is_err());
        assert_eq!(parse_cell(" a b ", JudgeKind::Label).unwrap(), Some(Value::Text("a b".into())));
    }
}

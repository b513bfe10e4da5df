use scorebox_core::Json;

use super::MAX_JSON_DEPTH;
use super::columns::push_string;
use super::error::RowProblem;
use super::options::CellType;

/// The types that all cells of a column so far have; cells that are empty fit every type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidates {
    boolean: bool,
    integer: bool,
    number: bool,
    json: bool,
    is_blank: bool,
}

impl Candidates {
    pub(super) const ALL: Self = Self { boolean: true, integer: true, number: true, json: true, is_blank: true };

    /// Strikes out the types that this cell does not have.
    pub(super) fn narrow(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.is_blank = false;
        self.boolean = self.boolean && is_boolean(cell);
        if self.number {
            let is_integer = is_integer(cell);
            self.integer = self.integer && is_integer;
            // An integer beyond 64 bits is an identifier more often than a quantity: as a float it would lose digits.
            self.number = is_integer || is_fractional(cell);
        }
        self.json = self.json && is_container(cell);
    }

    /// The narrowest type that fits all cells.
    pub(super) fn inferred(self) -> CellType {
        match self {
            Self { is_blank: true, .. } => CellType::Text,
            Self { boolean: true, .. } => CellType::Boolean,
            Self { integer: true, .. } => CellType::Integer,
            Self { number: true, .. } => CellType::Number,
            Self { json: true, .. } => CellType::Json,
            _ => CellType::Text,
        }
    }
}

/// Appends a cell that is not empty as JSON of the given type.
pub(super) fn push_cell(cell: &str, cell_type: CellType, json: &mut String) -> Result<(), RowProblem> {
    let fits = match cell_type {
        CellType::Text => {
            push_string(cell, json);
            return Ok(());
        }
        CellType::Integer => is_integer(cell),
        CellType::Number => is_json_number(cell),
        CellType::Boolean => is_boolean(cell),
        CellType::Json => Json::parse_bounded(cell.to_owned(), MAX_JSON_DEPTH).is_ok(),
    };
    if !fits {
        return Err(RowProblem::cell(cell_type.name(), cell));
    }
    json.push_str(cell.trim_ascii());
    Ok(())
}

fn is_boolean(cell: &str) -> bool {
    matches!(cell, "true" | "false")
}

fn is_integer(cell: &str) -> bool {
    is_json_number(cell) && cell.parse::<i64>().is_ok()
}

fn is_fractional(cell: &str) -> bool {
    is_json_number(cell) && cell.contains(['.', 'e', 'E']) && cell.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_container(cell: &str) -> bool {
    let cell = cell.trim_ascii();
    cell.starts_with(['{', '[']) && Json::parse_bounded(cell.to_owned(), MAX_JSON_DEPTH).is_ok()
}

/// Whether the text is a number by RFC 8259: no leading zero, no plus sign, no bare point.
fn is_json_number(text: &str) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.as_bytes();
    rest = rest.strip_prefix(b"-").unwrap_or(rest);
    match (rest.first(), digits(rest)) {
        (_, 0) | (Some(b'0'), 2..) => return false,
        (_, length) => rest = &rest[length..],
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        match digits(fraction) {
            0 => return false,
            length => rest = &fraction[length..],
        }
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        match digits(exponent) {
            0 => return false,
            length => rest = &exponent[length..],
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inferred(cells: &[&str]) -> CellType {
        let mut candidates = Candidates::ALL;
        cells.iter().for_each(|cell| candidates.narrow(cell));
        candidates.inferred()
    }

    #[test]
    fn a_column_has_the_narrowest_type_that_fits_all_its_cells() {
        assert_eq!(inferred(&["true", "", "false"]), CellType::Boolean);
        assert_eq!(inferred(&["1", "-20", ""]), CellType::Integer);
        assert_eq!(inferred(&["1", "2.50", "1e3"]), CellType::Number);
        assert_eq!(inferred(&[r#"{"a":1}"#, "[]"]), CellType::Json);
        assert_eq!(inferred(&["42", "Paris", "true"]), CellType::Text);
        assert_eq!(inferred(&["true", "1"]), CellType::Text);
        assert_eq!(inferred(&["", ""]), CellType::Text);
    }

    #[test]
    fn what_would_lose_something_as_a_number_stays_text() {
        for cell in ["007", "+1", ".5", "1.", "0x10", "1,5", " 1", "NaN", "1e999", "12345678901234567890123"] {
            assert_eq!(inferred(&[cell]), CellType::Text, "{cell}");
        }
    }

    #[test]
    fn brackets_that_are_no_json_stay_text() {
        assert_eq!(inferred(&["[sic]"]), CellType::Text);
        assert_eq!(inferred(&["{name} said"]), CellType::Text);
    }

    proptest! {
        #[test]
        fn number_grammar_is_that_of_json(text in "[-+]?[0-9]{0,3}[.]?[0-9]{0,2}([eE][-+]?[0-9]{0,2})?") {
            prop_assert_eq!(is_json_number(&text), serde_json::from_str::<serde_json::Number>(&text).is_ok());
        }
    }
}

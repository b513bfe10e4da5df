use super::context::{is_detached, words_before};
use super::numbers::{Number, Separator, runs};
use std::ops::Range;

/// Social Security Numbers: `123-45-6789`, or with spaces or nothing between the groups where the words before say what
/// it is. Areas, groups and serials that are never assigned are none.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs(text) {
        for at in 0..run.groups.len() {
            let candidates = [run.number(at, 3), run.number(at, 1)].into_iter().flatten();
            found.extend(candidates.filter(|number| is_ssn(text, number)).map(|number| number.range).next());
        }
    }
    found
}

fn is_ssn(text: &str, number: &Number) -> bool {
    let is_written_so = match (number.shape.as_slice(), number.separator) {
        ([3, 2, 4], Some(Separator::Hyphen)) => true,
        ([3, 2, 4], Some(Separator::Space)) | ([9], None) => is_announced(text, number.range.start),
        _ => false,
    };
    is_written_so && is_assigned(&number.digits(text)) && is_detached(text, &number.range)
}

fn is_announced(text: &str, at: usize) -> bool {
    let words = words_before(text, at);
    let has = |word: &str| words.iter().any(|known| known == word);
    has("ssn") || has("social") && has("security")
}

fn is_assigned(digits: &str) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000"
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::UsSsn)
    }

    #[test]
    fn hyphens_make_one_and_words_do_too() {
        assert_eq!(found("It is 123-45-6789."), ["123-45-6789"]);
        assert_eq!(found("123\u{2011}45\u{2011}6789").len(), 1);
        assert_eq!(found("SSN: 123456789"), ["123456789"]);
        assert_eq!(found("My social security number is 123 45 6789"), ["123 45 6789"]);
    }

    #[test]
    fn other_numbers_of_nine_digits_are_none() {
        for text in [
            "Order 123456789",
            "123 45 6789",
            "123.45.6789",
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn dates_phones_and_parts_of_identifiers_are_none() {
        for text in ["2024-01-15", "15-01-2024", "212-555-0142", "9123-45-6789", "a-123-45-6789", "123-45-6789-1"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

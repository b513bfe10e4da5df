//! Phone numbers. They have no check digit, so form alone decides: a `+`, the groups of North America, a leading 0 with
//! groups, or a word before that says what it is. Where the word before says that it is something else, it is none.

use super::context::{follows_word, is_ascii_word, is_detached, words_before};
use super::numbers::{Number, Run, Separator, end_of_digits, runs};
use std::ops::Range;

/// The most digits that a number has, country included (ITU-T E.164).
const MOST_DIGITS: usize = 15;

/// Phone numbers. One may be found twice, with its country and without; the longer one comes first.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = international(text);
    found.extend(with_area_in_parentheses(text));
    for run in runs(text) {
        let mut at = 0;
        while at < run.groups.len() {
            let number = national(text, &run, at);
            at += number.as_ref().map_or(1, |number| number.shape.len());
            found.extend(number.map(|number| number.range));
        }
    }
    found
}

/// Numbers with a country: `+49 30 901820`, `+1 (212) 555-0142`, `+442079460958`.
fn international(text: &str) -> Vec<Range<usize>> {
    let numbers = text.match_indices('+').filter_map(|(start, _)| {
        let attached = text[..start].chars().next_back().is_some_and(|left| is_ascii_word(left) || left == '+');
        let groups = groups_from(text, start + 1);
        let end = groups.last()?.end;
        let is_number = !attached && is_international(text, &groups);
        (is_number && is_detached(text, &(start..end))).then_some(start..end)
    });
    numbers.collect()
}

/// Groups of digits from a place on, with a separator, parentheses or both between them, up to the most digits.
fn groups_from(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut digits = 0;
    let mut at = start;
    while text[at..].starts_with(|character: char| character.is_ascii_digit()) {
        let end = end_of_digits(text, at);
        digits += end - at;
        if digits > MOST_DIGITS || groups.first().is_some_and(|country| &text[country.clone()] == "1" && digits > 11) {
            break;
        }
        groups.push(at..end);
        let is_between = |character: &char| Separator::of(*character).is_some() || "()".contains(*character);
        at = end + text[end..].chars().take_while(is_between).take(3).map(char::len_utf8).sum::<usize>();
        if at == end {
            break;
        }
    }
    groups
}

fn is_international(text: &str, groups: &[Range<usize>]) -> bool {
    let digits: String = groups.iter().map(|group| &text[group.clone()]).collect();
    let least = if groups.len() == 1 { 10 } else { 8 };
    let is_amount = groups.len() > 1
        && groups[1..].iter().all(|group| group.len() == 3)
        && (digits.len() < 10 || text[groups[0].end..].starts_with('.'));
    // A single digit is an area, as in `+33 1`, or a 0 for calls from inside, as in `+44 (0)20`.
    let is_area_of_one_digit = |at: usize| at == 1 && groups[0].len() <= 3;
    let is_grouped = (1..groups.len()).all(|at| groups[at].len() >= 2 || is_area_of_one_digit(at));
    let is_american = !digits.starts_with('1') || digits.len() == 11 && is_area(&digits[1..]);
    digits.len() >= least && !digits.starts_with('0') && is_grouped && !is_amount && is_american
}

/// Numbers with an area in parentheses: `(212) 555-0142`, `(030) 901820`.
fn with_area_in_parentheses(text: &str) -> Vec<Range<usize>> {
    let numbers = text.match_indices('(').filter_map(|(start, _)| {
        let area = start + 1..end_of_digits(text, start + 1);
        let rest = text[area.end..].strip_prefix(')')?;
        let rest = rest.strip_prefix(|character| Separator::of(character).is_some()).unwrap_or(rest);
        let groups = groups_from(text, text.len() - rest.len());
        let lengths: Vec<usize> = groups.iter().map(ExactSizeIterator::len).collect();
        let end = groups.last()?.end;
        let is_american = area.len() == 3 && is_area(&text[area.clone()]) && lengths == [3, 4];
        let digits = area.len() + lengths.iter().sum::<usize>();
        let is_trunk = has_trunk_prefix(&text[area]) && (9..=12).contains(&digits);
        let is_detached = is_detached(text, &(start..end));
        ((is_american || is_trunk) && is_detached && !is_something_else(text, start)).then_some(start..end)
    });
    numbers.collect()
}

/// The number that begins with a group of a run, without a country.
fn national(text: &str, run: &Run, at: usize) -> Option<Number> {
    let fits = |number: &Number| is_detached(text, &number.range) && !is_something_else(text, number.range.start);
    american(text, run, at)
        .or_else(|| with_trunk_prefix(text, run, at))
        .or_else(|| announced(text, run, at))
        .filter(fits)
}

/// `212-555-0142`, `1-212-555-0142`, or with points.
fn american(text: &str, run: &Run, at: usize) -> Option<Number> {
    let candidates = [run.number(at, 4), run.number(at, 3)].into_iter().flatten();
    candidates.into_iter().find(|number| {
        let digits = number.digits(text);
        let area = match number.shape.as_slice() {
            [1, 3, 3, 4] if digits.starts_with('1') => &digits[1..],
            [3, 3, 4] => &digits,
            _ => return false,
        };
        is_area(area) && matches!(number.separator, Some(Separator::Hyphen | Separator::Dot))
    })
}

/// `020 7946 0958`, `01 23 45 67 89`, `0151-23456789`.
fn with_trunk_prefix(text: &str, run: &Run, at: usize) -> Option<Number> {
    let candidates = (2..=6).rev().filter_map(|count| Some((count, run.number(at, count)?)));
    let mut numbers = candidates.filter(|(count, number)| {
        let (area, rest) = (number.shape[0], &number.shape[1..]);
        let is_long_enough = match number.shape.iter().sum() {
            9..=11 => true,
            12 => *count == 2,
            _ => false,
        };
        let is_american_zip_code = number.shape == [5, 4];
        let is_of_pairs = number.shape.iter().all(|length| *length == 2);
        has_trunk_prefix(&text[run.groups[at].clone()])
            && (2..=5).contains(&area)
            && rest.iter().all(|length| (2..=8).contains(length))
            && is_long_enough
            && !is_american_zip_code
            && (is_of_pairs || number.separator != Some(Separator::Dot))
            && !run.is_within_row(at, *count)
    });
    numbers.next().map(|(_, number)| number)
}

/// Any 7 to 12 digits that a word before says to be a phone number, but no date.
fn announced(text: &str, run: &Run, at: usize) -> Option<Number> {
    if !is_announced(text, run.groups.get(at)?.start) {
        return None;
    }
    let is_date = |shape: &[usize]| matches!(shape, [4, 2, 2] | [2, 2, 4]);
    let fits = |number: &Number| (7..=12).contains(&number.shape.iter().sum::<usize>()) && !is_date(&number.shape);
    (1..=6).rev().filter_map(|count| run.number(at, count)).find(fits)
}

/// Whether digits begin as an area of North America does.
fn is_area(digits: &str) -> bool {
    digits.starts_with(|first: char| ('2'..='9').contains(&first))
}

/// Whether digits begin with one 0, which many countries set before an area.
fn has_trunk_prefix(digits: &str) -> bool {
    digits.len() >= 2 && digits.starts_with('0') && !digits.starts_with("00")
}

/// Whether the words before say that a phone number follows.
fn is_announced(text: &str, at: usize) -> bool {
    const WORDS: [&str; 11] = [
        "phone",
        "telephone",
        "tel",
        "mobile",
        "cell",
        "cellphone",
        "fax",
        "whatsapp",
        "telefon",
        "téléphone",
        "teléfono",
    ];
    const AFTER_CALL: [&str; 8] = ["at", "on", "me", "us", "him", "her", "them", "call"];

    let words = words_before(text, at);
    let is_called = words.iter().take(3).any(|word| word == "call")
        && words.first().is_some_and(|nearest| AFTER_CALL.contains(&nearest.as_str()));
    is_called || words.iter().take(3).any(|word| WORDS.contains(&word.as_str()))
}

/// Whether the words before say that something else follows, and none that a phone number does.
fn is_something_else(text: &str, at: usize) -> bool {
    const WORDS: [&str; 26] = [
        "order",
        "orders",
        "invoice",
        "ticket",
        "tracking",
        "reference",
        "ref",
        "id",
        "sku",
        "isbn",
        "issn",
        "doi",
        "version",
        "account",
        "acct",
        "case",
        "part",
        "serial",
        "model",
        "item",
        "product",
        "batch",
        "lot",
        "article",
        "code",
        "patent",
    ];

    follows_word(text, at, 2, &WORDS) && !is_announced(text, at)
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::Phone)
    }

    #[test]
    fn a_country_makes_a_number() {
        for number in [
            "+1 212 555 0142",
            "+1 (212) 555-0142",
            "+1-555-123-4567",
            "+12125550142",
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "+49\u{a0}30\u{a0}901820",
            "+33.1.23.45.67.89",
            "+45 12 34 56 78",
            "+33 1 23 45 67 89",
            "+358 123 456 789",
        ] {
            assert_eq!(found(&format!("Call {number}, or wait.")), [number]);
        }
        assert_eq!(found("+1 212 555 0142 2024"), ["+1 212 555 0142"]);
    }

    #[test]
    fn sums_and_amounts_are_no_countries() {
        for text in [
            "12+3456789012",
            "+1.234.567",
            "+12 345 678",
            "+5 %",
            "+1 000 000 0000",
            "+0123456789",
            "C++ 12345678",
            "+70000-2-18",
            "+35236450.6",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn north_america_groups_its_numbers() {
        for number in ["212-555-0142", "555.123.4567", "1-800-555-0199", "(555) 123-4567", "(212)555-0142"] {
            assert_eq!(found(&format!("It is {number}.")), [number]);
        }
        assert_eq!(found("212\u{2011}555\u{2011}0142").len(), 1);
    }

    #[test]
    fn a_leading_zero_and_groups_make_a_number() {
        for number in ["020 7946 0958", "01 23 45 67 89", "0151-23456789", "(030) 901820", "(020) 7946 0958"] {
            assert_eq!(found(&format!("It is {number}!")), [number]);
        }
        assert_eq!(found("020 7946 0958 24 hours"), ["020 7946 0958"]);
    }

    #[test]
    fn a_word_before_makes_a_number_of_digits() {
        assert_eq!(found("Tel. 5551234"), ["5551234"]);
        assert_eq!(found("phone number: 212 555 0142"), ["212 555 0142"]);
        assert_eq!(found("Call me at 2125550142"), ["2125550142"]);
        assert_eq!(found("my phone no. 555-1234"), ["555-1234"]);
        assert_eq!(found("The call returned 2125550142"), [""; 0]);
        assert_eq!(found("phone call on 2024-01-15"), [""; 0]);
    }

    #[test]
    fn orders_and_other_names_are_no_numbers() {
        for text in [
            "Order 212-555-0142",
            "order number 0123-4567-89",
            "ISBN 0-306-40615-2",
            "ID: 212.555.0142",
            "Ref (212) 555-0142",
            "x-212-555-0142",
            "212-555-0142-7",
            "3.212.555.0142",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
        assert_eq!(found("Order by phone: 212-555-0142"), ["212-555-0142"]);
    }

    #[test]
    fn dates_times_rows_and_plain_numbers_are_none() {
        for text in [
            "2024-01-15",
            "15-01-2024",
            "01.02.2024",
            "01/02/2024 10:30",
            "2024-01-15 10-30-45",
            "01 02 03 04 05 06 07",
            "2125550142",
            "123-456-7890",
            "100 200 3000",
            "1,234,567,890",
            "(2024) 100 pages",
            "0.123 4567 89",
            "Boston, MA 02111-1307",
            "0879.0020.0002",
            "0303 0315 0062",
            "7-6 (7-4)",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

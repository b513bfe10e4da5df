//! Numbers in texts, and how far apart two of them are.

use std::ops::Range;

/// The number that a text consists of, such as `-1,234.5` or `6e23`; white space around it does not count.
///
/// Commas part groups of three digits, a point parts the fraction. What is too great for a float is no number.
#[must_use]
pub fn whole(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, range) = numbers(text).next()?;
    (range == (0..text.len())).then_some(number)
}

/// The first number in a text.
#[must_use]
pub fn first(text: &str) -> Option<f64> {
    numbers(text).next().map(|(number, _)| number)
}

/// The last number in a text.
#[must_use]
pub fn last(text: &str) -> Option<f64> {
    numbers(text).last().map(|(number, _)| number)
}

/// `|answer - expected|`, unless it is too great for a float.
#[must_use]
pub fn absolute_difference(expected: f64, answer: f64) -> Option<f64> {
    Some((answer - expected).abs()).filter(|difference| difference.is_finite())
}

/// The absolute difference as a share of the expected number; there is none of 0, unless both are 0.
#[must_use]
pub fn relative_difference(expected: f64, answer: f64) -> Option<f64> {
    if expected == answer {
        return Some(0.0);
    }
    absolute_difference(expected, answer)
        .map(|difference| difference / expected.abs())
        .filter(|share| share.is_finite())
}

/// All numbers in a text, with the bytes they take.
fn numbers(text: &str) -> impl Iterator<Item = (f64, Range<usize>)> {
    let mut position = 0;
    std::iter::from_fn(move || {
        while let Some(offset) = text[position..].find(|character: char| character.is_ascii_digit()) {
            let start = start_of(&text[..position + offset], position);
            let end = end_of(text, position + offset);
            position = end;
            let digits = text[start..end].replace(',', "").replace('\u{2212}', "-");
            if let Some(number) = digits.parse().ok().filter(|number: &f64| number.is_finite()) {
                return Some((number, start..end));
            }
        }
        None
    })
}

/// Where a number starts whose first digit follows `before`: at its point or its sign, if it has one.
///
/// A sign or a point after a letter or a digit belongs to that, as in `5-3`. Nothing before `least` is looked at.
fn start_of(before: &str, least: usize) -> usize {
    let after_word = |text: &str| text.ends_with(char::is_alphanumeric);
    let point = before.strip_suffix('.').filter(|rest| rest.len() >= least && !after_word(rest)).unwrap_or(before);
    let sign = point.strip_suffix(['-', '+', '\u{2212}']);
    sign.filter(|rest| rest.len() >= least && !after_word(rest)).unwrap_or(point).len()
}

/// Where the number ends that has a digit at `first`.
fn end_of(text: &str, first: usize) -> usize {
    let has_point = text[..first].ends_with('.');
    let mut end = end_of_digits(text, first);
    if !has_point {
        end = end_of_groups(text, first, end);
        if text[end..].starts_with('.') {
            end = digits_after(text, end + 1).unwrap_or(end);
        }
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
        end = digits_after(text, end + 1 + sign).unwrap_or(end);
    }
    end
}

/// Past further groups of three digits, each after a comma; the first group has one to three.
fn end_of_groups(text: &str, first: usize, mut end: usize) -> usize {
    while end - first <= 3 || text[first..end].contains(',') {
        match digits_after(text, end + 1) {
            Some(next) if text[end..].starts_with(',') && next - end == 4 => end = next,
            _ => break,
        }
    }
    end
}

/// The end of the digits at `start`, if there are any.
fn digits_after(text: &str, start: usize) -> Option<usize> {
    text.get(start..)?.starts_with(|character: char| character.is_ascii_digit()).then(|| end_of_digits(text, start))
}

fn end_of_digits(text: &str, start: usize) -> usize {
    start + text[start..].bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_and_programs_write_them() {
        let cases = [
            ("42", 42.0),
            (" -1,234,567.5 ", -1_234_567.5),
            (".5", 0.5),
            ("+6.02e23", 6.02e23),
            ("\u{2212}3", -3.0),
            ("1e-3", 0.001),
        ];
        for (text, number) in cases {
            assert_eq!(whole(text), Some(number), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_number_as_a_whole() {
        for text in ["", "nan", "inf", "12 apples", "1,23", "1.2.3", "1e999", "--1", "0x1f", "1,2345", "1234,567"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_found_within_a_text() {
        let text = "First 5-3 is 2, then $1,000.";
        assert_eq!(first(text), Some(5.0));
        assert_eq!(last(text), Some(1000.0));
        assert_eq!(numbers("5-3 v1.5 €2").map(|(number, _)| number).collect::<Vec<_>>(), [5.0, 3.0, 1.5, 2.0]);
        assert_eq!(last("no digits"), None);
    }

    #[test]
    fn a_difference_is_finite_or_there_is_none() {
        assert_eq!(relative_difference(4.0, 3.0), Some(0.25));
        assert_eq!(relative_difference(0.0, 0.0), Some(0.0));
        assert_eq!(relative_difference(0.0, 1.0), None);
        assert_eq!(absolute_difference(f64::MAX, f64::MIN), None);
    }
}

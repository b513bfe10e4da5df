//! Numbers, times and texts as people read them.

use std::borrow::Cow;
use std::time::Duration;

/// A count with its thousands apart: `12,345`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with what is counted: `1 row`, `2,000 rows`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{} {what}s", thousands(count)),
    }
}

/// A number with about four digits, and no fewer than two that are not zero.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0.000".to_owned(),
        0.0..1e-4 => format!("{value:.1e}"),
        1e-4..0.001 => format!("{value:.5}"),
        0.001..0.01 => format!("{value:.4}"),
        0.01..10.0 => format!("{value:.3}"),
        10.0..1000.0 => format!("{value:.1}"),
        1000.0..1e15 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range says so")]
            let digits = thousands(value.abs().round() as u64);
            format!("{}{digits}", if value < 0.0 { "-" } else { "" })
        }
        _ => format!("{value:.3e}"),
    }
}

/// `[0.893, 0.928]`
pub(crate) fn interval(low: f64, high: f64) -> String {
    format!("[{}, {}]", number(low), number(high))
}

/// `[-0.0020, +0.024]`
pub(crate) fn signed_interval(low: f64, high: f64) -> String {
    format!("[{}, {}]", signed(low), signed(high))
}

/// A probability as tables show it.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// A number with its sign, as differences are written.
pub(crate) fn signed(value: f64) -> String {
    let text = number(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// Three digits and a unit.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (value, unit) = match seconds {
        0.0..1e-6 => (seconds * 1e9, "ns"),
        1e-6..1e-3 => (seconds * 1e6, "µs"),
        1e-3..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.decimals$} {unit}")
}

/// The beginning of a text, with a mark where the rest was left out.
pub(crate) fn shortened(text: &str, max_characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_characters) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// The beginning of a long text, with a note that says how much more there is.
pub(crate) fn shortened_with_note(text: &str, max_characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_characters) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let left_out = u64::try_from(text[end..].chars().count()).unwrap_or(u64::MAX);
            Cow::Owned(format!("{}… ({} left out)", &text[..end], counted(left_out, "character")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_four_digits() {
        let shown = [0.0, 0.91249, -3.5, 0.0042, 1e-7, 42.25, 1234.5, -98765.4, 1e20].map(number);
        assert_eq!(shown, ["0.000", "0.912", "-3.500", "0.0042", "1.0e-7", "42.2", "1,235", "-98,765", "1.000e20"]);
        assert_eq!([0.011, 0.0, -0.5].map(signed), ["+0.011", "0.000", "-0.500"]);
        assert_eq!(signed_interval(-0.5, 0.25), "[-0.500, +0.250]");
        assert_eq!([0.00001, 0.04].map(p_value), ["< 0.001", "0.040"]);
    }

    #[test]
    fn counts_say_what_is_counted() {
        assert_eq!([0, 1, 12_345].map(|count| counted(count, "row")), ["0 rows", "1 row", "12,345 rows"]);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let shown = [0, 900, 1_500, 45_600, 123_456_789, 2_000_000_000].map(|ns| duration(Duration::from_nanos(ns)));
        assert_eq!(shown, ["0.00 ns", "900 ns", "1.50 µs", "45.6 µs", "123 ms", "2.00 s"]);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöü", 2), "äö…");
        assert_eq!(shortened_with_note("äöü", 1), "ä… (2 characters left out)");
    }
}

//! Numbers as sentences show them.

use std::time::Duration;

use scorebox_stats::Interval;

use crate::number::whole;

/// A number with about four digits, and no fewer than two that are not zero.
pub(crate) fn number(value: f64) -> String {
    at_scale(value, value.abs())
}

/// A number with its sign.
pub(crate) fn signed(value: f64) -> String {
    format!("{}{}", sign(value), number(value))
}

/// A number with its interval, in the same digits: `0.912 [0.893, 0.928]`.
pub(crate) fn estimate(value: f64, interval: Option<Interval>) -> String {
    together(value, interval, |_| "")
}

/// The same with signs: `+0.011 [-0.002, +0.024]`.
pub(crate) fn signed_estimate(value: f64, interval: Option<Interval>) -> String {
    together(value, interval, sign)
}

fn together(value: f64, interval: Option<Interval>, sign: fn(f64) -> &'static str) -> String {
    let ends = interval.map_or([value; 2], |interval| [interval.low, interval.high]);
    let scale = ends.into_iter().fold(value.abs(), |scale, end| scale.max(end.abs()));
    let shown = |value| format!("{}{}", sign(value), at_scale(value, scale));
    match interval {
        Some(interval) => format!("{} [{}, {}]", shown(value), shown(interval.low), shown(interval.high)),
        None => shown(value),
    }
}

fn sign(value: f64) -> &'static str {
    if value > 0.0 { "+" } else { "" }
}

/// A number in the digits that suit one of the given size.
fn at_scale(value: f64, scale: f64) -> String {
    if scale == 0.0 {
        return "0.000".to_owned();
    }
    match scale {
        0.0..1e-4 => format!("{value:.1e}"),
        1e-4..0.001 => format!("{value:.5}"),
        0.001..0.01 => format!("{value:.4}"),
        0.01..10.0 => format!("{value:.3}"),
        10.0..1000.0 => format!("{value:.1}"),
        1000.0..1e15 => format!("{}{}", if value < 0.0 { "-" } else { "" }, thousands(whole(value.abs()))),
        _ => format!("{value:.3e}"),
    }
}

/// A number that someone set, as plainly as it goes, with two decimals where it has fewer.
pub(crate) fn bound(value: f64) -> String {
    let plain = value.to_string();
    match plain.split_once('.') {
        _ if plain.contains('e') || value.abs() >= 1000.0 => plain,
        Some((_, decimals)) if decimals.len() >= 2 => plain,
        _ => format!("{value:.2}"),
    }
}

/// `1,234,567`
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 row`, `1,000 rows`
pub(crate) fn count(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(count))
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

/// `p < 0.001`, `p = 0.04`
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// `a, b and 3 more`
pub(crate) fn list<'t>(items: impl IntoIterator<Item = &'t str>, most: usize) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    let shown = items[..items.len().min(most)].join(", ");
    if items.len() > most { format!("{shown} and {} more", items.len() - most) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_four_digits() {
        let shown = [0.0, 0.91249, -3.5, 0.004_21, 0.000_42, 1.2e-7, 42.25, 1234.5, -98765.4, 1e20].map(number);
        assert_eq!(
            shown,
            ["0.000", "0.912", "-3.500", "0.0042", "0.00042", "1.2e-7", "42.2", "1,235", "-98,765", "1.000e20"]
        );
        assert_eq!([0.011, -0.002, 0.0].map(signed), ["+0.011", "-0.0020", "0.000"]);
    }

    #[test]
    fn an_interval_has_the_digits_of_its_greatest_end() {
        let shown = |value, low, high| signed_estimate(value, Some(Interval { low, high }));
        assert_eq!(shown(0.011, -0.002, 0.024), "+0.011 [-0.002, +0.024]");
        assert_eq!(shown(0.0, -0.0021, 0.0021), "0.0000 [-0.0021, +0.0021]");
        assert_eq!(estimate(0.912, Some(Interval { low: 0.893, high: 0.928 })), "0.912 [0.893, 0.928]");
        assert_eq!(estimate(0.912, None), "0.912");
    }

    #[test]
    fn bounds_are_shown_as_they_were_set() {
        let shown = [0.9, 0.875, 4.0, 0.01, 1234.5, -0.5].map(bound);
        assert_eq!(shown, ["0.90", "0.875", "4.00", "0.01", "1234.5", "-0.50"]);
    }

    #[test]
    fn counts_have_separators_and_plurals() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([count(1, "row"), count(1000, "row")], ["1 row", "1,000 rows"]);
        assert_eq!(list(["a", "b", "c"], 2), "a, b and 1 more");
    }
}

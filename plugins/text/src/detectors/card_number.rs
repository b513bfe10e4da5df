use super::context::is_detached;
use super::numbers::{Run, runs};
use std::ops::Range;

/// How the digits of cards are grouped, where they are.
const SHAPES: [&[usize]; 4] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3]];

/// Numbers of payment cards: an issuer's prefix and length, and a check digit that is right.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    runs(text).iter().flat_map(|run| (0..run.groups.len()).filter_map(|at| card_at(text, run, at))).collect()
}

fn card_at(text: &str, run: &Run, at: usize) -> Option<Range<usize>> {
    let shapes = SHAPES.into_iter().rev().map(<[usize]>::len).chain([1]);
    let card = shapes.filter_map(|count| Some((count, run.number(at, count)?))).find(|(count, number)| {
        let is_shaped = *count == 1 || SHAPES.contains(&number.shape.as_slice());
        is_shaped && !(*count > 1 && run.is_within_row(at, *count)) && is_card(&number.digits(text))
    });
    card.map(|(_, number)| number.range).filter(|range| is_detached(text, range))
}

fn is_card(digits: &str) -> bool {
    let prefix = |length: usize| digits.get(..length).and_then(|prefix| prefix.parse::<u32>().ok()).unwrap_or(0);
    let is_issued = match digits.len() {
        14 => matches!(prefix(2), 36 | 38 | 39) || matches!(prefix(3), 300..=305),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            matches!(prefix(1), 4)
                || matches!(prefix(2), 51..=55 | 62 | 65)
                || matches!(prefix(3), 644..=649)
                || matches!(prefix(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        17..=19 => prefix(2) == 62,
        _ => false,
    };
    is_issued && has_luhn_digit(digits)
}

/// Whether the last digit checks the others (ISO/IEC 7812-1).
fn has_luhn_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::CardNumber)
    }

    #[test]
    fn cards_of_all_issuers_are_found_with_and_without_separators() {
        for card in [
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            "4111111111111111",
            "5555555555554444",
            "2223003122003222",
            "3782 822463 10005",
            "3056 930902 5904",
            "6011111111111117",
            "3530111333300000",
            "6200000000000005",
            "6222 0212 3456 7890 128",
        ] {
            let text = format!("Pay with {card}, please.");
            assert_eq!(found(&text), [card]);
        }
    }

    #[test]
    fn other_long_numbers_are_no_cards() {
        for text in [
            "Order 4111111111111112",
            "Order 1234567890123456",
            "at 1700000000000000",
            "id 9999999999999995",
            "4111 1111 11111111",
            "4111-1111 1111-1111",
            "0.4111111111111111",
            "ref-4111111111111111",
            "a4111111111111111",
            "41111111111111111111",
            "4289851098633925465",
            "4006381333931",
            "0000 0000 0000 0000",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_card_is_found_beside_other_numbers_but_not_in_a_row_of_such() {
        assert_eq!(found("1 x 4111 1111 1111 1111 12/26").len(), 1);
        assert_eq!(found("100 4111 1111 1111 1111 26").len(), 1);
        assert_eq!(found("2020 4111 1111 1111 1111 2021"), [""; 0]);
    }
}

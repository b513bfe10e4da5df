//! Finds personal data by its form: addresses and numbers that have a shape, and where possible a check digit.
//!
//! Names, postal addresses and dates of birth have neither and are not looked for. All detectors scan by hand, in one pass
//! and without regular expressions, which a fresh instance would have to compile for every row.

mod card_number;
mod context;
mod email;
mod iban;
mod ip_address;
mod mac_address;
mod numbers;
mod phone;
mod us_ssn;

use scorebox_sdk::{Serialize, config};
use std::collections::BTreeMap;
use std::ops::Range;

/// A kind of personal data.
#[config]
#[derive(Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// An International Bank Account Number with its length and check digits.
    Iban,
    /// A number of a payment card with its prefix and check digit (Luhn).
    CardNumber,
    /// A Social Security Number of the United States.
    UsSsn,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// A MAC address.
    MacAddress,
    /// A phone number.
    Phone,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes.
    pub range: Range<usize>,
}

/// What a text holds, in its order. No two findings overlap: what has a check digit goes before what has none, so that a
/// card number is not a phone number as well.
#[must_use]
pub fn find(text: &str) -> Vec<Finding> {
    type Detector = fn(&str) -> Vec<Range<usize>>;
    const BY_PRECEDENCE: [(Kind, Detector); 7] = [
        (Kind::Email, email::find),
        (Kind::Iban, iban::find),
        (Kind::CardNumber, card_number::find),
        (Kind::UsSsn, us_ssn::find),
        (Kind::IpAddress, ip_address::find),
        (Kind::MacAddress, mac_address::find),
        (Kind::Phone, phone::find),
    ];

    let mut found: BTreeMap<usize, (usize, Kind)> = BTreeMap::new();
    for (kind, detector) in BY_PRECEDENCE {
        for range in detector(text) {
            let before = found.range(..range.end).next_back();
            if before.is_none_or(|(_, (end, _))| *end <= range.start) {
                found.insert(range.start, (range.end, kind));
            }
        }
    }
    found.into_iter().map(|(start, (end, kind))| Finding { kind, range: start..end }).collect()
}

/// A text with its letters and digits covered: the form is left, and nothing else.
#[must_use]
pub fn masked(text: &str) -> String {
    text.chars().map(|character| if character.is_alphanumeric() { '*' } else { character }).collect()
}

/// The findings of one kind, in clear.
#[cfg(test)]
fn found(text: &str, kind: Kind) -> Vec<&str> {
    find(text).into_iter().filter(|finding| finding.kind == kind).map(|finding| &text[finding.range]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        find(text).into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn findings_are_in_the_order_of_the_text() {
        let text = "Call +1 212 555 0142 or write to joe@x.org from 10.1.2.3, card 4111 1111 1111 1111.";
        assert_eq!(kinds(text), [Kind::Phone, Kind::Email, Kind::IpAddress, Kind::CardNumber]);
    }

    #[test]
    fn what_is_found_once_is_not_found_as_something_else() {
        assert_eq!(kinds("tel 4111111111111111"), [Kind::CardNumber]);
        assert_eq!(kinds("phone 078-05-1120"), [Kind::UsSsn]);
        assert_eq!(kinds("DE89 3704 0044 0532 0130 00"), [Kind::Iban]);
        assert_eq!(kinds("+12125550142@sms.example.org"), [Kind::Email]);
    }

    #[test]
    fn ordinary_texts_hold_nothing() {
        for text in [
            "",
            "On 2024-01-15 at 10:30:45 version 1.2.3.4 came out, see chapter 3.1.4.",
            "Order 1234567890123456 has 1,234,567 items for $1,234.56 (tracking 940 011 189 922).",
            "The hash is 3f2504e0-4f89-11d3-9a0c-0305e82c3301, the timestamp 1700000000000.",
            "π is 3.14159265358979, and 6.02214076e23 is a lot. ISBN 978-3-16-148410-0, 0-306-40615-2.",
            "Scores: 101-98, 7-6 (7-4); 2019-2024; pages 100-200; 10.000.000 people; 2 001 234 567.",
            "`std::fmt::Display`, `a::b::c`, `@app.route`, `logo@2x.png`, `react@18.2.0`, user@localhost",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn texts_of_any_script_are_cut_between_characters() {
        let text = "请联系é+49 30 901820–或joe@x.org、4111 1111 1111 1111。";
        for finding in find(text) {
            assert!(text.is_char_boundary(finding.range.start) && text.is_char_boundary(finding.range.end));
        }
        assert!(kinds(text).contains(&Kind::CardNumber));
    }

    #[test]
    fn a_mask_leaves_the_form() {
        assert_eq!(masked("joe.é@x-1.org"), "***.*@*-*.***");
        assert_eq!(masked("+1 (212) 555-0142"), "+* (***) ***-****");
    }
}

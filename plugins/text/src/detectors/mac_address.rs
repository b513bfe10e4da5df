use super::context::{after, before};
use std::ops::Range;

/// The length of `00:1b:44:11:3a:b7`.
const LENGTH: usize = 17;

/// MAC addresses: six pairs of hexadecimal digits with colons or hyphens, and not only 0 or only f.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let starts = text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_hexdigit());
    starts.map(|(start, _)| start..start + LENGTH).filter(|range| is_address(text, range)).collect()
}

fn is_address(text: &str, range: &Range<usize>) -> bool {
    let Some(address) = text.get(range.clone()) else { return false };
    let bytes = address.as_bytes();
    let separator = bytes[2];
    if separator != b':' && separator != b'-' {
        return false;
    }
    let is_in_place = |(place, byte): (usize, &u8)| {
        if place % 3 == 2 { *byte == separator } else { byte.is_ascii_hexdigit() }
    };
    let goes_on = |character: Option<char>| {
        character.is_some_and(|character| {
            character.is_ascii_alphanumeric() || character == '_' || character == char::from(separator)
        })
    };
    let is_all = |digit: u8| bytes.iter().all(|byte| *byte == separator || byte.eq_ignore_ascii_case(&digit));
    bytes.iter().enumerate().all(is_in_place)
        && !goes_on(before(text, range.start))
        && !goes_on(after(text, range.end))
        && !is_all(b'0')
        && !is_all(b'f')
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::MacAddress)
    }

    #[test]
    fn colons_and_hyphens_part_the_pairs() {
        assert_eq!(found("MAC 00:1b:44:11:3A:b7."), ["00:1b:44:11:3A:b7"]);
        assert_eq!(found("00-1B-44-11-3A-B7"), ["00-1B-44-11-3A-B7"]);
    }

    #[test]
    fn times_fingerprints_and_special_addresses_are_none() {
        for text in [
            "12:30:45",
            "00:1b:44:11:3a",
            "00:1b:44:11:3a:b7:00:1b:44:11",
            "00:1b-44:11-3a:b7",
            "00:1b:44:11:3a:g7",
            "00:00:00:00:00:00",
            "FF:ff:FF:ff:FF:ff",
            "x00:1b:44:11:3a:b7",
            "00:1b:44:11:3a:é",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

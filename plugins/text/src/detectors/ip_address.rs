use super::context::{after, before, follows_word, is_ascii_word, is_detached_from};
use super::numbers::{Separator, runs};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// IPv4 and IPv6 addresses, private ones too, but not those that stand for the machine itself or for any.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = find_ipv4(text);
    found.extend(find_ipv6(text));
    found
}

fn find_ipv4(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs(text) {
        for at in 0..run.groups.len() {
            let Some(number) = run.number(at, 4) else { continue };
            let is_written_so = number.separator == Some(Separator::Dot) && is_detached_from(text, &number.range, ".");
            if is_written_so && is_ipv4(&text[number.range.clone()]) && !is_version(text, &number.range) {
                found.push(number.range);
            }
        }
    }
    found
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>()
        .is_ok_and(|address| !address.is_loopback() && address.octets()[0] != 0 && !address.is_broadcast())
}

/// Whether the words around say that this is a version or a section: `version 1.2.3.4`, `App/1.2.3.4`, `1.2.3.4-rc1`.
fn is_version(text: &str, range: &Range<usize>) -> bool {
    const WORDS: [&str; 17] = [
        "version", "versions", "ver", "v", "release", "build", "firmware", "driver", "update", "upgrade", "revision",
        "rev", "patch", "section", "chapter", "clause", "oid",
    ];

    let mut left = text[..range.start].chars().rev();
    match left.next() {
        Some('§') => return true,
        Some('/') if left.next().is_some_and(char::is_alphabetic) => return true,
        _ => {}
    }
    follows_word(text, range.start, 1, &WORDS)
}

fn find_ipv6(text: &str) -> Vec<Range<usize>> {
    let is_part = |character: char| character.is_ascii_hexdigit() || ":.".contains(character);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(is_part) {
        let start = at + offset;
        at = text[start..].find(|character| !is_part(character)).map_or(text.len(), |length| start + length);
        found.extend(ipv6_in(text, start..at));
    }
    found
}

/// The address in a stretch of hexadecimal digits, colons and points, without the punctuation at its ends.
fn ipv6_in(text: &str, stretch: Range<usize>) -> Option<Range<usize>> {
    let mut range = stretch;
    if text[range.clone()].starts_with(':') && !text[range.clone()].starts_with("::") {
        range.start += 1;
    } else if before(text, range.start).is_some_and(is_ascii_word) {
        return None;
    }
    if after(text, range.end).is_some_and(is_ascii_word) {
        return None;
    }
    range.end = range.start + text[range.clone()].trim_end_matches('.').len();
    if text[range.clone()].ends_with(':') && !text[range.clone()].ends_with("::") {
        range.end -= 1;
    }
    is_ipv6(&text[range.clone()]).then_some(range)
}

/// Global, unique local, link-local and multicast addresses: paths of programs, such as `a::b`, parse as others.
fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok_and(|address| matches!(address.segments()[0], 0x2000..=0x3fff | 0xfc00..=0xffff))
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::IpAddress)
    }

    #[test]
    fn addresses_of_both_versions_are_found() {
        assert_eq!(found("from 203.0.113.7, via 10.0.0.0/8."), ["203.0.113.7", "10.0.0.0"]);
        assert_eq!(found("http://192.168.1.1:8080/x"), ["192.168.1.1"]);
        assert_eq!(found("[2001:db8::8a2e:370:7334]:443, fe80::1%eth0"), ["2001:db8::8a2e:370:7334", "fe80::1"]);
        assert_eq!(
            found("It is 2001:0db8:85a3:0000:0000:8a2e:0370:7334."),
            ["2001:0db8:85a3:0000:0000:8a2e:0370:7334"]
        );
        assert_eq!(found("ip:2001:db8::1:"), ["2001:db8::1"]);
    }

    #[test]
    fn versions_and_sections_are_none() {
        for text in [
            "version 1.2.3.4",
            "v1.2.3.4",
            "Version: 10.0.0.1",
            "build 10.0.19041.1",
            "Chrome/91.0.4472.124",
            "App/1.2.3.4",
            "1.2.3.4-rc1",
            "1.2.3.4.5",
            "1.2.3",
            "256.1.1.1",
            "01.02.03.04",
            "§1.2.3.4",
            "section 1.2.3.4",
            "oid!(1.2.3.4)",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_machine_itself_is_nobody() {
        assert_eq!(found("127.0.0.1 0.0.0.0 0.10.9.7 255.255.255.255 ::1 ::"), [""; 0]);
    }

    #[test]
    fn times_paths_and_fingerprints_are_none() {
        for text in
            ["12:30:45", "std::fmt", "a::b", "face::1", "00:1b:44:11:3a:b7", "12:34:56:78:90:12:34:56", "ratio 1:2:3"]
        {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

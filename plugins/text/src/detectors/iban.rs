use super::context::{after, before, is_ascii_word};
use super::numbers::Separator;
use std::ops::Range;

/// The countries of the IBAN registry (ISO 13616) with the length of their numbers.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 \
    DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 \
    KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 \
    PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 \
    YE30";

/// International Bank Account Numbers, without separators or with a space after every four characters: a country, its
/// length, and check digits that are right.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let starts = text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_alphabetic());
    starts.filter_map(|(start, _)| iban_at(text, start)).collect()
}

fn iban_at(text: &str, start: usize) -> Option<Range<usize>> {
    let has_check_digits = text.as_bytes().get(start + 2..start + 4)?.iter().all(u8::is_ascii_digit);
    if !has_check_digits || before(text, start).is_some_and(is_ascii_word) {
        return None;
    }
    let country = text.get(start..start + 2)?.to_ascii_uppercase();
    let length = length_of(&country)?;
    let (end, characters) = characters(text, start, length)?;
    let is_alone = !after(text, end).is_some_and(is_ascii_word);
    (is_alone && is_checked(&characters)).then_some(start..end)
}

fn length_of(country: &str) -> Option<usize> {
    LENGTHS.split_ascii_whitespace().find_map(|entry| entry.strip_prefix(country)?.parse().ok())
}

/// `length` letters and digits from a place on, in upper case, and where they end.
fn characters(text: &str, start: usize, length: usize) -> Option<(usize, Vec<u8>)> {
    let mut characters = Vec::with_capacity(length);
    for (offset, character) in text[start..].char_indices() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii_alphanumeric() => characters.push(byte.to_ascii_uppercase()),
            _ if Separator::of(character) == Some(Separator::Space) && characters.len().is_multiple_of(4) => {}
            _ => return None,
        }
        if characters.len() == length {
            return Some((start + offset + 1, characters));
        }
    }
    None
}

/// Whether the number, with its first four characters at the end and letters as 10 to 35, is 1 modulo 97.
fn is_checked(characters: &[u8]) -> bool {
    let (head, account) = characters.split_at(4);
    let remainder = account.iter().chain(head).fold(0_u32, |remainder, character| match character {
        b'0'..=b'9' => (remainder * 10 + u32::from(character - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::Iban)
    }

    #[test]
    fn ibans_of_several_countries_are_found() {
        for iban in [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "GB82 WEST 1234 5698 7654 32",
            "gb82west12345698765432",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NO93 8601 1117 947",
            "MT84\u{a0}MALT\u{a0}0110\u{a0}0001\u{a0}2345\u{a0}MTLC\u{a0}AST0\u{a0}01S",
        ] {
            let text = format!("Pay to {iban} now.");
            assert_eq!(found(&text), [iban]);
        }
    }

    #[test]
    fn a_wrong_digit_length_or_country_is_none() {
        for text in [
            "DE89370400440532013001",
            "DE8937040044053201300",
            "DE893704004405320130001",
            "XX89370400440532013000",
            "aDE89370400440532013000",
            "DE89-3704-0044-0532-0130-00",
            "DE8 93704004405 32013000",
            "DEAD BEEF DEAD BEEF DEAD BE",
            "de",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

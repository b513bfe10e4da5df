use std::ops::Range;

/// The longest part before the `@` and the longest domain, in characters (RFC 5321).
const LONGEST_LOCAL_PART: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// E-mail addresses, without quotes and comments.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    text.match_indices('@').filter_map(|(at, _)| address_at(text, at)).collect()
}

fn address_at(text: &str, at: usize) -> Option<Range<usize>> {
    let start = start_of_local_part(text, at)?;
    let end = end_of_domain(text, at + 1)?;
    (!is_user_of_url(text, start) && !is_remote_path(text, end)).then_some(start..end)
}

fn start_of_local_part(text: &str, at: usize) -> Option<usize> {
    let mut start = at;
    for (place, character) in text[..at].char_indices().rev().take(LONGEST_LOCAL_PART) {
        if !is_letter_or_digit(character) && !"._%+-'".contains(character) {
            break;
        }
        start = place;
    }
    let local_part = text[start..at].trim_start_matches(['.', '\'', '-', '%']);
    let is_well_formed = !local_part.is_empty() && !local_part.ends_with('.') && !local_part.contains("..");
    is_well_formed.then_some(at - local_part.len())
}

fn end_of_domain(text: &str, start: usize) -> Option<usize> {
    let is_part = |(_, character): &(usize, char)| is_letter_or_digit(*character) || ".-".contains(*character);
    let length = text[start..]
        .char_indices()
        .take(LONGEST_DOMAIN)
        .take_while(is_part)
        .last()
        .map(|(place, character)| place + character.len_utf8())?;
    let domain = text[start..start + length].trim_end_matches(['.', '-']);
    is_domain(domain).then_some(start + domain.len())
}

/// Whether a name has labels that end in a top-level domain. Versions of packages and names of image files do not.
fn is_domain(name: &str) -> bool {
    const IMAGES: [&str; 6] = ["gif", "jpeg", "jpg", "png", "svg", "webp"];

    let labels: Vec<&str> = name.split('.').collect();
    let [first, second, ..] = labels[..] else { return false };
    let last = labels[labels.len() - 1];
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    labels.iter().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
        && !(is_number(first) && is_number(second))
        && !IMAGES.contains(&last.to_ascii_lowercase().as_str())
}

/// Letters of the scripts that set words apart: others would draw the words around an address into it.
fn is_letter_or_digit(character: char) -> bool {
    const FIRST_OF_SCRIPTS_WITHOUT_SPACES: char = '\u{e00}';
    character.is_alphanumeric() && character < FIRST_OF_SCRIPTS_WITHOUT_SPACES
}

/// Whether this is the password or the user in front of a URL's host: `https://user:password@host.org`.
fn is_user_of_url(text: &str, start: usize) -> bool {
    const FARTHEST: usize = 80;

    let from = text[..start].char_indices().rev().take(FARTHEST).last().map_or(start, |(from, _)| from);
    let word = text[from..start].rsplit(char::is_whitespace).next().unwrap_or_default();
    word.rsplit_once("://").is_some_and(|(_, authority)| !authority.contains(['/', '?', '#']))
}

/// Whether this is the host of a path, as git and scp write it: `git@host.org:group/project`.
fn is_remote_path(text: &str, end: usize) -> bool {
    let mut next = text[end..].chars();
    next.next() == Some(':')
        && next.next().is_some_and(|character| character.is_alphanumeric() || "/~".contains(character))
}

#[cfg(test)]
mod tests {
    use crate::detectors::Kind;

    fn found(text: &str) -> Vec<&str> {
        crate::detectors::found(text, Kind::Email)
    }

    #[test]
    fn addresses_are_found_without_what_is_around_them() {
        assert_eq!(
            found("Write to <joe@example.com>, or joe.b+tag@mail.example.co.uk."),
            ["joe@example.com", "joe.b+tag@mail.example.co.uk"]
        );
        assert_eq!(found("mailto:o'neil_1@x-y.org?subject=a"), ["o'neil_1@x-y.org"]);
        assert_eq!(found("'joe@x.org' (...joe@x.org...)"), ["joe@x.org", "joe@x.org"]);
        assert_eq!(found("https://x.org/?to=joe@x.org"), ["joe@x.org"]);
    }

    #[test]
    fn letters_beyond_ascii_are_letters() {
        assert_eq!(found("josé@exämple.de"), ["josé@exämple.de"]);
        assert_eq!(found("请联系joe@x.com。"), ["joe@x.com"]);
        assert_eq!(found("a@b.xn--p1ai"), ["a@b.xn--p1ai"]);
    }

    #[test]
    fn other_uses_of_the_sign_are_none() {
        for text in [
            "@joe",
            "joe@",
            "joe @ x.org",
            "root@localhost",
            "a@b.c",
            "react@18.2.0",
            "pkg@1.0.0-beta.rc",
            "logo@2x.png",
            "@app.route",
            "joe@-x.org",
            "joe@x..org",
            "a..b@x.org",
            "git@github.com:group/project.git",
            "https://user:secret@db.example.com/x",
            "3 @ 1.50",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

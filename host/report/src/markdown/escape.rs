//! Texts of others in Markdown, so that they show as they are and do nothing.
//!
//! What comes from rows stands in code only: there neither GitHub nor GitLab looks for markup, links, mentions or
//! references. It never begins a line, where GitLab would take `/close` for a command.

use std::borrow::Cow;

use crate::shown::shortened;

const MAX_PROSE_CHARACTERS: usize = 1_000;
/// Invisible, without width, and not a part of any word.
const WORD_JOINER: char = '\u{2060}';

/// The beginning of a text as code.
pub(super) fn code(text: &str, max_characters: usize) -> String {
    let text = shortened(text, max_characters);
    let text: String = text.chars().map(one_line).collect();
    if text.trim().is_empty() {
        return "*(empty)*".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let padding = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// The same for the cell of a table, where a `|` would end the cell even in code.
pub(super) fn code_in_cell(text: &str, max_characters: usize) -> String {
    // A backslash before the `|` would escape the backslash that escapes the `|`.
    let apart = text.replace("\\|", &format!("\\{WORD_JOINER}|"));
    code(&apart, max_characters).replace('|', "\\|")
}

/// A sentence that Scorebox wrote, with names and values of others in it, outside of code.
pub(super) fn prose(text: &str) -> String {
    let text = shortened(text, MAX_PROSE_CHARACTERS);
    let mut escaped = String::with_capacity(text.len());
    let mut previous = ' ';
    for character in text.chars().map(one_line) {
        // `://` and `www.` would become links.
        if (previous == ':' && character == '/') || (previous == 'w' && character == '.') {
            escaped.push(WORD_JOINER);
        }
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '@' | '$'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
        // A name behind it would be notified, an issue with the number behind it would be linked.
        if matches!(character, '@' | '#') {
            escaped.push(WORD_JOINER);
        }
        previous = character;
    }
    escaped
}

/// The content of an element of HTML that keeps line breaks, on one line of the source.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' => escaped.push_str("&#10;"),
            _ => escaped.push(one_line(character)),
        }
    }
    escaped
}

/// A text for a comment of HTML, in which it neither ends the comment nor depends on how the comment is read.
pub(super) fn comment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'/' | b'@' => escaped.push(char::from(byte)),
            b'-' if !escaped.ends_with('-') => escaped.push('-'),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// White space instead of line breaks, and a mark instead of what cannot be seen: other control characters, and those that
/// turn the direction of the text around.
fn one_line(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ if character.is_control() => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// A text that is JSON, as a person reads it: without quotation marks where it is a string.
pub(super) fn plain(json: &str) -> Cow<'_, str> {
    serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        assert_eq!(code("plain", 80), "`plain`");
        assert_eq!(code("a `b` ```c", 80), "````a `b` ```c````");
        assert_eq!(code("`x`", 80), "`` `x` ``");
        assert_eq!(code(" \n ", 80), "*(empty)*");
        assert_eq!(code("a\n/close\r\n\u{1b}[1m\u{202e}", 80), "`a /close  \u{fffd}[1m\u{fffd}`");
        assert_eq!(code("@team #1 <b> https://example.com", 9), "`@team #1 …`");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(code_in_cell("a|b", 80), r"`a\|b`");
        assert_eq!(code_in_cell(r"a\|b", 80), "`a\\\u{2060}\\|b`");
    }

    #[test]
    fn prose_has_no_markup_mentions_links_or_references() {
        assert_eq!(prose("p < 0.05 for `a_b` | *c*"), r"p \< 0.05 for \`a\_b\` \| \*c\*");
        assert_eq!(prose("@team #1"), "\\@\u{2060}team \\#\u{2060}1");
        assert_eq!(prose("https://a www.b"), "https:\u{2060}//a www\u{2060}.b");
        assert_eq!(prose("a\n/close"), "a /close");
    }

    #[test]
    fn html_stays_text_on_one_line() {
        assert_eq!(html("<b>&\"\r\n\n/close</pre>"), "&lt;b&gt;&amp;\"&#10;&#10;/close&lt;/pre&gt;");
    }

    #[test]
    fn a_comment_cannot_be_ended() {
        assert_eq!(comment("support-qa@3"), "support-qa@3");
        assert_eq!(comment("a--> <b>"), "a-%2D%3E%20%3Cb%3E");
    }
}

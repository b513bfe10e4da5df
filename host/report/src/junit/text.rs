use std::borrow::Cow;

use quick_junit::XmlString;

/// Texts of failures that a document holds, as bytes of XML.
const MAX_TEXT_BYTES: usize = 8 << 20;

/// What is left for the texts of failures.
#[derive(Debug)]
pub(super) struct TextBudget {
    left: usize,
}

impl Default for TextBudget {
    fn default() -> Self {
        Self { left: MAX_TEXT_BYTES }
    }
}

impl TextBudget {
    /// The text, or none once too much was said.
    pub(super) fn spend(&mut self, text: &str) -> Option<XmlString> {
        self.left = self.left.checked_sub(length_in_xml(text))?;
        Some(xml_text(text))
    }
}

fn length_in_xml(text: &str) -> usize {
    let length = |byte| match byte {
        b'"' | b'\'' => "&quot;".len(),
        b'<' | b'>' | b'&' => "&lt;".len(),
        _ => 1,
    };
    text.bytes().map(length).sum()
}

/// A text that may stand in XML 1.0: where a control character or another that it forbids stood, there is U+FFFD.
///
/// `XmlString` would remove escape sequences with all that it takes for a part of them, and tabs. Nothing of that is left
/// for it to find here.
pub(super) fn xml_text(text: &str) -> XmlString {
    let is_kept = |character: char| match character {
        '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    };
    if text.chars().all(is_kept) {
        return XmlString::new(text);
    }
    let shown: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|character| match character {
            '\t' => ' ',
            '\r' => '\n',
            _ if is_kept(character) => character,
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect();
    XmlString::new(shown)
}

/// A text as one line, for an attribute.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r']) {
        Cow::Owned(text.split(['\n', '\r']).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_replaced_and_nothing_else_is_lost() {
        let shown = |text: &str| xml_text(text).into_string();
        assert_eq!(shown("a\u{1b}[31mred\u{1b}]0;all of it"), "a\u{fffd}[31mred\u{fffd}]0;all of it");
        assert_eq!(shown("\u{0}\u{8}\u{b}\u{7f}\u{9b}\u{fffe}\u{ffff}"), "\u{fffd}".repeat(7));
        assert_eq!(shown("a\tb\r\nc\rd\ne"), "a b\nc\nd\ne");
        assert_eq!(shown("日本 🏯 ]]> <&>\"'"), "日本 🏯 ]]> <&>\"'");
    }

    #[test]
    fn once_too_much_was_said_there_is_no_more() {
        let mut budget = TextBudget { left: 8 };
        assert!(budget.spend("\"").is_some(), "six bytes in XML");
        assert!(budget.spend("abc").is_none());
        assert!(budget.spend("ab").is_some());
    }

    #[test]
    fn an_attribute_has_no_line_breaks() {
        assert_eq!(one_line("a\r\n\nb\rc"), "a b c");
    }
}

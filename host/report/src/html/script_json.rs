//! JSON that can stand in a `<script>` element, whatever its strings hold.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Characters that a string must not hold literally: `<` could end the element or begin a comment, and the line
/// separators are line ends to older scripts.
const ESCAPED: [char; 3] = ['<', '\u{2028}', '\u{2029}'];

/// Compact JSON without the characters of [`ESCAPED`].
struct ScriptFormatter;

impl Formatter for ScriptFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(ESCAPED) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut behind = rest[at..].chars();
            let Some(escaped) = behind.next() else { break };
            write!(writer, "\\u{:04x}", u32::from(escaped))?;
            rest = behind.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Writes a value as JSON that can stand in a script element.
pub(super) fn write_json<V: Serialize + ?Sized>(writer: &mut dyn Write, value: &V) -> Result<(), serde_json::Error> {
    value.serialize(&mut Serializer::with_formatter(writer, ScriptFormatter))
}

/// A value as JSON that can stand in a script element.
pub(super) fn json_text<V: Serialize + ?Sized>(value: &V) -> Result<Box<str>, serde_json::Error> {
    let mut bytes = Vec::new();
    write_json(&mut bytes, value)?;
    // The serialiser writes UTF-8 only.
    String::from_utf8(bytes).map(String::into_boxed_str).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_in_a_string_can_end_the_element() {
        let hostile = "</script><!-- <script>\u{2028}\u{2029}\u{0}\"";
        let json = json_text(hostile).unwrap();
        assert_eq!(&*json, "\"\\u003c/script>\\u003c!-- \\u003cscript>\\u2028\\u2029\\u0000\\\"\"");
    }

    proptest! {
        #[test]
        fn strings_survive(text in ".*", key in "[<a\u{2028}]*") {
            let value = std::collections::BTreeMap::from([(key, text)]);
            let json = json_text(&value).unwrap();
            prop_assert!(!json.contains(ESCAPED));
            let back: std::collections::BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back, value);
        }
    }
}

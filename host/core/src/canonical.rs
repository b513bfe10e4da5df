//! One text for each JSON value, whoever printed it: RFC 8785, except that integers of 64 bits stay exact.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Number;

/// Why a JSON text has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number is larger than a 64-bit float can be.
    #[error("the number {0} is larger than a 64-bit float can be")]
    NumberOutOfRange(String),
    /// A string has one half of a surrogate pair, so it stands for no text.
    #[error("a string holds a lone surrogate, which is no Unicode text")]
    LoneSurrogate,
}

/// The canonical form of a text that is valid JSON.
///
/// Keys of objects are in the order of their UTF-16 code units, of equal keys the last one counts; there is no white
/// space; strings escape what they must. Integers within the range of `i64` or `u64` are exact; every other number is a
/// 64-bit float, written as ECMAScript does. Uses no recursion, so no depth is too deep.
pub(crate) fn canonical(text: &str) -> Result<String, NotCanonical> {
    let mut writer = Writer { text: String::with_capacity(text.len()), open: Vec::new() };
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            b'{' | b'[' | b'}' | b']' | b',' | b':' => {
                writer.punctuation(char::from(first));
                1
            }
            b'"' => {
                let length = string_length(rest);
                writer.string(&rest[..length])?;
                length
            }
            b't' | b'f' | b'n' => {
                let length = scalar_length(rest);
                writer.text.push_str(&rest[..length]);
                length
            }
            _ => {
                let length = scalar_length(rest);
                push_number(&mut writer.text, &rest[..length])?;
                length
            }
        };
        rest = &rest[length..];
    }
    Ok(writer.text)
}

/// What has been written, and the arrays and objects that are still open.
struct Writer {
    text: String,
    open: Vec<Open>,
}

enum Open {
    Array,
    Object(Members),
}

/// The members of an object that is still open, each written where it came.
#[derive(Default)]
struct Members {
    /// Where the object begins.
    start: usize,
    /// Of each member that is complete its key, and where it was written, without the comma before it.
    done: Vec<(String, Range<usize>)>,
    /// The key of the member that is being read, and where it begins.
    current: Option<(String, usize)>,
}

impl Writer {
    fn punctuation(&mut self, mark: char) {
        if matches!(mark, ',' | '}') {
            self.end_member();
        }
        match mark {
            '[' => self.open.push(Open::Array),
            '{' => self.open.push(Open::Object(Members { start: self.text.len(), ..Members::default() })),
            '}' => return self.end_object(),
            ']' => drop(self.open.pop()),
            _ => {}
        }
        self.text.push(mark);
    }

    /// A string: a value, or the key of an object's next member.
    fn string(&mut self, token: &str) -> Result<(), NotCanonical> {
        let start = self.text.len();
        let content = string_content(token)?;
        match &content {
            Cow::Borrowed(_) => self.text.push_str(token),
            Cow::Owned(content) => push_string(&mut self.text, content),
        }
        if let Some(Open::Object(members)) = self.open.last_mut()
            && members.current.is_none()
        {
            members.current = Some((content.into_owned(), start));
        }
        Ok(())
    }

    fn end_member(&mut self) {
        let end = self.text.len();
        if let Some(Open::Object(members)) = self.open.last_mut()
            && let Some((key, start)) = members.current.take()
        {
            members.done.push((key, start..end));
        }
    }

    /// Closes an object, and brings its members in order where they are not.
    fn end_object(&mut self) {
        if let Some(Open::Object(Members { start, done, .. })) = self.open.pop() {
            let in_order = done.is_sorted_by(|(before, _), (after, _)| utf16_order(before, after).is_lt());
            if !in_order {
                let ordered = ordered(&self.text, done);
                self.text.truncate(start);
                self.text.push('{');
                self.text.push_str(&ordered);
            }
        }
        self.text.push('}');
    }
}

fn ordered(text: &str, mut members: Vec<(String, Range<usize>)>) -> String {
    // The sort is stable, so of equal keys the last one that was read comes last.
    members.sort_by(|(one, _), (other, _)| utf16_order(one, other));
    let mut ordered = String::new();
    for (place, (key, written)) in members.iter().enumerate() {
        if members.get(place + 1).is_some_and(|(next, _)| next == key) {
            continue;
        }
        if !ordered.is_empty() {
            ordered.push(',');
        }
        ordered.push_str(&text[written.clone()]);
    }
    ordered
}

fn utf16_order(one: &str, other: &str) -> std::cmp::Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

/// The length of the string at the beginning of a text, quotes included.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the number or word at the beginning of a text.
fn scalar_length(text: &str) -> usize {
    let is_end = |byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
    text.bytes().position(is_end).unwrap_or(text.len())
}

/// What a string stands for; borrowed where it has no escapes, and so is canonical as it stands.
fn string_content(token: &str) -> Result<Cow<'_, str>, NotCanonical> {
    if !token.contains('\\') {
        return Ok(Cow::Borrowed(token.trim_matches('"')));
    }
    // The token is valid, so only a lone surrogate keeps it from being a text.
    serde_json::from_str(token).map(Cow::Owned).map_err(|_| NotCanonical::LoneSurrogate)
}

fn push_string(target: &mut String, content: &str) {
    // A text always has a JSON form.
    target.push_str(&serde_json::to_string(content).unwrap_or_default());
}

fn push_number(target: &mut String, token: &str) -> Result<(), NotCanonical> {
    let out_of_range = || NotCanonical::NumberOutOfRange(token.chars().take(100).collect());
    let number: Number = serde_json::from_str(token).map_err(|_| out_of_range())?;
    if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
        target.push_str(ryu_js::Buffer::new().format_finite(float));
    } else {
        target.push_str(&number.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn of(text: &str) -> String {
        serde_json::from_str::<&serde_json::value::RawValue>(text).unwrap();
        canonical(text).unwrap()
    }

    #[test]
    fn white_space_goes_and_keys_are_sorted_at_every_depth() {
        assert_eq!(
            of(" { \"b\" : [ 1 , { \"z\" : true , \"a\" : null } ] , \"a\" : { } } "),
            r#"{"a":{},"b":[1,{"a":null,"z":true}]}"#
        );
        assert_eq!(of(" [\n] "), "[]");
        assert_eq!(of(" \"a b\" "), "\"a b\"");
    }

    #[test]
    fn keys_are_sorted_by_utf_16_as_rfc_8785_says() {
        let text = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
        assert_eq!(of(text), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
    }

    #[test]
    fn of_equal_keys_the_last_one_counts() {
        assert_eq!(of(r#"{"a":1,"b":2,"a":{"c":3}}"#), r#"{"a":{"c":3},"b":2}"#);
        assert_eq!(of(r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
        assert_eq!(of(r#"{"\u0061":1,"a":2}"#), r#"{"a":2}"#);
        assert_eq!(of(r#"{"":1,"":2}"#), r#"{"":2}"#);
    }

    #[test]
    fn integers_of_64_bits_are_exact_and_other_numbers_are_those_of_ecmascript() {
        let numbers = [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("1e2", "100"),
            ("0.1", "0.1"),
            ("1E-7", "1e-7"),
            ("0.000001", "0.000001"),
            ("9007199254740993", "9007199254740993"),
            ("9007199254740993.0", "9007199254740992"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-9223372036854775809", "-9223372036854776000"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709552000"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("5e-324", "5e-324"),
            ("1e-400", "0"),
        ];
        for (text, expected) in numbers {
            assert_eq!(of(text), expected, "{text}");
            assert_eq!(of(&format!("[{text},{text}]")), format!("[{expected},{expected}]"));
        }
    }

    #[test]
    fn strings_escape_what_they_must() {
        let text = r#""\u0000\u001F\u0041\/\"\\\b\f\n\r\t\u007f\u2028\u00fc\ud83d\ude00ü""#;
        assert_eq!(of(text), "\"\\u0000\\u001fA/\\\"\\\\\\b\\f\\n\\r\\t\u{7f}\u{2028}ü😀ü\"");
    }

    #[test]
    fn what_no_float_and_no_text_can_hold_has_no_canonical_form() {
        assert_eq!(canonical("[1e400]"), Err(NotCanonical::NumberOutOfRange("1e400".into())));
        for text in [r#""\ud800""#, r#""\udc00\ud800""#, r#"{"\ud800x":1}"#, r#"["a\ud83d"]"#] {
            assert_eq!(canonical(text), Err(NotCanonical::LoneSurrogate), "{text}");
        }
    }

    #[test]
    fn depth_takes_no_stack() {
        let depth = 200_000;
        let deep = "[ ".repeat(depth) + &"]".repeat(depth);
        assert_eq!(canonical(&deep).unwrap().len(), 2 * depth);
    }

    fn value() -> impl Strategy<Value = Value> {
        let number = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e6..1e6).prop_map(|number: f64| Value::from(number)),
            any::<f64>().prop_map(|number| Value::from(if number.is_finite() { number } else { 0.5 })),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number,
            any::<String>().prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| members.into_iter().collect::<Value>()),
            ]
        })
    }

    /// The same value with every number as a float where it is no integer of 64 bits, as it is read again.
    fn read_again(value: &Value) -> Value {
        match value {
            Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => serde_json::from_str(ryu_js::Buffer::new().format_finite(float)).unwrap(),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(read_again).collect(),
            Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), read_again(value))).collect(),
            Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
        }
    }

    proptest! {
        #[test]
        fn the_value_stays_and_a_second_time_changes_nothing(value in value(), is_pretty in any::<bool>()) {
            let print = if is_pretty { serde_json::to_string_pretty } else { serde_json::to_string };
            let text = print(&value).unwrap();
            let once = canonical(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&once).unwrap(), read_again(&value));
            prop_assert_eq!(canonical(&once).unwrap(), once);
        }
    }
}

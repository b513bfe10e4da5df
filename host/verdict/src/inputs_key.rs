use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use scorebox_core::{Digest, Json};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Nesting up to which keys of objects are sorted. Deeper inputs are told apart by their text as it is written.
const MAX_DEPTH: usize = 128;

/// Names what an application was asked, whatever file it stood in: the first 16 bytes of a SHA-256 over the inputs in
/// canonical form, with the keys of objects sorted, white space dropped, texts escaped in one way, and numbers as they are
/// written. In JSON 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InputsKey([u8; 16]);

/// The text is no key of inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no key of inputs: expected 32 lower-case hexadecimal digits")]
pub struct InvalidInputsKey(String);

impl InputsKey {
    /// The key of inputs.
    #[must_use]
    pub fn of(inputs: &Json) -> Self {
        let canonical = canonical(inputs);
        let digest = Digest::of(canonical.as_deref().unwrap_or(inputs.as_str()).as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest.bytes()[..16]);
        Self(key)
    }
}

/// The canonical form; none for what is nested too deeply to be taken apart.
fn canonical(json: &Json) -> Option<String> {
    if json.nests_deeper_than(MAX_DEPTH) {
        return None;
    }
    let mut text = String::with_capacity(json.as_str().len());
    write_canonical(json.as_str(), &mut text).ok()?;
    Some(text)
}

fn write_canonical(value: &str, text: &mut String) -> Result<(), serde_json::Error> {
    match value.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(value)?;
            text.push('{');
            for (place, (key, member)) in members.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(key)?);
                text.push(':');
                write_canonical(member.get(), text)?;
            }
            text.push('}');
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(value)?;
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_canonical(item.get(), text)?;
            }
            text.push(']');
        }
        Some(b'"') => text.push_str(&serde_json::to_string(&serde_json::from_str::<String>(value)?)?),
        _ => text.push_str(value),
    }
    Ok(())
}

impl fmt::Display for InputsKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for InputsKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for InputsKey {
    type Err = InvalidInputsKey;

    fn from_str(text: &str) -> Result<Self, InvalidInputsKey> {
        let invalid = || InvalidInputsKey(text.chars().take(80).collect());
        if text.len() != 32 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(invalid());
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| invalid())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| invalid())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for InputsKey {
    type Error = InvalidInputsKey;

    fn try_from(text: String) -> Result<Self, InvalidInputsKey> {
        text.parse()
    }
}

impl From<InputsKey> for String {
    fn from(key: InputsKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> InputsKey {
        InputsKey::of(&Json::parse(text).unwrap())
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(
            key(r#"{"a":1,"b":[{"x":"é","y":null}]}"#),
            key("{\"b\" : [ {\"y\":null,\"x\":\"\\u00e9\"} ], \"a\":1}")
        );
    }

    #[test]
    fn values_numbers_and_order_in_arrays_matter() {
        let texts = ["{}", r#"{"a":1}"#, r#"{"a":1.0}"#, r#"{"a":"1"}"#, r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#];
        let keys: std::collections::HashSet<_> = texts.iter().map(|text| key(text)).collect();
        assert_eq!(keys.len(), texts.len());
    }

    #[test]
    fn deep_inputs_do_not_exhaust_the_stack() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_ne!(key(&deep), key("[]"));
    }

    #[test]
    fn a_key_is_written_as_digits() {
        let key = key("{}");
        assert_eq!(key.to_string(), Digest::of(b"{}").hex()[..32]);
        assert_eq!(key.to_string().parse::<InputsKey>().unwrap(), key);
        for bad in ["", "00", &"G".repeat(32), &"é".repeat(16)] {
            assert!(bad.parse::<InputsKey>().is_err(), "{bad:?}");
        }
    }
}

use std::fmt;

use scorebox_core::{DigestWriter, Example, Json};

/// Tells contents apart: the first 16 bytes of a SHA-256 over an example's id, inputs, outputs, expectations, trace and
/// tags, each with its length before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentKey([u8; 16]);

impl ContentKey {
    /// The key of an example.
    #[must_use]
    pub fn of(example: &Example) -> Self {
        Self::with(example, example.outputs.as_ref(), example.trace.as_ref())
    }

    /// The key of an example with other outputs and another trace.
    #[must_use]
    pub fn with(example: &Example, outputs: Option<&Json>, trace: Option<&Json>) -> Self {
        let mut writer = DigestWriter::default();
        let mut part = |text: Option<&str>| match text {
            Some(text) => {
                writer.update(&(text.len() as u64).to_le_bytes());
                writer.update(text.as_bytes());
            }
            None => writer.update(&u64::MAX.to_le_bytes()),
        };
        part(Some(&example.id));
        part(Some(example.inputs.as_str()));
        for json in [outputs, example.expectations.as_ref(), trace] {
            part(json.map(Json::as_str));
        }
        for (name, value) in &example.tags {
            part(Some(name));
            part(Some(value));
        }
        let digest = writer.finish();
        let mut key = [0; 16];
        key.copy_from_slice(&digest.bytes()[..16]);
        Self(key)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<[u8; 16]> for ContentKey {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn example() -> Example {
        Example {
            id: "a".into(),
            inputs: Json::parse(r#"{"q":1}"#).unwrap(),
            outputs: None,
            expectations: None,
            trace: None,
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn equal_contents_have_equal_keys() {
        assert_eq!(ContentKey::of(&example()), ContentKey::of(&example()));
    }

    #[test]
    fn every_field_counts_and_has_its_own_place() {
        let text = || Some(Json::parse("1").unwrap());
        let variants = [
            example(),
            Example { id: "b".into(), ..example() },
            Example { inputs: Json::parse(r#"{"q":2}"#).unwrap(), ..example() },
            Example { outputs: text(), ..example() },
            Example { expectations: text(), ..example() },
            Example { trace: text(), ..example() },
            Example { tags: [("a".into(), "b".into())].into(), ..example() },
            Example { tags: [("ab".into(), String::new())].into(), ..example() },
        ];
        let keys: std::collections::HashSet<_> = variants.iter().map(ContentKey::of).collect();
        assert_eq!(keys.len(), variants.len());
    }
}

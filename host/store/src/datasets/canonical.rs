//! One spelling for JSON values that say the same, to compare them by.

use std::collections::BTreeMap;
use std::fmt;

use scorebox_core::{Digest, Json};
use serde_json::value::RawValue;

/// Tells records apart by their `inputs`: the first 16 bytes of the SHA-256 of their canonical form.
///
/// In the canonical form the keys of objects are sorted, at every level, white space is dropped, and strings have no
/// escapes that they do not need. Numbers stay as they are written: `1` and `1.0` differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey([u8; 16]);

impl RecordKey {
    /// The key of a record with these inputs.
    #[must_use]
    pub fn of(inputs: &Json) -> Self {
        Self(short_digest(canonical(inputs).as_bytes()))
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Enough of a SHA-256 that two texts never share it.
pub(super) fn short_digest(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Digest::of(bytes).bytes()[..16]);
    short
}

/// Whether two values say the same, however they are written.
pub(super) fn is_same(left: &Json, right: &Json) -> bool {
    left == right || canonical(left) == canonical(right)
}

/// Whether two values that may be missing say the same.
pub(super) fn is_same_option(left: Option<&Json>, right: Option<&Json>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => is_same(left, right),
        (None, None) => true,
        _ => false,
    }
}

/// The canonical form of a value.
pub(super) fn canonical(json: &Json) -> String {
    let mut form = String::with_capacity(json.as_str().len());
    push(json.as_str(), &mut form);
    form
}

/// What cannot be taken apart, because a string in it names half of a surrogate pair, stands for itself.
fn push(text: &str, form: &mut String) {
    match text.as_bytes().first() {
        Some(b'{') => match serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
            Ok(members) => push_object(&members, form),
            Err(_) => form.push_str(text),
        },
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(items) => push_array(&items, form),
            Err(_) => form.push_str(text),
        },
        Some(b'"') if text.contains('\\') => match serde_json::from_str::<String>(text) {
            Ok(string) => push_string(&string, form),
            Err(_) => form.push_str(text),
        },
        _ => form.push_str(text),
    }
}

fn push_object(members: &BTreeMap<String, &RawValue>, form: &mut String) {
    form.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            form.push(',');
        }
        push_string(name, form);
        form.push(':');
        push(value.get(), form);
    }
    form.push('}');
}

fn push_array(items: &[&RawValue], form: &mut String) {
    form.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            form.push(',');
        }
        push(item.get(), form);
    }
    form.push(']');
}

fn push_string(string: &str, form: &mut String) {
    form.push_str(&serde_json::Value::from(string).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(text: &str) -> String {
        canonical(&Json::parse(text).unwrap())
    }

    #[test]
    fn order_of_keys_white_space_and_escapes_do_not_matter() {
        assert_eq!(
            form(r#" { "b" : [ 1 , {"d":2, "c":3} ] , "a" : "\u0041\/" } "#),
            r#"{"a":"A/","b":[1,{"c":3,"d":2}]}"#
        );
        assert_eq!(form(r#""\u0000\"é""#), r#""\u0000\"é""#);
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        assert_eq!(form("[1, 1.0, 1e0, 123456789012345678901234567890]"), "[1,1.0,1e0,123456789012345678901234567890]");
    }

    #[test]
    fn of_a_repeated_key_the_last_one_counts() {
        assert_eq!(form(r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
    }

    #[test]
    fn half_a_surrogate_pair_stands_for_itself() {
        assert_eq!(form(r#"[ "\ud800", {"\ud800" : 1} ]"#), r#"["\ud800",{"\ud800" : 1}]"#);
    }

    #[test]
    fn nesting_as_deep_as_a_dataset_may_be_is_followed() {
        let deep = format!("{}{}", "[ ".repeat(128), " ]".repeat(128));
        assert_eq!(form(&deep), deep.replace(' ', ""));
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_form_says_the_same_and_is_its_own_form(value in value()) {
            let pretty = form(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert_eq!(&pretty, &form(&value.to_string()));
            prop_assert_eq!(&pretty, &form(&pretty));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&pretty).unwrap(), value);
        }
    }
}

use scorebox_core::{Example, Json};
use serde::Serialize;

use super::canonical::{is_same, is_same_option};
use super::members::Members;

/// What differs in one field of an example between two versions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldDifference {
    /// The field, such as `outputs`, `expectations.expected_response` or `tags.topic`.
    pub field: String,
    /// What it was; none where it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// What it is; none where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// What differs between two versions of an example, field by field; objects are compared key by key, one level deep.
pub(super) fn differences(before: &Example, after: &Example) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    if before.id != after.id {
        found.push(FieldDifference { field: "id".into(), before: text(&before.id), after: text(&after.id) });
    }
    compare("inputs", Some(&before.inputs), Some(&after.inputs), &mut found);
    compare("outputs", before.outputs.as_ref(), after.outputs.as_ref(), &mut found);
    compare("expectations", before.expectations.as_ref(), after.expectations.as_ref(), &mut found);
    if !is_same_option(before.trace.as_ref(), after.trace.as_ref()) {
        let (before, after) = (before.trace.clone(), after.trace.clone());
        found.push(FieldDifference { field: "trace".into(), before, after });
    }
    compare_tags(before, after, &mut found);
    found
}

fn compare(field: &str, before: Option<&Json>, after: Option<&Json>, found: &mut Vec<FieldDifference>) {
    if is_same_option(before, after) {
        return;
    }
    let whole = || FieldDifference { field: field.to_owned(), before: before.cloned(), after: after.cloned() };
    // A field that is new or gone has members that are all new or gone, unless there is nothing to compare at all.
    let members = |json: Option<&Json>| json.map_or_else(|| Some(Members::default()), Members::of);
    let (Some(old), Some(new)) = (members(before), members(after)) else { return found.push(whole()) };
    let count = found.len();
    for (key, value) in old.iter() {
        let now = new.get(key);
        if !now.as_ref().is_some_and(|now| is_same(now, &value)) {
            found.push(FieldDifference { field: format!("{field}.{key}"), before: Some(value), after: now });
        }
    }
    for (key, value) in new.iter().filter(|(key, _)| old.get(key).is_none()) {
        found.push(FieldDifference { field: format!("{field}.{key}"), before: None, after: Some(value) });
    }
    // An empty object on one side, nothing on the other.
    if found.len() == count {
        found.push(whole());
    }
}

fn compare_tags(before: &Example, after: &Example, found: &mut Vec<FieldDifference>) {
    for (name, value) in &before.tags {
        let now = after.tags.get(name);
        if now != Some(value) {
            let after = now.and_then(|now| text(now));
            found.push(FieldDifference { field: format!("tags.{name}"), before: text(value), after });
        }
    }
    for (name, value) in after.tags.iter().filter(|(name, _)| !before.tags.contains_key(*name)) {
        found.push(FieldDifference { field: format!("tags.{name}"), before: None, after: text(value) });
    }
}

/// A text is always JSON as a string.
fn text(text: &str) -> Option<Json> {
    Json::from_value(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let example = |text: &str| serde_json::from_str::<Example>(text).unwrap();
        let show = |json: Option<Json>| json.map_or_else(|| "–".to_owned(), |json| json.to_string());
        let lines = differences(&example(before), &example(after)).into_iter();
        lines.map(|found| format!("{}: {} → {}\n", found.field, show(found.before), show(found.after))).collect()
    }

    #[test]
    fn fields_are_compared_key_by_key() {
        let before = r#"{"id":"a","inputs":{"q":"x"},"outputs":"one","expectations":{"r":1,"s":[1, 2]},"tags":{"t":"1","u":"2"}}"#;
        let after = r#"{"id":"b","inputs":{"q":"y"},"outputs":{"a":1},"expectations":{"s":[1,2],"t":3},"tags":{"u":"3","v":"4"}}"#;
        insta::assert_snapshot!(shown(before, after), @r#"
        id: "a" → "b"
        inputs.q: "x" → "y"
        outputs: "one" → {"a":1}
        expectations.r: 1 → –
        expectations.t: – → 3
        tags.t: "1" → –
        tags.u: "2" → "3"
        tags.v: – → "4"
        "#);
    }

    #[test]
    fn a_field_that_is_new_or_gone_is_shown_by_its_members() {
        let bare = r#"{"id":"a","inputs":{}}"#;
        let full = r#"{"id":"a","inputs":{},"outputs":[1],"expectations":{"r":1},"trace":{"trace_id":"t"}}"#;
        insta::assert_snapshot!(shown(bare, full), @r#"
        outputs: – → [1]
        expectations.r: – → 1
        trace: – → {"trace_id":"t"}
        "#);
        insta::assert_snapshot!(shown(r#"{"id":"a","inputs":{},"expectations":{}}"#, bare), @"expectations: {} → –");
    }

    #[test]
    fn another_spelling_is_no_difference() {
        let before = r#"{"id":"a","inputs":{"q":"x","r":1},"expectations":{"s": [ 1 ]}}"#;
        let after = r#"{"id":"a","inputs":{"r": 1, "q": "\u0078"},"expectations":{"s":[1]}}"#;
        assert_eq!(shown(before, after), "");
    }
}

use std::collections::{BTreeMap, BTreeSet};

use scorebox_core::Json;
use serde_json::value::RawValue;

/// Differences that are listed one by one.
const MAX_CHANGES: usize = 20;
/// The longest value that is shown whole.
const MAX_VALUE_CHARS: usize = 60;
/// Objects within objects that are taken apart; what lies deeper is compared as a whole.
const MAX_DEPTH: usize = 16;

/// Where two configs differ: the path, what was there, and what is there now.
pub(super) fn config_changes(from: &Json, to: &Json) -> Vec<(String, String, String)> {
    let mut changes = Vec::new();
    compare("", Some(from.as_str()), Some(to.as_str()), 0, &mut changes);
    changes
}

type Changes = Vec<(String, String, String)>;

fn compare(path: &str, from: Option<&str>, to: Option<&str>, depth: usize, changes: &mut Changes) {
    if from == to || changes.len() >= MAX_CHANGES {
        return;
    }
    if let (true, Some(from), Some(to)) = (depth < MAX_DEPTH, from.and_then(object), to.and_then(object)) {
        let keys: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
        for key in keys {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let value = |object: &BTreeMap<String, &RawValue>| object.get(key).map(|value| value.get().to_owned());
            compare(&path, value(&from).as_deref(), value(&to).as_deref(), depth + 1, changes);
        }
        return;
    }
    // Two spellings of one value are one value.
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (Some(one), Some(other)) = (from.map(parsed), to.map(parsed)) else {
        changes.push((shown_path(path), shown(from), shown(to)));
        return;
    };
    if one.is_none() || one != other {
        changes.push((shown_path(path), shown(from), shown(to)));
    }
}

fn object(text: &str) -> Option<BTreeMap<String, &RawValue>> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok())?
}

fn shown_path(path: &str) -> String {
    if path.is_empty() { "as a whole".to_owned() } else { path.to_owned() }
}

fn shown(value: Option<&str>) -> String {
    let Some(value) = value else { return "absent".to_owned() };
    if value.chars().count() <= MAX_VALUE_CHARS {
        return value.to_owned();
    }
    let beginning: String = value.chars().take(MAX_VALUE_CHARS).collect();
    format!("{beginning}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(from: &str, to: &str) -> Vec<String> {
        let changes = config_changes(&Json::parse(from).unwrap(), &Json::parse(to).unwrap());
        changes.into_iter().map(|(path, from, to)| format!("{path}: {from} -> {to}")).collect()
    }

    #[test]
    fn each_key_that_differs_is_named() {
        assert_eq!(
            changes(r#"{"t":0.2,"m":{"x":1,"y":[1]},"gone":true}"#, r#"{"t":0.7,"m":{"y":[2],"x":1},"new":"a"}"#),
            ["gone: true -> absent", "m.y: [1] -> [2]", "new: absent -> \"a\"", "t: 0.2 -> 0.7"]
        );
    }

    #[test]
    fn spelling_is_no_difference() {
        assert_eq!(changes(r#"{"a": [1, 2], "b":"é"}"#, r#"{"b":"\u00e9","a":[1,2]}"#), Vec::<String>::new());
    }

    #[test]
    fn long_values_are_cut_and_many_changes_end() {
        let from: BTreeMap<_, _> = (0..100).map(|key| (key.to_string(), "x".repeat(100))).collect();
        let changes = config_changes(&Json::from_value(&from).unwrap(), &Json::parse("{}").unwrap());
        assert_eq!(changes.len(), MAX_CHANGES);
        assert!(changes[0].1.ends_with('…'));
    }
}

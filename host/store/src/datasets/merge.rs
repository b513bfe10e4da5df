//! What becomes of a record when another one with the same inputs comes along.

use scorebox_core::{Example, InvalidJson, Json};

use super::canonical::is_same;
use super::members::Members;

/// Adds what `new` says to a record with the same inputs.
///
/// Expectations and tags are updated key by key: what `new` does not mention stays. Outputs and trace are replaced where
/// `new` has them. The id and the spelling of what says the same stay, so that a merge that brings nothing changes
/// nothing.
pub(super) fn merge(record: &mut Example, new: &Example) -> Result<(), InvalidJson> {
    replace(&mut record.outputs, new.outputs.as_ref());
    replace(&mut record.trace, new.trace.as_ref());
    update(&mut record.expectations, new.expectations.as_ref())?;
    record.tags.extend(new.tags.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(())
}

fn replace(old: &mut Option<Json>, new: Option<&Json>) {
    if let Some(new) = new
        && !old.as_ref().is_some_and(|old| is_same(old, new))
    {
        *old = Some(new.clone());
    }
}

fn update(old: &mut Option<Json>, new: Option<&Json>) -> Result<(), InvalidJson> {
    let taken_apart = (old.as_ref().and_then(Members::of), new.and_then(Members::of));
    let (Some(mut members), Some(updates)) = taken_apart else {
        replace(old, new);
        return Ok(());
    };
    let mut is_changed = false;
    for (key, value) in updates.iter() {
        if !members.get(key).is_some_and(|known| is_same(&known, &value)) {
            members.set(key, &value)?;
            is_changed = true;
        }
    }
    if is_changed {
        *old = Some(members.to_json()?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(text: &str) -> Example {
        serde_json::from_str(text).unwrap()
    }

    fn merged(record: &str, new: &str) -> String {
        let mut record = example(record);
        merge(&mut record, &example(new)).unwrap();
        serde_json::to_string(&record).unwrap()
    }

    #[test]
    fn expectations_and_tags_are_updated_key_by_key() {
        let record = r#"{"id":"a","inputs":{},"expectations":{"x": 1,"y": 2},"tags":{"t":"old","u":"stays"}}"#;
        let new = r#"{"id":"b","inputs":{},"expectations":{"y":3,"z":[ 4 ]},"tags":{"t":"new"}}"#;
        let expected =
            r#"{"id":"a","inputs":{},"expectations":{"x":1,"y":3,"z":[ 4 ]},"tags":{"t":"new","u":"stays"}}"#;
        assert_eq!(merged(record, new), expected);
    }

    #[test]
    fn outputs_and_trace_are_replaced_where_the_new_record_has_them() {
        let record = r#"{"id":"a","inputs":{},"outputs":{"x":1,"y":2},"trace":{"a":1}}"#;
        let replaced = merged(record, r#"{"id":"b","inputs":{},"outputs":{"x":2}}"#);
        assert_eq!(replaced, r#"{"id":"a","inputs":{},"outputs":{"x":2},"trace":{"a":1}}"#);
    }

    #[test]
    fn what_says_the_same_keeps_its_spelling() {
        let record =
            r#"{"id":"a","inputs":{},"outputs":[1, 2],"expectations":{"x": {"a": 1, "b": 2}},"tags":{"t":"1"}}"#;
        let same = r#"{"id":"b","inputs":{},"outputs":[1,2],"expectations":{"x":{"b":2,"a":1}},"tags":{"t":"1"}}"#;
        assert_eq!(merged(record, same), record);
    }
}

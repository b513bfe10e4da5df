use scorebox_store::DatasetDiff;

use crate::support::{Fixture, at, new, qa};

fn shown(diff: &DatasetDiff) -> String {
    let ids = |examples: &[scorebox_core::Example]| -> Vec<String> {
        examples.iter().map(|example| example.id.clone()).collect()
    };
    let mut text = format!("{} → {}\n", diff.before, diff.after);
    text += &format!("added {} {:?}\n", diff.added.count, ids(&diff.added.first));
    text += &format!("removed {} {:?}\n", diff.removed.count, ids(&diff.removed.first));
    text += &format!("unchanged {}\nchanged {}\n", diff.unchanged, diff.changed.count);
    for change in &diff.changed.first {
        let fields: Vec<_> = change.fields.iter().map(|field| field.field.as_str()).collect();
        text += &format!("  {} {fields:?}\n", change.id);
    }
    text
}

on_both! {
    async fn versions_are_compared_example_by_example_and_field_by_field(fixture: &Fixture) {
        let before = r#"{"id":"a","inputs":{"q":1},"expectations":{"r":1}}
            {"id":"b","inputs":{"q":2},"outputs":"old"}
            {"id":"c","inputs":{"q":3}}
            {"id":"d","inputs":{"q":4}}
            {"id":"e","inputs":{"q":5}}"#;
        let store = fixture.with_qa(before).await;
        let after = r#"{"id":"d","inputs":{ "q": 4 }}
            {"id":"f","inputs":{"q":6}}
            {"id":"a","inputs":{"q":1},"expectations":{"r":2},"tags":{"t":"x"}}
            {"id":"b","inputs":{"q":22},"outputs":"old"}
            {"id":"g","inputs":{"q":7}}
            {"id":"h","inputs":{"q":8}}"#;
        new(store.import_dataset(&qa(), fixture.jsonl(after)).await.unwrap());
        let diff = store.diff_datasets(&at("qa@1"), &at("qa@2"), 2).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&diff), @r#"
            qa@1 → qa@2
            added 3 ["f", "g"]
            removed 2 ["c", "e"]
            unchanged 1
            changed 2
              a ["expectations.r", "tags.t"]
              b ["inputs.q"]
            "#);
        }
        let (added, removed) = (diff.added.count, diff.removed.count);
        let version = store.dataset(&at("qa@2")).await.unwrap();
        assert_eq!((added, diff.changed.count, removed), crate::support::counts(&version));
        let back = store.diff_datasets(&at("qa@2"), &at("qa@1"), 9).await.unwrap();
        assert_eq!((back.added.count, back.removed.count, back.changed.count), (removed, added, diff.changed.count));
    }

    async fn a_version_does_not_differ_from_itself(fixture: &Fixture) {
        let store = fixture.with_qa(r#"{"inputs":{"q":1}}"#).await;
        let diff = store.diff_datasets(&at("qa@1"), &at("qa"), 9).await.unwrap();
        assert!(diff.is_empty());
        assert_eq!(diff.unchanged, 1);
    }
}

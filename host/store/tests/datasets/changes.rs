use scorebox_core::Digest;
use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{DatasetAction, DatasetChange, ManagedDatasetError};

use crate::support::{Fixture, at, counts, new, qa};

const ONE: &str = r#"{"inputs":{"q":"one"},"expectations":{"r": 1},"tags":{"topic":"a"}}
{"inputs":{"q":"two"}}
{"id":"x","inputs":{"q":"three"},"outputs":[1.50, 123456789012345678901234567890],"tags":{"nul":"\u0000"}}
"#;

on_both! {
    async fn the_first_version_holds_what_the_file_holds(fixture: &Fixture) {
        let store = fixture.store().await;
        let version = new(store.create_dataset_from(&qa(), fixture.jsonl(ONE)).await.unwrap());
        assert_eq!((version.version, version.rows, counts(&version)), (1, 3, (3, 0, 0)));
        assert_eq!(version.action, DatasetAction::Create);
        assert!(version.origin.as_ref().unwrap().ends_with("data.jsonl"), "{version:?}");
        let exported = fixture.exported(&store, "qa").await;
        assert_eq!((version.digest, version.bytes), (Digest::of(exported.as_bytes()), exported.len() as u64));
        insta::allow_duplicates! {
            insta::assert_snapshot!(exported, @r#"
            {"id":"1","inputs":{"q":"one"},"expectations":{"r": 1},"tags":{"topic":"a"}}
            {"id":"2","inputs":{"q":"two"}}
            {"id":"x","inputs":{"q":"three"},"outputs":[1.50, 123456789012345678901234567890],"tags":{"nul":"\u0000"}}
            "#);
        }
    }

    async fn an_import_replaces_all_examples_and_says_what_changed(fixture: &Fixture) {
        let store = fixture.with_qa(ONE).await;
        let two = r#"{"inputs":{"q":"two"}}
            {"inputs":{"q":"four"}}
            {"id":"1","inputs":{"q":"one"},"expectations":{"r":2},"tags":{"topic":"a"}}"#;
        let two = two.replace(r#"{"inputs":{"q":"two"}}"#, r#"{"id":"2","inputs":{"q":"two"}}"#);
        let two = two.replace(r#"{"inputs":{"q":"four"}}"#, r#"{"id":"4","inputs":{"q":"four"}}"#);
        let version = new(store.import_dataset(&qa(), fixture.jsonl(&two)).await.unwrap());
        assert_eq!((version.version, version.rows, counts(&version)), (2, 3, (1, 1, 1)));
        assert!(fixture.exported(&store, "qa@1").await.contains("three"));
        assert!(!fixture.exported(&store, "qa@2").await.contains("three"));
    }

    async fn an_import_of_the_same_examples_makes_no_version(fixture: &Fixture) {
        let store = fixture.with_qa(ONE).await;
        let exported = fixture.exported(&store, "qa").await;
        let change = store.import_dataset(&qa(), fixture.jsonl(&exported)).await.unwrap();
        assert_eq!(change, DatasetChange::Nothing(store.dataset(&at("qa@1")).await.unwrap()));
    }

    async fn another_order_is_a_version_without_changes(fixture: &Fixture) {
        let store = fixture.with_qa(ONE).await;
        let exported = fixture.exported(&store, "qa").await;
        let reversed: String = exported.lines().rev().map(|line| format!("{line}\n")).collect();
        let version = new(store.import_dataset(&qa(), fixture.jsonl(&reversed)).await.unwrap());
        assert_eq!((version.version, counts(&version)), (2, (0, 0, 0)));
        // Back to what was: a new version of the same examples.
        let version = new(store.import_dataset(&qa(), fixture.jsonl(&exported)).await.unwrap());
        assert_eq!((version.version, version.digest), (3, store.dataset(&at("qa@1")).await.unwrap().digest));
    }

    async fn a_merge_updates_known_inputs_and_adds_others(fixture: &Fixture) {
        let store = fixture.with_qa(ONE).await;
        let new_records = r#"{"inputs":{"q":"four"}}
            {"inputs":{ "q" : "one" },"expectations":{"s":2},"tags":{"lang":"en"}}
            {"id":"x","inputs":{"q":"five"}}"#;
        let version = new(store.merge_dataset(&qa(), fixture.jsonl(new_records)).await.unwrap());
        assert_eq!((version.version, version.action, counts(&version)), (2, DatasetAction::Merge, (2, 1, 0)));
        let exported = fixture.exported(&store, "qa").await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(exported, @r#"
            {"id":"1","inputs":{"q":"one"},"expectations":{"r":1,"s":2},"tags":{"lang":"en","topic":"a"}}
            {"id":"2","inputs":{"q":"two"}}
            {"id":"x","inputs":{"q":"three"},"outputs":[1.50, 123456789012345678901234567890],"tags":{"nul":"\u0000"}}
            {"id":"4","inputs":{"q":"four"}}
            {"id":"x-2","inputs":{"q":"five"}}
            "#);
        }
        let again = store.merge_dataset(&qa(), fixture.jsonl(new_records)).await.unwrap();
        assert_eq!(again, DatasetChange::Nothing(version));
    }

    async fn a_dataset_can_be_made_empty_and_filled_by_a_merge(fixture: &Fixture) {
        let store = fixture.store().await;
        store.create_dataset(&qa()).await.unwrap();
        let error = store.dataset(&at("qa")).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the dataset `qa` has no version yet: fill it with `scorebox dataset import qa FILE`");
        }
        let version = new(store.merge_dataset(&qa(), fixture.jsonl(ONE)).await.unwrap());
        assert_eq!((version.version, counts(&version)), (1, (3, 0, 0)));
    }

    async fn a_name_is_given_once(fixture: &Fixture) {
        let store = fixture.with_qa(ONE).await;
        assert!(matches!(store.create_dataset(&qa()).await, Err(ManagedDatasetError::Exists { .. })));
        let error = store.create_dataset_from(&qa(), fixture.jsonl(ONE)).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"there is a dataset `qa` already: take another name, or add a version to it with `scorebox dataset import qa FILE` (replaces its examples) or `scorebox dataset merge qa FILE` (updates them)");
        }
    }

    async fn a_wrong_file_changes_nothing(fixture: &Fixture) {
        let store = fixture.store().await;
        let wrong = format!("{ONE}{{\"inputs\":{{\"q\":4}},\"output\":1}}\n");
        let error = store.create_dataset_from(&qa(), fixture.jsonl(&wrong)).await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains("data.jsonl:4:"), "{error}");
        assert!(store.datasets().await.unwrap().is_empty());
        let taken = r#"{"id":"a","inputs":{"q":1}}
            {"id":"a","inputs":{"q":2}}"#;
        let error = store.create_dataset_from(&qa(), fixture.jsonl(taken)).await.unwrap_err();
        assert!(error.to_string().contains(r#"the id "a" is taken"#), "{error}");
        let error = store.create_dataset_from(&qa(), fixture.jsonl("\n")).await.unwrap_err();
        assert!(matches!(error, ManagedDatasetError::Empty { .. }), "{error}");
        assert!(store.datasets().await.unwrap().is_empty());
    }

    async fn examples_that_break_lines_in_their_source_are_kept_on_one(fixture: &Fixture) {
        let store = fixture.store().await;
        let path = fixture.file("data.csv", "inputs,expectations.list\n\"{\n \"\"q\"\": 1}\",\"[1,\n2]\"\n");
        let file = Dataset::open(path, &ReadOptions::default()).unwrap();
        store.create_dataset_from(&qa(), file).await.unwrap();
        let exported = fixture.exported(&store, "qa").await;
        assert_eq!(exported, "{\"id\":\"1\",\"inputs\":{  \"q\": 1},\"expectations\":{\"list\":[1, 2]}}\n");
        // Read back, it is the same.
        let change = store.import_dataset(&qa(), fixture.jsonl(&exported)).await.unwrap();
        assert!(matches!(change, DatasetChange::Nothing(_)));
    }

    async fn many_examples_keep_their_order(fixture: &Fixture) {
        let lines = |range: std::ops::Range<u32>| -> String {
            range.map(|number| format!("{{\"id\":\"q-{number}\",\"inputs\":{{\"q\":{number}}}}}\n")).collect()
        };
        let store = fixture.with_qa(&lines(0..3000)).await;
        assert_eq!(fixture.exported(&store, "qa@1").await, lines(0..3000));
        let version = new(store.merge_dataset(&qa(), fixture.jsonl(&lines(2500..5000))).await.unwrap());
        assert_eq!(counts(&version), (2000, 0, 0));
        assert_eq!(fixture.exported(&store, "qa").await, lines(0..5000));
        let some = store.dataset_examples(&version, 4998..9999).await.unwrap();
        assert_eq!(some.iter().map(|example| example.id.as_str()).collect::<Vec<_>>(), ["q-4998", "q-4999"]);
    }
}

use scorebox_store::{DatasetChange, ManagedDatasetError};

use crate::support::{Fixture, at, qa};

const WRITERS: usize = 6;

on_both! {
    async fn of_two_who_merge_at_once_none_loses_anything(fixture: &Fixture) {
        fixture.with_qa(r#"{"inputs":{"q":"first"}}"#).await;
        let mut merges = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let store = fixture.store().await;
            let text = format!(r#"{{"id":"w{writer}","inputs":{{"q":"{writer}"}},"tags":{{"writer":"{writer}"}}}}"#);
            let path = fixture.file(&format!("{writer}.jsonl"), &text);
            merges.spawn(async move {
                let file = scorebox_eval::Dataset::open(path, &scorebox_eval::ReadOptions::default()).unwrap();
                store.merge_dataset(&qa(), file).await.unwrap()
            });
        }
        let changes = merges.join_all().await;
        let mut numbers: Vec<_> = changes.iter().map(|change| change.version().version).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (2..).take(WRITERS).collect::<Vec<_>>());
        let store = fixture.store().await;
        let newest = store.dataset(&at("qa")).await.unwrap();
        assert_eq!((newest.version, newest.rows), (WRITERS as u64 + 1, WRITERS as u64 + 1));
        for number in 2..=newest.version {
            let version = store.dataset(&at(&format!("qa@{number}"))).await.unwrap();
            assert_eq!((version.added, version.rows), (1, number));
        }
    }

    async fn of_two_who_make_a_dataset_at_once_one_does(fixture: &Fixture) {
        let mut creations = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let store = fixture.store().await;
            let path = fixture.file(&format!("{writer}.jsonl"), &format!(r#"{{"inputs":{{"q":{writer}}}}}"#));
            creations.spawn(async move {
                let file = scorebox_eval::Dataset::open(path, &scorebox_eval::ReadOptions::default()).unwrap();
                store.create_dataset_from(&qa(), file).await
            });
        }
        let outcomes = creations.join_all().await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Ok(DatasetChange::New(_)))).count();
        let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(ManagedDatasetError::Exists { .. }))).count();
        assert_eq!((made, refused), (1, WRITERS - 1), "{outcomes:?}");
        assert_eq!(fixture.store().await.dataset(&at("qa")).await.unwrap().version, 1);
    }

    async fn the_same_examples_can_enter_two_datasets_at_once(fixture: &Fixture) {
        let lines: String = (0..2000).map(|number| format!("{{\"inputs\":{{\"q\":{number}}}}}\n")).collect();
        let path = fixture.file("same.jsonl", &lines);
        let mut creations = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let (store, path) = (fixture.store().await, path.clone());
            creations.spawn(async move {
                let file = scorebox_eval::Dataset::open(path, &scorebox_eval::ReadOptions::default()).unwrap();
                let name = format!("dataset-{writer}").parse().unwrap();
                store.create_dataset_from(&name, file).await.unwrap()
            });
        }
        let digests: Vec<_> = creations.join_all().await.iter().map(|change| change.version().digest).collect();
        assert!(digests.iter().all(|digest| *digest == digests[0]));
        let store = fixture.store().await;
        let exported = fixture.exported(&store, "dataset-3").await;
        assert_eq!(exported.lines().count(), 2000);
    }
}

use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{Begun, ManagedDatasetError, OpenRun};

use crate::evaluation::{App, IS_EVEN, finish, stored_rows};
use crate::support::{Fixture, at, new, qa};

on_both! {
    async fn a_deleted_dataset_is_gone_and_its_numbers_are_not_used_again(fixture: &Fixture) {
        let store = fixture.with_qa(r#"{"inputs":{"q":1}}"#).await;
        new(store.merge_dataset(&qa(), fixture.jsonl(r#"{"inputs":{"q":2}}"#)).await.unwrap());
        store.tag_dataset(&at("qa@1"), &"stable".parse().unwrap()).await.unwrap();
        store.delete_dataset(&qa()).await.unwrap();
        assert!(store.datasets().await.unwrap().is_empty());
        assert!(matches!(store.dataset(&at("qa@1")).await, Err(ManagedDatasetError::UnknownDataset { .. })));
        assert!(matches!(store.delete_dataset(&qa()).await, Err(ManagedDatasetError::UnknownDataset { .. })));

        let version = new(store.create_dataset_from(&qa(), fixture.jsonl(r#"{"inputs":{"q":1}}"#)).await.unwrap());
        assert_eq!((version.version, version.added), (3, 1));
        assert!(matches!(store.dataset(&at("qa@stable")).await, Err(ManagedDatasetError::UnknownTag { .. })));
        let error = store.dataset(&at("qa@1")).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the dataset `qa` has no version 1: it has only version 3");
        }
    }

    async fn examples_that_another_dataset_has_stay(fixture: &Fixture) {
        let store = fixture.with_qa(r#"{"inputs":{"q":1}}"#).await;
        let other = "other".parse().unwrap();
        let file = fixture.jsonl(r#"{"inputs":{"q":1}}"#);
        let version = new(store.create_dataset_from(&other, file).await.unwrap());
        store.delete_dataset(&qa()).await.unwrap();
        assert_eq!(store.dataset_examples(&version, 0..9).await.unwrap().len(), 1);
        store.delete_dataset(&other).await.unwrap();
        assert!(matches!(
            store.dataset_examples(&version, 0..9).await,
            Err(ManagedDatasetError::Incomplete { position: 1, .. })
        ));
    }
    async fn a_run_shares_the_examples_of_its_version_and_keeps_them(fixture: &Fixture) {
        let store = fixture.store().await;
        let mut app = App::scoring(40, [IS_EVEN]);
        let lines: Vec<_> = app.examples.iter().map(|example| serde_json::to_string(example).unwrap()).collect();
        let version = new(store.create_dataset_from(&qa(), fixture.jsonl(&lines.join("\n"))).await.unwrap());
        let file = store.materialise(&at("qa@1"), &fixture.path("cache")).await.unwrap();
        app.examples = Dataset::open(file.path, &ReadOptions::default()).unwrap().map(Result::unwrap).collect();

        let mut record = app.record();
        (record.dataset.digest, record.dataset.snapshot) = (version.digest, version.digest);
        record.dataset.version = Some(version.to_string());
        let Begun::Open(OpenRun { mut sink, memo, .. }) = store.begin(&record, true).await.unwrap() else { panic!() };
        let rows = app.rows(&*memo, 0..record.positions()).await.unwrap();
        let run = finish(&mut sink, &rows, record, scorebox_eval::RunStatus::Finished).unwrap();
        assert_eq!(fixture.number("SELECT COUNT(*) FROM examples").await, 40);

        store.delete_dataset(&qa()).await.unwrap();
        assert_eq!(stored_rows(&store, &run.run_id).await.unwrap(), rows);
        store.delete_run(&run.run_id).await.unwrap();
        assert_eq!(fixture.number("SELECT COUNT(*) FROM examples").await, 0);
        assert_eq!(fixture.number("SELECT COUNT(*) FROM snapshots").await, 0);
    }

    async fn a_version_takes_the_examples_that_a_run_began_to_keep(fixture: &Fixture) {
        let store = fixture.store().await;
        let mut app = App::scoring(40, [IS_EVEN]);
        app.limit = Some(15);
        let lines: Vec<_> = app.examples.iter().map(|example| serde_json::to_string(example).unwrap()).collect();
        let file = fixture.jsonl(&(lines.join("\n") + "\n"));
        let mut record = app.record();
        (record.dataset.digest, record.dataset.snapshot) = (file.digest(), file.digest());
        let Begun::Open(OpenRun { mut sink, memo, .. }) = store.begin(&record, true).await.unwrap() else { panic!() };
        let rows = app.rows(&*memo, 0..record.positions()).await.unwrap();
        finish(&mut sink, &rows, record, scorebox_eval::RunStatus::Finished).unwrap();
        assert_eq!(fixture.number("SELECT COUNT(*) FROM examples").await, 15);

        let version = new(store.create_dataset_from(&qa(), file).await.unwrap());
        assert_eq!(fixture.number("SELECT COUNT(*) FROM examples").await, 40);
        assert_eq!(fixture.number("SELECT kept FROM snapshots").await, 40);
        assert_eq!(store.dataset_examples(&version, 0..99).await.unwrap(), app.examples);
    }
}

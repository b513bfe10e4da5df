use std::fs;

use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{ExportFormat, ExportTarget, ManagedDatasetError};

use crate::support::{Fixture, at, new, qa};

const DATA: &str = r#"{"id":"a","inputs":{"q":"x","n":1.50},"outputs":{"r":"Zoë"},"expectations":{"list":[1, 2]},"tags":{"t":"1"}}
{"id":"b","inputs":{"q":"y"},"outputs":{"r":"42"}}
"#;

on_both! {
    async fn an_export_is_read_back_with_the_digest_of_the_version(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        let exported = fixture.exported(&store, "qa").await;
        let file = Dataset::open(fixture.file("again.jsonl", &exported), &ReadOptions::default()).unwrap();
        let version = store.dataset(&at("qa")).await.unwrap();
        assert_eq!((file.digest(), file.rows()), (version.digest, version.rows));
        let examples: Result<Vec<_>, _> = file.collect();
        assert_eq!(examples.unwrap(), store.dataset_examples(&version, 0..9).await.unwrap());
    }

    async fn an_export_replaces_a_file(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        fixture.file("exported.jsonl", &"old\n".repeat(1000));
        assert_eq!(fixture.exported(&store, "qa").await, DATA);
        let target = ExportTarget::File(fixture.path("no/such/folder/x.jsonl"));
        let error = store.export_dataset(&at("qa"), ExportFormat::Jsonl, &target).await.unwrap_err();
        assert!(!error.is_input() && error.to_string().contains("no/such/folder: cannot make a file"), "{error}");
    }

    async fn an_export_is_a_file_like_any_other(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        let export = async |name: &str| {
            let target = ExportTarget::File(fixture.path(name));
            store.export_dataset(&at("qa"), ExportFormat::Jsonl, &target).await.map(drop)
        };
        // With the rights that new files have.
        export("new.jsonl").await.unwrap();
        let rights = |name: &str| fs::metadata(fixture.path(name)).unwrap().permissions();
        assert_eq!(rights("new.jsonl"), rights("data.jsonl"));
        // Where a link leads to.
        fixture.file("linked.jsonl", "old");
        std::os::unix::fs::symlink(fixture.path("linked.jsonl"), fixture.path("link.jsonl")).unwrap();
        export("link.jsonl").await.unwrap();
        assert_eq!(fs::read_to_string(fixture.path("linked.jsonl")).unwrap(), DATA);
        assert!(fs::symlink_metadata(fixture.path("link.jsonl")).unwrap().is_symlink());
        // What is no file stays what it is.
        fs::create_dir(fixture.path("folder")).unwrap();
        let error = export("folder").await.unwrap_err();
        assert!(error.to_string().contains("folder: cannot write the file"), "{error}");
        let null = ExportTarget::File("/dev/null".into());
        store.export_dataset(&at("qa"), ExportFormat::Jsonl, &null).await.unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    async fn csv_is_read_back_as_far_as_csv_can_tell(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        let path = fixture.path("exported.csv");
        store.export_dataset(&at("qa"), ExportFormat::Csv, &ExportTarget::File(path.clone())).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r#"
            id,inputs.n,inputs.q,outputs.r,expectations.list,tags.t
            a,1.50,x,Zoë,"[1, 2]",1
            b,,y,42,,
            "#);
        }
        let version = store.dataset(&at("qa")).await.unwrap();
        let examples: Result<Vec<_>, _> = Dataset::open(path, &ReadOptions::default()).unwrap().collect();
        let mut examples = examples.unwrap();
        // Keys come in the order of the columns.
        assert_eq!(examples[0].inputs.as_str(), r#"{"n":1.50,"q":"x"}"#);
        let stored = store.dataset_examples(&version, 0..9).await.unwrap();
        examples[0].inputs = stored[0].inputs.clone();
        assert_eq!(examples, stored);
    }

    async fn a_version_is_materialised_once_under_its_digest(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        store.tag_dataset(&at("qa"), &"stable".parse().unwrap()).await.unwrap();
        let folder = fixture.path("cache/datasets");
        let materialised = store.materialise(&at("qa@stable"), &folder).await.unwrap();
        assert_eq!(materialised.name(), "qa@1");
        assert_eq!(materialised.path, folder.join(format!("{}.jsonl", materialised.digest().hex())));
        assert_eq!(fs::read_to_string(&materialised.path).unwrap(), DATA);
        let file = Dataset::open(&materialised.path, &ReadOptions::default()).unwrap();
        assert_eq!(file.digest(), materialised.digest());

        let modified = fs::metadata(&materialised.path).unwrap().modified().unwrap();
        assert_eq!(store.materialise(&at("qa@1"), &folder).await.unwrap(), materialised);
        assert_eq!(fs::metadata(&materialised.path).unwrap().modified().unwrap(), modified);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

        // Part of a file, as a full disk leaves it, is written again.
        fs::write(&materialised.path, "{").unwrap();
        store.materialise(&at("qa"), &folder).await.unwrap();
        assert_eq!(fs::read_to_string(&materialised.path).unwrap(), DATA);
    }

    async fn each_version_has_a_file_of_its_own(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        new(store.merge_dataset(&qa(), fixture.jsonl(r#"{"inputs":{"q":"z"}}"#)).await.unwrap());
        let folder = fixture.path("cache");
        let first = store.materialise(&at("qa@1"), &folder).await.unwrap();
        let second = store.materialise(&at("qa@2"), &folder).await.unwrap();
        assert_eq!(fs::read_to_string(first.path).unwrap(), DATA);
        assert!(fs::read_to_string(second.path).unwrap().starts_with(DATA));
    }
    async fn examples_that_were_tampered_with_are_not_exported_as_the_version(fixture: &Fixture) {
        let store = fixture.with_qa(DATA).await;
        fixture.execute("UPDATE examples SET inputs = '{\"q\":\"other\"}' WHERE position = 1").await;
        let folder = fixture.path("cache");
        let error = store.materialise(&at("qa"), &folder).await.unwrap_err();
        assert!(matches!(error, ManagedDatasetError::Damaged { .. }), "{error}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fixture.execute("UPDATE examples SET inputs = 'x' WHERE position = 1").await;
        let error = store.materialise(&at("qa"), &folder).await.unwrap_err().to_string();
        assert!(error.contains("the version qa@1 in the store is damaged: examples, snapshot 1, position 1"), "{error}");
        fixture.execute("DELETE FROM examples WHERE position = 1").await;
        let error = store.materialise(&at("qa"), &folder).await.unwrap_err();
        assert!(matches!(error, ManagedDatasetError::Incomplete { position: 2, .. }), "{error}");
    }
}

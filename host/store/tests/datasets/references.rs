use scorebox_store::{ManagedDatasetError, Store};

use crate::support::{Fixture, at, new, qa};

/// A dataset with three versions.
async fn three_versions(fixture: &Fixture) -> Store {
    let store = fixture.with_qa(r#"{"inputs":{"q":1}}"#).await;
    for number in 2..4 {
        let file = fixture.jsonl(&format!(r#"{{"id":"{number}","inputs":{{"q":{number}}}}}"#));
        new(store.merge_dataset(&qa(), file).await.unwrap());
    }
    store
}

async fn number(store: &Store, reference: &str) -> u64 {
    store.dataset(&at(reference)).await.unwrap().version
}

async fn message(store: &Store, reference: &str) -> String {
    let error = store.dataset(&at(reference)).await.unwrap_err();
    assert!(error.is_input());
    error.to_string()
}

on_both! {
    async fn versions_are_named_by_number_by_tag_and_as_the_newest(fixture: &Fixture) {
        let store = three_versions(fixture).await;
        assert_eq!((number(&store, "qa").await, number(&store, "qa@latest").await), (3, 3));
        assert_eq!((number(&store, "qa@1").await, number(&store, "qa@3").await), (1, 3));
        let (version, before) = store.tag_dataset(&at("qa@2"), &"stable".parse().unwrap()).await.unwrap();
        assert_eq!((version.version, before), (2, None));
        assert_eq!(number(&store, "qa@stable").await, 2);
    }

    async fn a_tag_moves_and_can_be_removed(fixture: &Fixture) {
        let store = three_versions(fixture).await;
        let stable = "stable".parse().unwrap();
        store.tag_dataset(&at("qa@1"), &stable).await.unwrap();
        let (_, before) = store.tag_dataset(&at("qa"), &stable).await.unwrap();
        assert_eq!((number(&store, "qa@stable").await, before), (3, Some(1)));
        let (_, before) = store.tag_dataset(&at("qa@stable"), &stable).await.unwrap();
        assert_eq!(before, None);
        assert_eq!(store.untag_dataset(&qa(), &stable).await.unwrap(), 3);
        assert!(matches!(store.untag_dataset(&qa(), &stable).await, Err(ManagedDatasetError::UnknownTag { .. })));
    }

    async fn what_is_not_there_is_said_with_what_is(fixture: &Fixture) {
        let store = three_versions(fixture).await;
        store.tag_dataset(&at("qa@2"), &"stable".parse().unwrap()).await.unwrap();
        let mut messages = String::new();
        for reference in ["qb", "other", "qa@4", "qa@18446744073709551615", "qa@stabel", "qa@production"] {
            messages += &format!("{}\n", message(&store, reference).await);
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(messages, @r"
            there is no dataset `qb` in the store (did you mean `qa`?): `scorebox dataset list` shows what there is, `scorebox dataset create qb FILE` makes it
            there is no dataset `other` in the store: `scorebox dataset list` shows what there is, `scorebox dataset create other FILE` makes it
            the dataset `qa` has no version 4: it has versions 1 to 3
            the dataset `qa` has no version 18446744073709551615: it has versions 1 to 3
            no version of the dataset `qa` has the tag `stabel` (did you mean `stable`?); its tags are `stable` (version 2)
            no version of the dataset `qa` has the tag `production`; its tags are `stable` (version 2)
            ");
        }
    }

    async fn datasets_are_listed_by_name_with_their_newest_versions(fixture: &Fixture) {
        let store = three_versions(fixture).await;
        store.tag_dataset(&at("qa@2"), &"stable".parse().unwrap()).await.unwrap();
        for name in ["q-b", "q.a", "0"] {
            store.create_dataset(&name.parse().unwrap()).await.unwrap();
        }
        let datasets = store.datasets().await.unwrap();
        let names: Vec<_> = datasets.iter().map(|dataset| dataset.name.as_str()).collect();
        assert_eq!(names, ["0", "q-b", "q.a", "qa"]);
        let last = &datasets[3];
        assert_eq!((last.versions, last.latest.as_ref().unwrap().version), (3, 3));
        assert_eq!(last.tags.iter().map(|(tag, version)| (tag.as_str(), *version)).collect::<Vec<_>>(), [("stable", 2)]);
        assert_eq!((datasets[0].versions, &datasets[0].latest), (0, &None));
        let (info, versions) = store.dataset_history(&qa()).await.unwrap();
        assert_eq!(&info, last);
        assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

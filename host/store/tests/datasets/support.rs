use std::fs;
use std::path::PathBuf;

use scorebox_eval::{Dataset, ReadOptions};
use scorebox_store::{DatasetChange, DatasetName, DatasetReference, DatasetVersion, ExportFormat, ExportTarget, Store};
use tempfile::TempDir;

use crate::home::Home;

/// Defines tests that run on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($(async fn $name:ident($fixture:ident: &Fixture) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($fixture: &Fixture) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                test(&Fixture::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(fixture) = Fixture::postgres() {
                    test(&fixture).await;
                }
            }
        }
    )*};
}

/// An empty store, and a folder for files.
pub(crate) struct Fixture {
    home: Home,
    folder: TempDir,
}

impl Fixture {
    pub(crate) fn sqlite() -> Self {
        Self::at(Home::sqlite().unwrap())
    }

    pub(crate) fn postgres() -> Option<Self> {
        Home::postgres().unwrap().map(Self::at)
    }

    fn at(home: Home) -> Self {
        Self { home, folder: tempfile::tempdir().unwrap() }
    }

    /// The store, through connections of its own, as another process would have it.
    pub(crate) async fn store(&self) -> Store {
        self.home.open().await.unwrap()
    }

    /// Runs a statement past the store, as another program would.
    pub(crate) async fn execute(&self, sql: &'static str) {
        self.home.execute(sql).await.unwrap();
    }

    /// The only value of a statement's only row.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.home.number(sql).await.unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file with this text.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Lines of JSONL as a dataset.
    pub(crate) fn jsonl(&self, text: &str) -> Dataset {
        Dataset::open(self.file("data.jsonl", text), &ReadOptions::default()).unwrap()
    }

    /// A dataset `qa` whose first version has these lines.
    pub(crate) async fn with_qa(&self, text: &str) -> Store {
        let store = self.store().await;
        store.create_dataset_from(&qa(), self.jsonl(text)).await.unwrap();
        store
    }

    /// What an export of a version gives.
    pub(crate) async fn exported(&self, store: &Store, reference: &str) -> String {
        let path = self.path("exported.jsonl");
        let target = ExportTarget::File(path.clone());
        store.export_dataset(&at(reference), ExportFormat::Jsonl, &target).await.unwrap();
        fs::read_to_string(path).unwrap()
    }
}

pub(crate) fn qa() -> DatasetName {
    "qa".parse().unwrap()
}

pub(crate) fn at(reference: &str) -> DatasetReference {
    reference.parse().unwrap()
}

/// The new version.
pub(crate) fn new(change: DatasetChange) -> DatasetVersion {
    match change {
        DatasetChange::New(version) => version,
        DatasetChange::Nothing(version) => panic!("nothing changed since {version}"),
    }
}

/// Examples that are added, changed and removed.
pub(crate) fn counts(version: &DatasetVersion) -> (u64, u64, u64) {
    (version.added, version.changed, version.removed)
}

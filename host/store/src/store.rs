use crate::database::Database;
use crate::error::StoreError;
use crate::location::StoreLocation;

/// Runs, datasets, traces and assessments. Cheap to clone; several processes may use the same store at once.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) database: Database,
}

impl Store {
    /// Opens the store, makes it where there is none, and brings its schema up to date.
    pub async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open(location).await? })
    }

    /// Closes the store, also for its clones. What is committed is durable without it; it leaves a tidy folder, with one file
    /// where SQLite had three.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Where the store is.
    #[must_use]
    pub fn location(&self) -> &StoreLocation {
        self.database.location()
    }
}

use jiff::Timestamp;

use super::catalogue;
use super::error::ManagedDatasetError;
use super::name::DatasetName;
use crate::Store;
use crate::database::{Transaction, ask};

impl Store {
    /// Deletes a dataset with its versions and tags. Examples that a run or another dataset has stay for them. The name can
    /// be used again; its versions then go on from the numbers that were used.
    pub async fn delete_dataset(&self, name: &DatasetName) -> Result<(), ManagedDatasetError> {
        const STATEMENTS: [&str; 2] =
            ["DELETE FROM dataset_tags WHERE dataset = $1", "DELETE FROM dataset_versions WHERE dataset = $1"];
        const DELETE: &str = "UPDATE datasets SET deleted_at = $2 WHERE key = $1";
        const SNAPSHOTS: &str = "SELECT DISTINCT snapshot FROM dataset_versions WHERE dataset = $1";
        let mut transaction = self.database.exclusive().await?;
        let dataset = catalogue::existing(&mut transaction, name).await?.key;
        // First of all, so that nobody adds a version meanwhile.
        ask!(transaction, "delete the dataset", connection => {
            let delete = sqlx::query(DELETE).bind(dataset).bind(Timestamp::now().to_string());
            delete.execute(connection).await.map(drop)
        })?;
        let snapshots: Vec<i64> = ask!(transaction, "delete the dataset", connection => {
            sqlx::query_scalar(SNAPSHOTS).bind(dataset).fetch_all(connection).await
        })?;
        for statement in STATEMENTS {
            ask!(transaction, "delete the dataset", connection => {
                sqlx::query(statement).bind(dataset).execute(connection).await.map(drop)
            })?;
        }
        for snapshot in snapshots {
            delete_unused(&mut transaction, snapshot).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Deletes a snapshot that nothing refers to.
async fn delete_unused(transaction: &mut Transaction, snapshot: i64) -> Result<(), ManagedDatasetError> {
    const LOCK: &str = "UPDATE snapshots SET kept = kept WHERE key = $1";
    const IS_USED: &str = "SELECT EXISTS (SELECT 1 FROM runs WHERE snapshot = $1) \
         OR EXISTS (SELECT 1 FROM columns WHERE snapshot = $1) \
         OR EXISTS (SELECT 1 FROM dataset_versions WHERE snapshot = $1)";
    const STATEMENTS: [&str; 2] = ["DELETE FROM examples WHERE snapshot = $1", "DELETE FROM snapshots WHERE key = $1"];
    // Who refers to it from now on waits, and finds it gone.
    ask!(transaction, "delete examples", connection => {
        sqlx::query(LOCK).bind(snapshot).execute(connection).await.map(drop)
    })?;
    let is_used: bool = ask!(transaction, "delete examples", connection => {
        sqlx::query_scalar(IS_USED).bind(snapshot).fetch_one(connection).await
    })?;
    if is_used {
        return Ok(());
    }
    for statement in STATEMENTS {
        ask!(transaction, "delete examples", connection => {
            sqlx::query(statement).bind(snapshot).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

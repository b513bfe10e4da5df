use scorebox_core::RunId;
use sqlx::AssertSqlSafe;

use super::columns::run_columns;
use super::find_run;
use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Deletes a run with everything that nothing else in the store uses: results, examples, what people said about it. A
    /// process that is writing it stops.
    pub async fn delete_run(&self, run: &RunId) -> Result<(), StoreError> {
        let mut transaction = self.database.exclusive().await?;
        let line = find_run(&self.database, &mut transaction, run).await?;
        let columns: Vec<i64> =
            run_columns(&mut transaction, line.key).await?.into_iter().map(|column| column.key).collect();
        for sql in [
            "DELETE FROM run_columns WHERE run = $1",
            "DELETE FROM reviews WHERE run = $1",
            "DELETE FROM runs WHERE key = $1",
        ] {
            ask!(transaction, "delete the run", connection => {
                sqlx::query(sql).bind(line.key).execute(connection).await.map(drop)
            })?;
        }
        delete_unused_columns(&mut transaction, &columns).await?;
        delete_unused_snapshot(&mut transaction, line.snapshot).await?;
        transaction.commit().await
    }
}

/// Deletes those of the columns that no run has. Where outputs were scored, the scores go first.
pub(super) async fn delete_unused_columns(session: &mut Session, columns: &[i64]) -> Result<(), StoreError> {
    const USERS: &str = "SELECT (SELECT COUNT(*) FROM run_columns WHERE col = $1) \
         + (SELECT COUNT(*) FROM columns WHERE predicted = $1)";
    for column in columns.iter().rev() {
        let users: i64 = ask!(session, "look for runs that share results", connection => {
            sqlx::query_scalar(USERS).bind(column).fetch_one(connection).await
        })?;
        if users > 0 {
            continue;
        }
        for table in ["feedback WHERE col", "spans WHERE col", "predictions WHERE col", "columns WHERE key"] {
            let sql = format!("DELETE FROM {table} = $1");
            ask!(session, "delete results", connection => {
                sqlx::query(AssertSqlSafe(&*sql)).bind(column).execute(connection).await.map(drop)
            })?;
        }
    }
    Ok(())
}

/// Deletes a snapshot that no run, no column and no version of a dataset needs.
async fn delete_unused_snapshot(session: &mut Session, snapshot: i64) -> Result<(), StoreError> {
    const USERS: &str = "SELECT (SELECT COUNT(*) FROM runs WHERE snapshot = $1) \
         + (SELECT COUNT(*) FROM columns WHERE snapshot = $1) \
         + (SELECT COUNT(*) FROM dataset_versions WHERE snapshot = $1)";
    let users: i64 = ask!(session, "look for users of the examples", connection => {
        sqlx::query_scalar(USERS).bind(snapshot).fetch_one(connection).await
    })?;
    if users > 0 {
        return Ok(());
    }
    for sql in ["DELETE FROM examples WHERE snapshot = $1", "DELETE FROM snapshots WHERE key = $1"] {
        ask!(session, "delete examples", connection => {
            sqlx::query(sql).bind(snapshot).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

//! The schema, version by version. A version that was released is never changed; a change is a new version.

use jiff::Timestamp;
use scorebox_core::Digest;
use sqlx::AssertSqlSafe;

use super::{Connection, Database, Transaction, ask, postgres, sqlite};
use crate::error::StoreError;

/// The texts, in their order; the first is version 1.
const VERSIONS: [&str; 2] =
    [include_str!("../../migrations/0001_runs.sql"), include_str!("../../migrations/0002_datasets.sql")];

const VERSIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_versions (\
     version BIGINT NOT NULL PRIMARY KEY, digest TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL)";

/// A version that the store has.
struct Applied {
    version: i64,
    digest: String,
    made_by: String,
}

/// Brings the schema up to date, or says why this build cannot use the store.
pub(super) async fn migrate(database: &Database) -> Result<(), StoreError> {
    // Most stores are up to date: no need to wait for writers then.
    let mut session = database.snapshot().await?;
    let is_made = has_versions(&mut session).await?;
    if is_made && check(database, &applied(&mut session).await?)? == VERSIONS.len() {
        return Ok(());
    }
    drop(session);
    let mut transaction = database.exclusive().await?;
    refuse_foreign(database, &mut transaction).await?;
    ask!(transaction, "make the schema", connection => sqlx::query(VERSIONS_TABLE).execute(connection).await.map(drop))?;
    let done = check(database, &applied(&mut transaction).await?)?;
    for (version, text) in (1_i64..).zip(VERSIONS).skip(done) {
        apply(&mut transaction, version, text).await?;
    }
    transaction.commit().await
}

async fn has_versions(session: &mut Transaction) -> Result<bool, StoreError> {
    let found: Result<Option<i64>, sqlx::Error> = match session.connection() {
        Connection::Sqlite(connection) => {
            let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_versions'";
            sqlx::query_scalar(sql).fetch_optional(connection).await
        }
        Connection::Postgres(connection) => {
            let sql = "SELECT 1::bigint WHERE to_regclass('schema_versions') IS NOT NULL";
            sqlx::query_scalar(sql).fetch_optional(connection).await
        }
    };
    found.map(|found| found.is_some()).map_err(|error| session.error("look for the schema", error))
}

async fn applied(session: &mut Transaction) -> Result<Vec<Applied>, StoreError> {
    const APPLIED: &str = "SELECT version, digest, made_by FROM schema_versions ORDER BY version";
    let rows: Vec<(i64, String, String)> = ask!(session, "read the version of the schema", connection => sqlx::query_as(APPLIED).fetch_all(connection).await)?;
    Ok(rows.into_iter().map(|(version, digest, made_by)| Applied { version, digest, made_by }).collect())
}

/// How many of the versions the store has, where it has none but these.
fn check(database: &Database, applied: &[Applied]) -> Result<usize, StoreError> {
    let store = || database.location().clone();
    let known = i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX);
    if let Some(newest) = applied.last().filter(|newest| newest.version > known) {
        let (found, made_by) = (newest.version, newest.made_by.clone());
        return Err(StoreError::Newer { store: store(), found, made_by, known });
    }
    for (applied, text) in applied.iter().zip(VERSIONS) {
        if applied.digest != digest(text) {
            let (version, made_by) = (applied.version, applied.made_by.clone());
            return Err(StoreError::Differs { store: store(), version, made_by });
        }
    }
    Ok(applied.len())
}

/// A server may hold a database that another program uses, or that cannot keep every text. A file was looked at before it
/// was opened.
async fn refuse_foreign(database: &Database, transaction: &mut Transaction) -> Result<(), StoreError> {
    if has_versions(transaction).await? {
        return Ok(());
    }
    let Connection::Postgres(connection) = transaction.connection() else { return Ok(()) };
    let looked = match postgres::foreign_tables(connection).await {
        Ok(found) => postgres::lacking_encoding(connection).await.map(|encoding| (found, encoding)),
        Err(error) => Err(error),
    };
    let store = database.location().clone();
    match looked.map_err(|error| transaction.error("look at the database", error))? {
        (found, _) if !found.is_empty() => Err(StoreError::NotAStore { store, found: found.join(", ") }),
        (_, Some(encoding)) => Err(StoreError::Encoding { store, encoding }),
        (_, None) => Ok(()),
    }
}

async fn apply(transaction: &mut Transaction, version: i64, text: &'static str) -> Result<(), StoreError> {
    const ADD: &str = "INSERT INTO schema_versions (version, digest, made_by, made_at) VALUES ($1, $2, $3, $4)";
    let made = match transaction.connection() {
        Connection::Sqlite(connection) => {
            let application = format!("PRAGMA application_id = {};", sqlite::APPLICATION_ID);
            let text = application + &for_sqlite(text);
            sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.map(drop)
        }
        Connection::Postgres(connection) => sqlx::raw_sql(text).execute(connection).await.map(drop),
    };
    made.map_err(|error| transaction.error("make the schema", error))?;
    ask!(transaction, "make the schema", connection => {
        let add = sqlx::query(ADD).bind(version).bind(digest(text)).bind(env!("CARGO_PKG_VERSION"));
        add.bind(Timestamp::now().to_string()).execute(connection).await.map(drop)
    })
}

fn digest(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

/// What stands in a comment that begins with `sqlite:` is for SQLite.
fn for_sqlite(text: &str) -> String {
    let mut opened = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/* sqlite:") {
        let (inside, behind) = after.split_once("*/").unwrap_or((after, ""));
        opened.push_str(before);
        opened.push_str(inside);
        rest = behind;
    }
    opened + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_for_sqlite_are_opened_and_others_stay() {
        assert_eq!(for_sqlite("a /* b */ c /* sqlite: d */; e /* sqlite:f*/"), "a /* b */ c  d ; e f");
    }
}

//! Where a test's store is.

use scorebox_fakes::PostgresServer;
use scorebox_store::{Store, StoreLocation};
use tempfile::TempDir;

/// An empty place for a store, in either database.
pub(crate) struct Home {
    pub(crate) location: StoreLocation,
    /// Removes the file with the test.
    _folder: Option<TempDir>,
}

impl Home {
    /// A store in a file that somebody else removes.
    pub(crate) fn at(path: impl Into<std::path::PathBuf>) -> Self {
        Self { location: StoreLocation::file(path), _folder: None }
    }

    pub(crate) fn sqlite() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let location = StoreLocation::file(folder.path().join("store.db"));
        Ok(Self { location, _folder: Some(folder) })
    }

    /// None where there is no PostgreSQL, which the server's fixture says.
    pub(crate) fn postgres() -> anyhow::Result<Option<Self>> {
        let Some(server) = PostgresServer::shared() else { return Ok(None) };
        Ok(Some(Self { location: server.new_database()?.parse()?, _folder: None }))
    }

    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.location).await?)
    }

    /// Runs a statement past the store, as another program would.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        match self.location.path() {
            Some(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
                let mut connection = sqlx::ConnectOptions::connect(&options).await?;
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
                sqlx::Connection::close(connection).await?;
            }
            None => {
                let mut connection = self.postgres_connection().await?;
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
            }
        }
        Ok(())
    }

    /// The only value of a statement's only row.
    pub(crate) async fn number(&self, sql: &'static str) -> anyhow::Result<i64> {
        Ok(match self.location.path() {
            Some(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = sqlx::ConnectOptions::connect(&options).await?;
                sqlx::query_scalar(sql).fetch_one(&mut connection).await?
            }
            None => sqlx::query_scalar(sql).fetch_one(&mut self.postgres_connection().await?).await?,
        })
    }

    async fn postgres_connection(&self) -> anyhow::Result<sqlx::PgConnection> {
        // The location of the tests' server has no password to hide.
        let shown = self.location.to_string();
        let (host, database) = shown.trim_start_matches("postgres://postgres@").rsplit_once('/').unwrap();
        let options = sqlx::postgres::PgConnectOptions::new_without_pgpass();
        let options = options.socket(host).username("postgres").database(database);
        Ok(sqlx::ConnectOptions::connect(&options).await?)
    }
}

/// Makes a test of each function, for SQLite and for PostgreSQL.
macro_rules! on_both_databases {
    ($(async fn $name:ident($home:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn check($home: $crate::home::Home) -> anyhow::Result<()> {
                $body
                Ok(())
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() -> anyhow::Result<()> {
                check($crate::home::Home::sqlite()?).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() -> anyhow::Result<()> {
                match $crate::home::Home::postgres()? {
                    Some(home) => check(home).await,
                    None => Ok(()),
                }
            }
        }
    )+};
}
pub(crate) use on_both_databases;

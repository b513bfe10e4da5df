//! One face for both databases: sessions, transactions, and SQL that both understand.
//!
//! Statements use `$1` for arguments. Where the databases differ, the difference stays in this module or has a function of
//! its own for each. Nothing here knows what the tables hold.

mod keys;
mod migrations;
mod postgres;
mod sqlite;
mod trouble;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};

pub(crate) use keys::next_key;
pub(crate) use trouble::Trouble;

use self::sqlite::SqliteTransaction;
use crate::error::StoreError;
use crate::location::{Place, StoreLocation};

/// How long a writer waits for another one, of this process or another.
const WRITER_PATIENCE: Duration = Duration::from_secs(60);

/// A database whose schema is the one that this build knows. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    location: StoreLocation,
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite lets one connection write at a time, so there is one.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A connection for some statements.
pub(crate) struct Session {
    location: StoreLocation,
    link: Link,
}

enum Link {
    Sqlite(PoolConnection<Sqlite>),
    SqliteSnapshot(sqlx::Transaction<'static, Sqlite>),
    SqliteTransaction(SqliteTransaction),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(sqlx::Transaction<'static, Postgres>),
}

/// The connection of a session, as sqlx knows it.
pub(crate) enum Connection<'s> {
    Sqlite(&'s mut SqliteConnection),
    Postgres(&'s mut PgConnection),
}

/// Statements that take effect together, with [`Transaction::commit`], or not at all.
pub(crate) struct Transaction(Session);

/// Runs the same code on either connection, and says what was tried where it fails.
///
/// ```text
/// let keys: Vec<(i64,)> = ask!(session, "list the runs", connection => {
///     sqlx::query_as("SELECT key FROM runs WHERE status = $1").bind(status).fetch_all(connection).await
/// })?;
/// ```
macro_rules! ask {
    ($session:expr, $action:expr, $connection:ident => $code:expr) => {{
        let answer = match $session.connection() {
            $crate::database::Connection::Sqlite($connection) => $code,
            $crate::database::Connection::Postgres($connection) => $code,
        };
        answer.map_err(|error| $session.error($action, error))
    }};
}
pub(crate) use ask;

impl Database {
    /// Opens the database, makes it where there is none, and brings its schema up to date.
    pub(crate) async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        let pools = match location.place() {
            Place::File(path) => sqlite::open(location, path).await?,
            Place::Postgres { options, .. } => Pools::Postgres(postgres::open(location, options).await?),
        };
        let database = Self { location: location.clone(), pools };
        migrations::migrate(&database).await?;
        Ok(database)
    }

    /// Closes the connections. With the last one, SQLite puts its log into the file and removes it.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) fn location(&self) -> &StoreLocation {
        &self.location
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.pools, Pools::Sqlite { .. })
    }

    /// A connection for reading. Each statement sees what is committed by then.
    pub(crate) async fn session(&self) -> Result<Session, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => readers.acquire().await.map(Link::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Link::Postgres),
        };
        self.begun(link, "connect")
    }

    /// A connection on which several statements see the same state.
    pub(crate) async fn snapshot(&self) -> Result<Transaction, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => readers.begin().await.map(Link::SqliteSnapshot),
            Pools::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                pool.begin_with(begin).await.map(Link::PostgresTransaction)
            }
        };
        self.begun(link, "begin to read").map(Transaction)
    }

    /// A transaction for writing. In SQLite it is the only one; in PostgreSQL others may write at the same time.
    pub(crate) async fn transaction(&self) -> Result<Transaction, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { writer, .. } => SqliteTransaction::begin(writer).await.map(Link::SqliteTransaction),
            Pools::Postgres(pool) => pool.begin().await.map(Link::PostgresTransaction),
        };
        self.begun(link, "begin to write").map(Transaction)
    }

    /// A transaction that is the only one of its kind in either database: for decisions that rest on what is there, such as
    /// which column to share. Rows are written in plain transactions, which do not wait for it.
    pub(crate) async fn exclusive(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.transaction().await?;
        if let Connection::Postgres(connection) = transaction.connection() {
            let locked = postgres::lock(connection).await;
            locked.map_err(|error| transaction.error("wait for other writers", error))?;
        }
        Ok(transaction)
    }

    fn begun(&self, link: Result<Link, sqlx::Error>, action: &'static str) -> Result<Session, StoreError> {
        let location = self.location.clone();
        match link {
            Ok(link) => Ok(Session { location, link }),
            Err(source) => Err(StoreError::Database { store: location, action, source }),
        }
    }
}

impl Session {
    /// For statements; see [`ask!`].
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.link {
            Link::Sqlite(connection) => Connection::Sqlite(connection),
            Link::SqliteSnapshot(transaction) => Connection::Sqlite(transaction),
            Link::SqliteTransaction(transaction) => Connection::Sqlite(transaction.connection()),
            Link::Postgres(connection) => Connection::Postgres(connection),
            Link::PostgresTransaction(transaction) => Connection::Postgres(transaction),
        }
    }

    pub(crate) fn error(&self, action: &'static str, source: sqlx::Error) -> StoreError {
        StoreError::Database { store: self.location.clone(), action, source }
    }
}

impl Transaction {
    /// Makes everything since its beginning take effect. What was committed survives a crash.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let Session { location, link } = self.0;
        let committed = match link {
            Link::SqliteSnapshot(transaction) => transaction.commit().await,
            Link::SqliteTransaction(transaction) => transaction.commit().await,
            Link::PostgresTransaction(transaction) => transaction.commit().await,
            Link::Sqlite(_) | Link::Postgres(_) => Ok(()),
        };
        committed.map_err(|source| StoreError::Database { store: location, action: "commit", source })
    }
}

impl Deref for Transaction {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.0
    }
}

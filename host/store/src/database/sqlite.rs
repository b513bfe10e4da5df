//! A store in a file.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, Sqlite, SqliteConnection, SqlitePool};

use super::{Pools, Trouble, WRITER_PATIENCE};
use crate::error::StoreError;
use crate::location::StoreLocation;

/// `SBox`: says in the file's header whose file it is.
pub(super) const APPLICATION_ID: i64 = 0x5342_6f78;

/// How long one connection waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Connections that read at the same time.
const READERS: u32 = 4;

pub(super) async fn open(location: &StoreLocation, path: &Path) -> Result<Pools, StoreError> {
    make_folder(path)?;
    check_owner(location, path).await?;
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT).disable_statement_logging();
    let writer = options
        .clone()
        .create_if_missing(true)
        .page_size(8192)
        .journal_mode(SqliteJournalMode::Wal)
        // What is committed survives a crash of the machine too.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("wal_autocheckpoint", "2000")
        .pragma("cache_size", "-16384");
    let writer = pool(1).connect_lazy_with(writer);
    connect_once(&writer).await.map_err(|source| match Trouble::of(&source) {
        Trouble::NotADatabase => StoreError::NotADatabase { store: location.clone() },
        _ => StoreError::Database { store: location.clone(), action: "open the store", source },
    })?;
    let readers = options.read_only(true).row_buffer_size(4096).pragma("cache_size", "-8192");
    Ok(Pools::Sqlite { writer, readers: pool(READERS).connect_lazy_with(readers) })
}

/// Connections stay open: there is no server that could close them.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WRITER_PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Two processes that make the same file at once may find it locked while it is switched to a write-ahead log, which
/// SQLite does not wait for.
async fn connect_once(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    loop {
        match pool.acquire().await {
            Err(error) if Trouble::of(&error) == Trouble::Busy && began.elapsed() < BUSY_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            outcome => return outcome.map(drop),
        }
    }
}

/// A transaction for writing.
///
/// sqlx counts the transactions of a connection, and after an error for which SQLite has ended one by itself – a full disk –
/// its count is wrong for good. So they are begun and ended with plain statements here, and a connection on which one was
/// not committed is closed, which takes everything back.
pub(super) struct SqliteTransaction {
    connection: PoolConnection<Sqlite>,
    is_committed: bool,
}

impl SqliteTransaction {
    pub(super) async fn begin(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let mut transaction = Self { connection: pool.acquire().await?, is_committed: false };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *transaction.connection).await?;
        Ok(transaction)
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("COMMIT").execute(&mut *self.connection).await?;
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        if !self.is_committed {
            self.connection.close_on_drop();
        }
    }
}

/// Looks whose file it is before anything of it is changed.
async fn check_owner(location: &StoreLocation, path: &Path) -> Result<(), StoreError> {
    if fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0) || !path.exists() {
        return Ok(());
    }
    let failed = |source| match Trouble::of(&source) {
        Trouble::NotADatabase => StoreError::NotADatabase { store: location.clone() },
        _ => StoreError::Database { store: location.clone(), action: "open the store", source },
    };
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT).read_only(true);
    let mut connection = options.disable_statement_logging().connect().await.map_err(failed)?;
    let owner: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connection).await.map_err(failed)?;
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 3")
        .fetch_all(&mut connection)
        .await
        .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    if owner == APPLICATION_ID || tables.is_empty() {
        return Ok(());
    }
    Err(StoreError::NotAStore { store: location.clone(), found: tables.join(", ") })
}

/// Makes the folder of the store. A `.scorebox` folder that is made here is kept out of version control.
fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    if folder.is_dir() {
        return Ok(());
    }
    let failed = |path: &Path, action| {
        let path = path.to_owned();
        move |source: io::Error| StoreError::Folder { path, action, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder, "make the folder of the store"))?;
    if folder.file_name().is_some_and(|name| name == ".scorebox") {
        let ignore = folder.join(".gitignore");
        fs::write(&ignore, "*\n").map_err(failed(&ignore, "write the file"))?;
    }
    Ok(())
}

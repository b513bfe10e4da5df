//! A store on a server.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection, PgPool};

use super::WRITER_PATIENCE;
use crate::error::StoreError;
use crate::location::StoreLocation;

/// Connections that one process holds at most; servers often allow a hundred for everybody.
const CONNECTIONS: u32 = 8;

/// `SBox`: names the lock of those who decide on what is there.
const LOCK: i64 = 0x5342_6f78;

pub(super) async fn open(location: &StoreLocation, options: &PgConnectOptions) -> Result<PgPool, StoreError> {
    let options = options.clone().application_name("scorebox").disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(WRITER_PATIENCE);
    // One attempt that says at once what is wrong: a pool would try again until its patience is over.
    let failed = |source| StoreError::Database { store: location.clone(), action: "open the store", source };
    let first = options.connect().await.map_err(failed)?;
    sqlx::Connection::close(first).await.map_err(failed)?;
    Ok(pool.connect_lazy_with(options))
}

/// Waits until no other transaction holds the lock, and holds it until the end of this one.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(connection).await.map(drop)
}

/// Tables of the names that a store needs, where the database has any.
pub(super) async fn foreign_tables(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    const FOREIGN: &str = "SELECT table_name::text FROM information_schema.tables \
         WHERE table_schema = current_schema() \
         AND table_name IN ('experiments', 'snapshots', 'examples', 'runs', 'columns', 'feedback', 'keys', 'reviews') \
         ORDER BY table_name LIMIT 3";
    sqlx::query_scalar(FOREIGN).fetch_all(connection).await
}

/// What the database keeps texts as, where that lacks characters.
pub(super) async fn lacking_encoding(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(connection).await?;
    Ok(Some(encoding).filter(|encoding| encoding != "UTF8"))
}

//! What is written in one transaction.

use std::collections::BTreeMap;

use scorebox_eval::SinkError;
use sqlx::AssertSqlSafe;

use super::postgres::{self, PostgresLines};
use super::sqlite::{self, SqliteLines, Statement};
use crate::database::{Connection, Database, Transaction, ask};
use crate::error::StoreError;
use crate::lines::{ExampleLine, FeedbackLine, PredictionLine, SpanLine, signed};

/// Lines in the form of the database that they go to.
pub(super) enum Lines {
    Sqlite(SqliteLines),
    Postgres(PostgresLines),
}

/// Lines that are ready to be written.
pub(super) enum ReadyLines {
    Sqlite(Vec<Statement>),
    Postgres(PostgresLines),
}

/// Rows that become durable together.
pub(super) struct Batch {
    pub(super) run: i64,
    pub(super) writer: String,
    pub(super) snapshot: i64,
    pub(super) lines: ReadyLines,
    pub(super) progress: Progress,
}

/// What is so once a batch is written.
#[derive(Default)]
pub(super) struct Progress {
    /// Rows that the batch holds.
    pub(super) rows: u64,
    /// Positions of the run that are done; none where the batch has no say in that.
    pub(super) done: Option<u64>,
    /// Examples that are kept, where the batch brings some.
    pub(super) kept: Option<u64>,
    /// By column.
    pub(super) columns: BTreeMap<i64, ColumnProgress>,
}

#[derive(Default)]
pub(super) struct ColumnProgress {
    /// Whether the column holds predictions.
    pub(super) is_predicted: bool,
    /// Positions that are there from then on; none where only lines are replaced.
    pub(super) positions: Option<u64>,
    /// Whether one of the results would not come out the same again.
    pub(super) is_fleeting: bool,
    /// Positions whose lines are replaced.
    pub(super) replaced: Vec<u64>,
}

impl Lines {
    pub(super) fn of(database: &Database) -> Self {
        if database.is_sqlite() {
            Self::Sqlite(SqliteLines::default())
        } else {
            Self::Postgres(PostgresLines::default())
        }
    }

    pub(super) fn example(&mut self, snapshot: i64, line: &ExampleLine<'_>) {
        match self {
            Self::Sqlite(lines) => lines.example(snapshot, line),
            Self::Postgres(lines) => lines.example(snapshot, line),
        }
    }

    pub(super) fn prediction(&mut self, column: i64, line: &PredictionLine<'_>) {
        match self {
            Self::Sqlite(lines) => lines.prediction(column, line),
            Self::Postgres(lines) => lines.prediction(column, line),
        }
    }

    pub(super) fn span(&mut self, column: i64, position: i64, line: &SpanLine<'_>) {
        match self {
            Self::Sqlite(lines) => lines.span(column, position, line),
            Self::Postgres(lines) => lines.span(column, position, line),
        }
    }

    pub(super) fn feedback(&mut self, column: i64, line: &FeedbackLine<'_>) {
        match self {
            Self::Sqlite(lines) => lines.feedback(column, line),
            Self::Postgres(lines) => lines.feedback(column, line),
        }
    }

    pub(super) fn take(&mut self) -> ReadyLines {
        match self {
            Self::Sqlite(lines) => ReadyLines::Sqlite(lines.take()),
            Self::Postgres(lines) => ReadyLines::Postgres(lines.take()),
        }
    }
}

/// Writes a batch, if its writer may still write, and answers with the number of its rows.
pub(super) async fn write(database: Database, batch: Batch) -> Result<u64, SinkError> {
    let Batch { run, writer, snapshot, lines, progress } = batch;
    let mut transaction = database.transaction().await.map_err(cannot_write)?;
    if !advance(&mut transaction, run, &writer, progress.done).await.map_err(cannot_write)? {
        return Err(SinkError::TakenOver);
    }
    write_lines(&mut transaction, snapshot, lines, &progress).await.map_err(cannot_write)?;
    transaction.commit().await.map_err(cannot_write)?;
    Ok(progress.rows)
}

pub(super) fn cannot_write(error: StoreError) -> SinkError {
    let is_disk_full = error.is_disk_full();
    SinkError::Store { action: "write results", source: Box::new(error), is_disk_full }
}

/// Says how far the run is, and with that keeps others from writing it until the end of the transaction. False where
/// another process has taken it over.
async fn advance(transaction: &mut Transaction, run: i64, writer: &str, done: Option<u64>) -> Result<bool, StoreError> {
    const ADVANCE: &str = "UPDATE runs SET done = COALESCE($3, done) WHERE key = $1 AND writer = $2";
    let lines = ask!(transaction, "write results", connection => {
        let advance = sqlx::query(ADVANCE).bind(run).bind(writer).bind(done.map(signed));
        advance.execute(connection).await.map(|done| done.rows_affected())
    })?;
    Ok(lines == 1)
}

async fn write_lines(
    transaction: &mut Transaction,
    snapshot: i64,
    lines: ReadyLines,
    progress: &Progress,
) -> Result<(), StoreError> {
    const KEEP: &str = "UPDATE snapshots SET kept = $2 WHERE key = $1 AND kept < $2";
    const ADVANCE: &str = "UPDATE columns SET positions = COALESCE($2, positions), is_lasting = is_lasting AND NOT $3 \
         WHERE key = $1";
    for (column, progress) in &progress.columns {
        delete_replaced(transaction, *column, progress).await?;
    }
    let kept = if progress.kept.is_some() { lock_snapshot(transaction, snapshot).await? } else { 0 };
    let written = match (transaction.connection(), lines) {
        (Connection::Sqlite(connection), ReadyLines::Sqlite(lines)) => sqlite::execute(connection, lines).await,
        (Connection::Postgres(connection), ReadyLines::Postgres(lines)) => {
            postgres::execute(connection, lines, kept).await
        }
        // Lines are made for the database that they go to.
        _ => Ok(()),
    };
    written.map_err(|error| transaction.error("write results", error))?;
    if let Some(kept) = progress.kept {
        ask!(transaction, "write results", connection => {
            sqlx::query(KEEP).bind(snapshot).bind(signed(kept)).execute(connection).await.map(drop)
        })?;
    }
    for (column, progress) in &progress.columns {
        ask!(transaction, "write results", connection => {
            let advance = sqlx::query(ADVANCE).bind(column).bind(progress.positions.map(signed));
            advance.bind(progress.is_fleeting).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// Says how many examples are kept, and keeps others from keeping more until the end of the transaction.
async fn lock_snapshot(transaction: &mut Transaction, snapshot: i64) -> Result<i64, StoreError> {
    const LOCK: &str = "UPDATE snapshots SET kept = kept WHERE key = $1 RETURNING kept";
    ask!(transaction, "write results", connection => {
        sqlx::query_scalar(LOCK).bind(snapshot).fetch_one(connection).await
    })
}

async fn delete_replaced(
    transaction: &mut Transaction,
    column: i64,
    progress: &ColumnProgress,
) -> Result<(), StoreError> {
    if progress.replaced.is_empty() {
        return Ok(());
    }
    let positions: Vec<_> = progress.replaced.iter().map(u64::to_string).collect();
    let tables: &[&str] = if progress.is_predicted { &["predictions", "spans"] } else { &["feedback"] };
    for table in tables {
        let sql = format!("DELETE FROM {table} WHERE col = $1 AND position IN ({})", positions.join(","));
        ask!(transaction, "replace results", connection => {
            let delete = sqlx::query(AssertSqlSafe(&*sql)).bind(column).persistent(false);
            delete.execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

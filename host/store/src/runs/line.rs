use jiff::Timestamp;
use scorebox_core::RunId;
use scorebox_eval::{RunRecord, RunStatus};

use super::columns::{RunColumn, run_columns};
use crate::database::{Database, Session, ask};
use crate::error::StoreError;
use crate::lines::unsigned;
use crate::read::RowSource;

/// A line of `runs`.
#[derive(Debug)]
pub(crate) struct RunLine {
    pub(crate) key: i64,
    pub(crate) snapshot: i64,
    /// Positions in all.
    pub(crate) positions: u64,
    /// Positions, from the beginning, that are done.
    pub(crate) done: u64,
    pub(crate) record: RunRecord,
}

pub(crate) type RunColumns = (i64, i64, i64, i64, String);

/// The columns of a line, in the order of [`RunColumns`].
pub(crate) const RUN_COLUMNS: &str = "runs.key, runs.snapshot, runs.positions, runs.done, runs.record";

impl RunLine {
    pub(crate) fn read((key, snapshot, positions, done, record): RunColumns) -> Result<Self, StoreError> {
        let unreadable = |error: serde_json::Error| {
            StoreError::unreadable("runs", None, None, format!("`record` of the run with key {key}: {error}"))
        };
        let record = serde_json::from_str(&record).map_err(unreadable)?;
        Ok(Self { key, snapshot, positions: unsigned(positions), done: unsigned(done), record })
    }

    pub(crate) fn repeats(&self) -> u64 {
        self.record.repeats.get().into()
    }

    pub(crate) fn id(&self) -> &RunId {
        &self.record.run_id
    }

    /// Where its rows are.
    pub(crate) async fn source(&self, session: &mut Session) -> Result<RowSource, StoreError> {
        let columns = run_columns(session, self.key).await?;
        Ok(self.source_of(columns.into_iter().filter(|column| column.pending.is_none()).collect()))
    }

    pub(crate) fn source_of(&self, columns: Vec<RunColumn>) -> RowSource {
        RowSource { run: self.id().clone(), snapshot: self.snapshot, repeats: self.repeats(), columns }
    }
}

/// The run, or that there is none.
pub(crate) async fn find_run(database: &Database, session: &mut Session, id: &RunId) -> Result<RunLine, StoreError> {
    const FIND: &str = "SELECT key, snapshot, positions, done, record FROM runs WHERE id = $1";
    let found: Option<RunColumns> = ask!(session, "find the run", connection => {
        sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(connection).await
    })?;
    let missing = || StoreError::NoRun { store: database.location().clone(), reference: id.to_string() };
    RunLine::read(found.ok_or_else(missing)?)
}

/// Gives the run to a new writer, and with that takes it from any other.
pub(crate) async fn take_over(
    session: &mut Session,
    run: &mut RunLine,
    writer: &str,
    status: RunStatus,
) -> Result<(), StoreError> {
    const TAKE: &str = "UPDATE runs SET writer = $2, status = $3, record = $4 WHERE key = $1 RETURNING done";
    run.record.status = status;
    let record = record_text(&run.record)?;
    let done: i64 = ask!(session, "take the run over", connection => {
        let take = sqlx::query_scalar(TAKE).bind(run.key).bind(writer).bind(status_name(status)).bind(&record);
        take.fetch_one(connection).await
    })?;
    // A writer that was at work may have come further since the run was read.
    run.done = unsigned(done);
    Ok(())
}

pub(crate) fn record_text(record: &RunRecord) -> Result<String, StoreError> {
    serde_json::to_string(record)
        .map_err(|error| StoreError::InvalidRecord { run: record.run_id.clone(), reason: error.to_string() })
}

/// The name of a status, as it stands in records.
pub(crate) fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Finished => "finished",
        RunStatus::Interrupted => "interrupted",
        RunStatus::OverBudget => "over_budget",
        RunStatus::Failed => "failed",
    }
}

/// Times with all their digits, so that texts compare as the times do.
pub(crate) fn time_text(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// What names a writer: nobody else has it.
pub(crate) fn new_writer() -> String {
    RunId::generate().as_str().replace("run_", "writer_")
}

use scorebox_core::Failure;
use scorebox_eval::{FunctionRecord, RunRecord, RunStatus};

use super::columns::{RunColumn, run_columns};
use super::line::{RUN_COLUMNS, RunColumns, RunLine, record_text, status_name};
use crate::database::{Database, Session, ask};
use crate::error::StoreError;
use crate::read::summarize;
use crate::reuse::is_lasting_failure;
use crate::write::Purpose;

/// How the writing of a run comes to its end.
pub(crate) struct Ending<'s> {
    pub(crate) run: i64,
    pub(crate) writer: &'s str,
    pub(crate) purpose: &'s Purpose,
    /// Whether rows were summed up that the store does not have.
    pub(crate) has_lost_rows: bool,
}

/// Writes the record of a run that comes to its end, with a summary of all its rows. False where another process has taken
/// the run over.
pub(crate) async fn finish_run(
    database: &Database,
    ending: Ending<'_>,
    record: &mut RunRecord,
) -> Result<bool, StoreError> {
    match ending.purpose {
        Purpose::Rows { is_resumed, .. } => {
            if *is_resumed || ending.has_lost_rows {
                sum_up(database, ending.run, record).await?;
            }
            end(database, &ending, record).await
        }
        Purpose::Retry { before, columns } => {
            let line = sum_up(database, ending.run, record).await?;
            // All that was asked for is done, but the run itself may not be.
            if record.status == RunStatus::Finished && line.done < line.positions {
                record.status = *before;
            }
            let mut transaction = database.transaction().await?;
            let is_ours = end_in(&mut transaction, &ending, record).await?;
            if is_ours {
                settle(&mut transaction, columns).await?;
            }
            transaction.commit().await?;
            Ok(is_ours)
        }
        Purpose::Extend { columns, .. } => attach(database, &ending, columns, record).await,
    }
}

/// Puts a summary of all rows that the store has into the record.
async fn sum_up(database: &Database, run: i64, record: &mut RunRecord) -> Result<RunLine, StoreError> {
    let mut session = database.session().await?;
    let line = line_of(&mut session, run).await?;
    let source = line.source(&mut session).await?;
    drop(session);
    record.summary = Some(summarize(database, source, line.done, record).await?);
    Ok(line)
}

async fn line_of(session: &mut Session, run: i64) -> Result<RunLine, StoreError> {
    let sql = format!("SELECT {RUN_COLUMNS} FROM runs WHERE key = $1");
    let line: RunColumns = ask!(session, "read the run", connection => {
        sqlx::query_as(sqlx::AssertSqlSafe(&*sql)).bind(run).fetch_one(connection).await
    })?;
    RunLine::read(line)
}

async fn end(database: &Database, ending: &Ending<'_>, record: &RunRecord) -> Result<bool, StoreError> {
    let mut transaction = database.transaction().await?;
    let is_ours = end_in(&mut transaction, ending, record).await?;
    transaction.commit().await?;
    Ok(is_ours)
}

async fn end_in(session: &mut Session, ending: &Ending<'_>, record: &RunRecord) -> Result<bool, StoreError> {
    const END: &str = "UPDATE runs SET status = $3, record = $4, writer = NULL WHERE key = $1 AND writer = $2";
    let text = record_text(record)?;
    let lines = ask!(session, "write the record of the run", connection => {
        let end = sqlx::query(END).bind(ending.run).bind(ending.writer).bind(status_name(record.status)).bind(&text);
        end.execute(connection).await.map(|done| done.rows_affected())
    })?;
    Ok(lines == 1)
}

/// Says of columns of which results were replaced whether all of them would come out the same again.
async fn settle(session: &mut Session, columns: &[i64]) -> Result<(), StoreError> {
    const FAILURES: &str = "SELECT error FROM predictions WHERE col = $1 AND error IS NOT NULL \
         UNION ALL SELECT body FROM feedback WHERE col = $1 AND kind = 'e'";
    const SETTLE: &str = "UPDATE columns SET is_lasting = $2 WHERE key = $1 AND fingerprint IS NOT NULL";
    for column in columns {
        let failures: Vec<String> = ask!(session, "look at failures", connection => {
            sqlx::query_scalar(FAILURES).bind(column).fetch_all(connection).await
        })?;
        let lasts =
            |text: &String| serde_json::from_str(text).is_ok_and(|failure: Failure| is_lasting_failure(failure.kind));
        let is_lasting = failures.iter().all(lasts);
        ask!(session, "write results", connection => {
            sqlx::query(SETTLE).bind(column).bind(is_lasting).execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

/// Gives a run the columns that further scorers have filled. Where they are not full, the run stays as it was, and the columns
/// wait for another attempt.
async fn attach(
    database: &Database,
    ending: &Ending<'_>,
    columns: &[i64],
    record: &mut RunRecord,
) -> Result<bool, StoreError> {
    const RELEASE: &str = "UPDATE runs SET writer = NULL WHERE key = $1 AND writer = $2";
    const ATTACH: &str = "UPDATE run_columns SET pending = NULL WHERE run = $1 AND col = $2";
    let mut session = database.session().await?;
    let line = line_of(&mut session, ending.run).await?;
    let mut all = run_columns(&mut session, ending.run).await?;
    drop(session);
    all.retain(|column| column.pending.is_none() || columns.contains(&column.key));
    let is_full = all.iter().all(|column| column.positions >= line.positions);
    if record.status == RunStatus::Finished && is_full && !ending.has_lost_rows {
        let functions = functions_of(&line.record, &all);
        let source = line.source_of(all);
        let (status, error) = (line.record.status, line.record.error);
        *record = RunRecord { functions, status, error, ..record.clone() };
        record.summary = Some(summarize(database, source, line.done, record).await?);
        let mut transaction = database.transaction().await?;
        let is_ours = end_in(&mut transaction, ending, record).await?;
        for column in columns.iter().filter(|_| is_ours) {
            ask!(transaction, "attach results", connection => {
                sqlx::query(ATTACH).bind(ending.run).bind(column).execute(connection).await.map(drop)
            })?;
        }
        transaction.commit().await?;
        return Ok(is_ours);
    }
    let mut transaction = database.transaction().await?;
    let lines = ask!(transaction, "release the run", connection => {
        let release = sqlx::query(RELEASE).bind(ending.run).bind(ending.writer);
        release.execute(connection).await.map(|done| done.rows_affected())
    })?;
    transaction.commit().await?;
    Ok(lines == 1)
}

/// The functions of a run with further ones, in the order of their places.
fn functions_of(record: &RunRecord, columns: &[RunColumn]) -> Vec<FunctionRecord> {
    let known = |column: &RunColumn| {
        let is_it = |function: &&FunctionRecord| function.name == column.name && function.role == column.role;
        record.functions.iter().find(is_it).cloned()
    };
    columns.iter().filter_map(|column| column.pending.clone().or_else(|| known(column))).collect()
}

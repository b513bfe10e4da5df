use std::collections::BTreeSet;
use std::sync::Arc;

use scorebox_core::RunId;
use scorebox_eval::{FunctionRole, RunRecord, RunStatus};
use sqlx::AssertSqlSafe;

use super::columns::{RunColumn, run_columns};
use super::find_run;
use super::line::{new_writer, take_over};
use super::resume::kept_examples;
use crate::database::{Session, ask, next_key};
use crate::error::StoreError;
use crate::lines::{signed, unsigned};
use crate::reuse::{Answers, Source, StoreMemo};
use crate::store::Store;
use crate::write::{Purpose, SinkOrder, StoreSink, Target};

/// A run of which calls that failed are made again.
#[derive(Debug)]
pub struct Retry {
    /// Its record, as of a run that is running.
    pub record: RunRecord,
    /// The rows with failures. The plan evaluates only these.
    pub positions: BTreeSet<u64>,
    /// Where results go: they replace what failed.
    pub sink: StoreSink,
    /// Everything that did not fail.
    pub memo: Arc<StoreMemo>,
}

impl Store {
    /// Prepares to make calls again that failed. None where there are none.
    pub async fn retry_errors(&self, run: &RunId) -> Result<Option<Retry>, StoreError> {
        let mut transaction = self.database.exclusive().await?;
        let mut line = find_run(&self.database, &mut transaction, run).await?;
        let mut columns = run_columns(&mut transaction, line.key).await?;
        columns.retain(|column| column.pending.is_none());
        let before = line.record.status;
        let writer = new_writer();
        (line.record.error, line.record.ended_at) = (None, None);
        take_over(&mut transaction, &mut line, &writer, RunStatus::Running).await?;

        let failures = failures(&mut transaction, &columns, line.done).await?;
        if failures.positions.is_empty() {
            // Nothing of the transaction takes effect: the run stays as it was.
            return Ok(None);
        }
        let mut predicted = None;
        for column in columns.iter_mut().filter(|column| failures.concerns(column)) {
            own(&mut transaction, line.key, column, line.done, predicted).await?;
            if column.role == FunctionRole::Predictor {
                predicted = Some(column.key);
            }
        }
        let kept = kept_examples(&mut transaction, line.snapshot).await?;
        transaction.commit().await?;

        let concerned = columns.iter().filter(|column| failures.concerns(column));
        let target =
            |column: &RunColumn| Target { place: column.place, column: column.key, name: column.name.clone(), from: 0 };
        let order = SinkOrder {
            run: line.key,
            run_id: run.clone(),
            writer,
            snapshot: line.snapshot,
            kept,
            repeats: line.repeats(),
            targets: concerned.clone().map(target).collect(),
            purpose: Purpose::Retry { before, columns: concerned.map(|column| column.key).collect() },
        };
        let source = |column: &RunColumn| {
            let answers = Answers::WithoutErrors;
            (column.name.clone(), Source::Column { column: column.key, positions: line.done, answers })
        };
        let (predictors, scorers): (Vec<_>, Vec<_>) =
            columns.iter().partition(|column| column.role == FunctionRole::Predictor);
        let predictor = predictors.first().map(|column| source(column));
        let memo = StoreMemo::new(self.database.clone(), predictor, scorers.into_iter().map(source).collect());
        let sink = StoreSink::new(self.database.clone(), order);
        let positions = failures.positions;
        Ok(Some(Retry { record: line.record, positions, sink, memo: Arc::new(memo) }))
    }
}

/// Where a run has failures.
struct Failures {
    positions: BTreeSet<u64>,
    /// Whether predictions failed: then each scorer has nothing to say about their rows.
    of_predictions: bool,
    /// The places of the scorers that failed.
    of_scorers: Vec<usize>,
}

impl Failures {
    /// Whether lines of the column will be replaced.
    fn concerns(&self, column: &RunColumn) -> bool {
        match column.role {
            FunctionRole::Predictor => self.of_predictions,
            FunctionRole::Scorer => self.of_predictions || self.of_scorers.contains(&column.place),
        }
    }
}

async fn failures(session: &mut Session, columns: &[RunColumn], done: u64) -> Result<Failures, StoreError> {
    const OF_PREDICTIONS: &str =
        "SELECT position FROM predictions WHERE col = $1 AND position < $2 AND error IS NOT NULL";
    const OF_SCORES: &str = "SELECT position FROM feedback WHERE col = $1 AND position < $2 AND kind = 'e'";
    let mut failures = Failures { positions: BTreeSet::new(), of_predictions: false, of_scorers: Vec::new() };
    for column in columns {
        let sql = if column.role == FunctionRole::Predictor { OF_PREDICTIONS } else { OF_SCORES };
        let positions: Vec<i64> = ask!(session, "look for failures", connection => {
            sqlx::query_scalar(sql).bind(column.key).bind(signed(done)).fetch_all(connection).await
        })?;
        if positions.is_empty() {
            continue;
        }
        match column.role {
            FunctionRole::Predictor => failures.of_predictions = true,
            FunctionRole::Scorer => failures.of_scorers.push(column.place),
        }
        failures.positions.extend(positions.into_iter().map(unsigned));
    }
    Ok(failures)
}

/// Makes a column one that only this run has, so that its lines can be replaced, and keeps others from sharing it meanwhile.
///
/// `predicted` is the column of the run's predictions, where that was made its own before.
async fn own(
    session: &mut Session,
    run: i64,
    column: &mut RunColumn,
    done: u64,
    predicted: Option<i64>,
) -> Result<(), StoreError> {
    const OTHERS: &str = "SELECT COUNT(*) FROM run_columns WHERE col = $1 AND run <> $2";
    const GIVE: &str = "UPDATE run_columns SET col = $3, is_shared = FALSE WHERE run = $1 AND place = $2";
    const UNSETTLE: &str = "UPDATE columns SET is_lasting = FALSE, predicted = COALESCE($2, predicted) WHERE key = $1";
    let others: i64 = ask!(session, "look for runs that share results", connection => {
        sqlx::query_scalar(OTHERS).bind(column.key).bind(run).fetch_one(connection).await
    })?;
    if others > 0 {
        column.key = copy(session, column, done).await?;
    }
    if column.is_shared {
        mark_reused(session, column).await?;
        column.is_shared = false;
    }
    ask!(session, "give the run its columns", connection => {
        let give = sqlx::query(GIVE).bind(run).bind(signed(column.place as u64)).bind(column.key);
        give.execute(connection).await.map(drop)
    })?;
    ask!(session, "give the run its columns", connection => {
        sqlx::query(UNSETTLE).bind(column.key).bind(predicted).execute(connection).await.map(drop)
    })
}

/// Copies a column as far as the run goes.
async fn copy(session: &mut Session, column: &RunColumn, done: u64) -> Result<i64, StoreError> {
    const COPY: &str = "INSERT INTO columns \
         (key, role, source, name, fingerprint, snapshot, predicted, repeats, positions, is_lasting) \
         SELECT $2, role, source, name, fingerprint, snapshot, predicted, repeats, $3, is_lasting \
         FROM columns WHERE key = $1";
    let key = next_key(session, "columns").await?;
    ask!(session, "copy shared results", connection => {
        let copy = sqlx::query(COPY).bind(column.key).bind(key).bind(signed(done));
        copy.execute(connection).await.map(drop)
    })?;
    for (table, values) in lines_of(column.role) {
        let sql = format!(
            "INSERT INTO {table} (col, {values}) SELECT $2, {values} FROM {table} WHERE col = $1 AND position < $3"
        );
        ask!(session, "copy shared results", connection => {
            let copy = sqlx::query(AssertSqlSafe(&*sql)).bind(column.key).bind(key).bind(signed(done));
            copy.persistent(false).execute(connection).await.map(drop)
        })?;
    }
    Ok(key)
}

/// Results of a column that the run did not ask for itself: that is said of each once the column is the run's own.
async fn mark_reused(session: &mut Session, column: &RunColumn) -> Result<(), StoreError> {
    const PREDICTIONS: &str = "UPDATE predictions SET is_reused = TRUE, started_ns = NULL WHERE col = $1";
    const FEEDBACK: &str =
        "UPDATE feedback SET is_reused = TRUE, started_ns = NULL WHERE col = $1 AND place = 0 AND kind <> 's'";
    let sql = if column.role == FunctionRole::Predictor { PREDICTIONS } else { FEEDBACK };
    ask!(session, "copy shared results", connection => {
        sqlx::query(sql).bind(column.key).execute(connection).await.map(drop)
    })
}

/// The tables that hold the lines of a column, and what they hold beside its key.
fn lines_of(role: FunctionRole) -> &'static [(&'static str, &'static str)] {
    match role {
        FunctionRole::Predictor => &[
            (
                "predictions",
                "position, content, outputs, error, elapsed_ns, started_ns, is_reused, usage, log, trace_id, trace",
            ),
            (
                "spans",
                "position, place, span_id, parent_span_id, name, kind, start_time_unix_nano, end_time_unix_nano, body",
            ),
        ],
        FunctionRole::Scorer => &[(
            "feedback",
            "position, place, kind, number, elapsed_ns, started_ns, is_reused, name, body, rationale, metadata, \
             span_id, usage, log",
        )],
    }
}

use std::sync::Arc;

use jiff::Timestamp;
use scorebox_core::{InvalidId, RunId};
use scorebox_eval::{FunctionRecord, FunctionRole, RunRecord, RunStatus, Summary};

use super::columns::{GivenColumn, RunColumn, give_column, make_column, places, run_columns};
use super::finish::{Ending, finish_run};
use super::line::{RUN_COLUMNS, RunColumns, RunLine, find_run, new_writer, record_text, status_name, time_text};
use crate::database::{Session, ask, next_key};
use crate::error::StoreError;
use crate::lines::{signed, unsigned};
use crate::read::summarize;
use crate::reuse::{
    Answers, Change, ContentIndex, Earlier, FunctionReuse, Reused, Shape, Source, StoreMemo, explain, shared_column,
};
use crate::store::Store;
use crate::text::stored;
use crate::write::{Purpose, SinkOrder, StoreSink, Target};

/// Earlier runs that are looked at to say what has changed.
const EARLIER_RUNS: i64 = 20;

/// A run that the store has from now on.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a whole run")]
pub enum Begun {
    /// All results were there: it is finished already.
    Finished {
        /// Its record, with the summary.
        record: Box<RunRecord>,
        /// What is used again, by function.
        reuse: Vec<FunctionReuse>,
    },
    /// Something is to be evaluated.
    Open(OpenRun),
}

/// What an evaluation needs.
#[derive(Debug)]
pub struct OpenRun {
    /// Where results go.
    pub sink: StoreSink,
    /// What earlier calls gave.
    pub memo: Arc<StoreMemo>,
    /// What is used again, by function, in the order of the record.
    pub reuse: Vec<FunctionReuse>,
}

/// A function of the new run with its column.
pub(super) struct Placed<'r> {
    pub(super) place: usize,
    pub(super) function: &'r FunctionRecord,
    pub(super) column: i64,
    pub(super) is_shared: bool,
}

impl Store {
    /// Begins a run: finds results of earlier runs that need no call, if it `reuses` any, and makes room for the others.
    pub async fn begin(&self, record: &RunRecord, reuses: bool) -> Result<Begun, StoreError> {
        let mut transaction = self.database.exclusive().await?;
        let (snapshot, kept) = snapshot_key(&mut transaction, record).await?;
        let shape = Shape { snapshot, repeats: record.repeats.get().into(), positions: record.positions() };
        let placed = place_functions(&mut transaction, record, shape, reuses).await?;
        let all_shared = placed.iter().all(|placed| placed.is_shared);
        let writer = new_writer();
        let run = add_run(&mut transaction, record, shape, &writer, all_shared).await?;
        for Placed { place, column, is_shared, .. } in &placed {
            let (key, place, is_shared) = (*column, *place, *is_shared);
            give_column(&mut transaction, run, GivenColumn { key, place, is_shared, pending: None }).await?;
        }
        let reuse = reuse_of(&mut transaction, record, shape, &placed, reuses).await?;
        transaction.commit().await?;

        if all_shared {
            let record = Box::new(self.finish_shared(run, &writer, record).await?);
            return Ok(Begun::Finished { record, reuse });
        }
        let (memo, reuse) = self.memo_of(&placed, shape, reuses, reuse).await?;
        let targets = placed.iter().filter(|placed| !placed.is_shared).map(Placed::target).collect();
        let order = SinkOrder {
            run,
            run_id: record.run_id.clone(),
            writer,
            snapshot,
            kept,
            repeats: shape.repeats,
            targets,
            purpose: Purpose::Rows { next: 0, is_resumed: false },
        };
        let sink = StoreSink::new(self.database.clone(), order);
        Ok(Begun::Open(OpenRun { sink, memo: Arc::new(memo), reuse }))
    }

    /// What the columns of a run answer, and what is known of rows with the same content.
    pub(super) async fn memo_of(
        &self,
        placed: &[Placed<'_>],
        shape: Shape,
        reuses: bool,
        mut reuse: Vec<FunctionReuse>,
    ) -> Result<(StoreMemo, Vec<FunctionReuse>), StoreError> {
        let mut session = self.database.session().await?;
        let mut predictor = None;
        let mut scorers = Vec::new();
        for (place, placed) in placed.iter().enumerate() {
            let source = match placed.function.row_fingerprint() {
                _ if placed.is_shared => {
                    Source::Column { column: placed.column, positions: shape.positions, answers: Answers::All }
                }
                Some(fingerprint) if reuses => {
                    let index = ContentIndex::load(&mut session, fingerprint).await?;
                    if let Some(reuse) = reuse.get_mut(place).filter(|_| index.len() > 0) {
                        reuse.reused = Reused::Rows { known: index.len() };
                    }
                    Source::Rows(index)
                }
                _ => Source::Nothing,
            };
            let named = (placed.function.name.clone(), source);
            if placed.place == 0 { predictor = Some(named) } else { scorers.push(named) }
        }
        Ok((StoreMemo::new(self.database.clone(), predictor, scorers), reuse))
    }

    /// Ends a run that has all its results from earlier ones.
    async fn finish_shared(&self, run: i64, writer: &str, record: &RunRecord) -> Result<RunRecord, StoreError> {
        let mut session = self.database.session().await?;
        let line = find_run(&self.database, &mut session, &record.run_id).await?;
        let summary = match earlier_summary(&mut session, &line).await? {
            Some(summary) => summary,
            None => {
                let source = line.source(&mut session).await?;
                summarize(&self.database, source, line.done, record).await?
            }
        };
        let mut record = RunRecord {
            status: RunStatus::Finished,
            ended_at: Some(Timestamp::now()),
            summary: Some(summary),
            ..record.clone()
        };
        let purpose = Purpose::Rows { next: line.done, is_resumed: false };
        let ending = Ending { run, writer, purpose: &purpose, has_lost_rows: false };
        finish_run(&self.database, ending, &mut record).await?;
        Ok(record)
    }
}

impl Placed<'_> {
    pub(super) fn target(&self) -> Target {
        Target { place: self.place, column: self.column, name: self.function.name.clone(), from: 0 }
    }
}

/// The key of the snapshot that the run evaluates, and how many of its examples the store has.
async fn snapshot_key(session: &mut Session, record: &RunRecord) -> Result<(i64, u64), StoreError> {
    const FIND: &str = "SELECT key, kept FROM snapshots WHERE digest = $1";
    const ADD: &str = "INSERT INTO snapshots (key, digest, rows) VALUES ($1, $2, $3)";
    let digest = record.dataset.snapshot.to_string();
    let found: Option<(i64, i64)> = ask!(session, "find the snapshot", connection => {
        sqlx::query_as(FIND).bind(&digest).fetch_optional(connection).await
    })?;
    if let Some((key, kept)) = found {
        return Ok((key, unsigned(kept)));
    }
    let key = next_key(session, "snapshots").await?;
    ask!(session, "add the snapshot", connection => {
        let add = sqlx::query(ADD).bind(key).bind(&digest).bind(signed(record.dataset.rows));
        add.execute(connection).await.map(drop)
    })?;
    Ok((key, 0))
}

/// Gives each function a column: that of an earlier run, if there is one with all its results, or an empty one.
async fn place_functions<'r>(
    session: &mut Session,
    record: &'r RunRecord,
    shape: Shape,
    reuses: bool,
) -> Result<Vec<Placed<'r>>, StoreError> {
    let mut predicted = None;
    let mut placed = Vec::with_capacity(record.functions.len());
    for (place, function) in places(&record.functions) {
        let found = match function.fingerprint.filter(|_| reuses) {
            Some(fingerprint) => shared_column(session, Some(fingerprint), shape, predicted).await?,
            None => None,
        };
        let column = match found {
            Some(column) => column,
            None => make_column(session, function, shape, predicted).await?,
        };
        if function.role == FunctionRole::Predictor {
            predicted = Some(column);
        }
        placed.push(Placed { place, function, column, is_shared: found.is_some() });
    }
    Ok(placed)
}

async fn add_run(
    session: &mut Session,
    record: &RunRecord,
    shape: Shape,
    writer: &str,
    is_done: bool,
) -> Result<i64, StoreError> {
    const ADD: &str = "INSERT INTO runs (key, id, experiment, status, started_at, git_branch, git_commit, snapshot, \
         positions, done, writer, record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let experiment = match &record.experiment {
        Some(name) => Some(experiment_key(session, name).await?),
        None => None,
    };
    let key = next_key(session, "runs").await?;
    let text = record_text(record)?;
    let (branch, commit) = (record.git_branch.as_deref().map(stored), record.git_commit.as_deref().map(stored));
    let done = if is_done { shape.positions } else { 0 };
    ask!(session, "add the run", connection => {
        let add = sqlx::query(ADD).bind(key).bind(record.run_id.as_str()).bind(experiment);
        let add = add.bind(status_name(record.status)).bind(time_text(record.started_at));
        let add = add.bind(branch.as_deref()).bind(commit.as_deref()).bind(shape.snapshot);
        let add = add.bind(signed(shape.positions)).bind(signed(done)).bind(writer).bind(&text);
        add.execute(connection).await.map(drop)
    })?;
    Ok(key)
}

async fn experiment_key(session: &mut Session, name: &str) -> Result<i64, StoreError> {
    const FIND: &str = "SELECT key FROM experiments WHERE name = $1";
    const ADD: &str = "INSERT INTO experiments (key, name, created_at) VALUES ($1, $2, $3)";
    let name = stored(name);
    let found: Option<i64> = ask!(session, "find the experiment", connection => {
        sqlx::query_scalar(FIND).bind(&*name).fetch_optional(connection).await
    })?;
    if let Some(key) = found {
        return Ok(key);
    }
    let key = next_key(session, "experiments").await?;
    ask!(session, "add the experiment", connection => {
        let add = sqlx::query(ADD).bind(key).bind(&*name).bind(time_text(Timestamp::now()));
        add.execute(connection).await.map(drop)
    })?;
    Ok(key)
}

/// What is used again, as far as columns say it, and what has changed where they are not shared.
async fn reuse_of(
    session: &mut Session,
    record: &RunRecord,
    shape: Shape,
    placed: &[Placed<'_>],
    reuses: bool,
) -> Result<Vec<FunctionReuse>, StoreError> {
    let earlier = if reuses { earlier_runs(session, record).await? } else { Vec::new() };
    let mut reuse = Vec::with_capacity(placed.len());
    for Placed { function, column, is_shared, .. } in placed {
        let name = function.name.clone();
        reuse.push(if *is_shared {
            let run = first_run(session, *column).await?;
            FunctionReuse { name, reused: Reused::All { run }, change: None }
        } else {
            let explained = || explain(record, shape.positions, function, &earlier);
            let change = if reuses { explained() } else { Change::NotWanted };
            FunctionReuse { name, reused: Reused::Nothing, change: Some(change) }
        });
    }
    Ok(reuse)
}

/// The earlier runs of the same experiment, newest first.
async fn earlier_runs(session: &mut Session, record: &RunRecord) -> Result<Vec<Earlier>, StoreError> {
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM runs LEFT JOIN experiments ON experiments.key = runs.experiment \
         WHERE experiments.name IS NOT DISTINCT FROM $1 AND runs.id <> $2 ORDER BY runs.key DESC LIMIT $3"
    );
    let name = record.experiment.as_deref().map(stored);
    let lines: Vec<RunColumns> = ask!(session, "look at earlier runs", connection => {
        let find = sqlx::query_as(sqlx::AssertSqlSafe(&*sql)).bind(name.as_deref()).bind(record.run_id.as_str());
        find.bind(EARLIER_RUNS).fetch_all(connection).await
    })?;
    let earlier = |line| RunLine::read(line).map(|line| Earlier { done: line.done, record: line.record });
    lines.into_iter().map(earlier).collect()
}

/// The first run that has the column.
async fn first_run(session: &mut Session, column: i64) -> Result<RunId, StoreError> {
    const FIND: &str = "SELECT runs.id FROM run_columns JOIN runs ON runs.key = run_columns.run \
         WHERE run_columns.col = $1 ORDER BY runs.key LIMIT 1";
    let id: String = ask!(session, "find an earlier run", connection => {
        sqlx::query_scalar(FIND).bind(column).fetch_one(connection).await
    })?;
    id.parse().map_err(|error: InvalidId| StoreError::unreadable("runs", None, None, error.to_string()))
}

/// The summary of the newest finished run with the same columns and as many rows: it is theirs alone.
async fn earlier_summary(session: &mut Session, run: &RunLine) -> Result<Option<Summary>, StoreError> {
    let columns = run_columns(session, run.key).await?;
    let Some(first) = columns.first() else { return Ok(None) };
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM runs JOIN run_columns ON run_columns.run = runs.key \
         WHERE run_columns.col = $1 AND runs.status = 'finished' AND runs.positions = $2 AND runs.done = $2 \
         ORDER BY runs.key DESC LIMIT $3"
    );
    let lines: Vec<RunColumns> = ask!(session, "look for an earlier summary", connection => {
        let find = sqlx::query_as(sqlx::AssertSqlSafe(&*sql)).bind(first.key).bind(signed(run.positions));
        find.bind(EARLIER_RUNS).fetch_all(connection).await
    })?;
    let essence = |columns: &[RunColumn], record: &RunRecord| {
        let keys: Vec<_> = columns.iter().map(|column| column.key).collect();
        (keys, record.aggregations(), record.dataset.group.clone())
    };
    for line in lines {
        let earlier = RunLine::read(line)?;
        let mut theirs = run_columns(session, earlier.key).await?;
        theirs.retain(|column| column.pending.is_none());
        if essence(&theirs, &earlier.record) == essence(&columns, &run.record) && earlier.record.summary.is_some() {
            return Ok(earlier.record.summary);
        }
    }
    Ok(None)
}

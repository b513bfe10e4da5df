use std::sync::Arc;

use jiff::Timestamp;
use scorebox_core::RunId;
use scorebox_eval::{FunctionRecord, FunctionRole, RunRecord, RunStatus};

use super::columns::{GivenColumn, RunColumn, give_column, make_column, run_columns};
use super::delete::delete_unused_columns;
use super::find_run;
use super::finish::{Ending, finish_run};
use super::line::{RunLine, new_writer};
use super::resume::kept_examples;
use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::reuse::{Answers, ContentIndex, Shape, Source, StoreMemo, shared_column};
use crate::store::Store;
use crate::write::{Purpose, SinkOrder, StoreSink, Target};

/// A run that gets results of further scorers. Until they are complete, it stays as it is.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a whole run")]
pub enum Extended {
    /// All results were there: the run has them.
    Finished {
        /// Its record, with the new summary.
        record: Box<RunRecord>,
    },
    /// Rows are to be scored.
    Open(OpenExtension),
}

/// What the evaluation needs. Its plan has the run's predict function, if there is one, and exactly the further scorers.
#[derive(Debug)]
pub struct OpenExtension {
    /// The record of the run with the further scorers.
    pub record: RunRecord,
    /// Positions, from the beginning, that an attempt before has scored. The plan evaluates those from here on.
    pub done: u64,
    /// Where results go.
    pub sink: StoreSink,
    /// The predictions of the run, and what is known of the scores.
    pub memo: Arc<StoreMemo>,
}

/// A scorer with its column.
struct Added<'s> {
    function: &'s FunctionRecord,
    place: usize,
    column: i64,
    /// Positions that are there.
    from: u64,
    /// Whether another run made the column.
    is_shared: bool,
}

impl Store {
    /// Prepares to score the rows of a complete run with further scorers, without predicting again. `reuses` says whether
    /// results of earlier calls are used again, as when a run begins.
    pub async fn extend(&self, run: &RunId, scorers: &[FunctionRecord], reuses: bool) -> Result<Extended, StoreError> {
        let mut transaction = self.database.exclusive().await?;
        let line = find_run(&self.database, &mut transaction, run).await?;
        if line.done < line.positions {
            let (done, positions) = (line.done, line.positions);
            return Err(StoreError::Incomplete { run: run.clone(), done, positions });
        }
        let columns = run_columns(&mut transaction, line.key).await?;
        let added = add_columns(&mut transaction, &line, &columns, scorers, reuses).await?;
        let writer = new_writer();
        set_writer(&mut transaction, line.key, &writer).await?;
        let kept = kept_examples(&mut transaction, line.snapshot).await?;
        transaction.commit().await?;

        let mut record = line.record.clone();
        record.functions.extend_from_slice(scorers);
        let done = added.iter().map(|added| added.from).min().unwrap_or(line.positions).min(line.positions);
        let purpose = Purpose::Extend { next: done, columns: added.iter().map(|added| added.column).collect() };
        if done == line.positions {
            (record.status, record.ended_at) = (RunStatus::Finished, Some(Timestamp::now()));
            let ending = Ending { run: line.key, writer: &writer, purpose: &purpose, has_lost_rows: false };
            finish_run(&self.database, ending, &mut record).await?;
            return Ok(Extended::Finished { record: Box::new(record) });
        }
        let memo = self.extension_memo(&line, predicted_of(&columns), &added, reuses).await?;
        let order = SinkOrder {
            run: line.key,
            run_id: run.clone(),
            writer,
            snapshot: line.snapshot,
            kept,
            repeats: line.repeats(),
            targets: added.iter().filter(|added| !added.is_shared).map(Added::target).collect(),
            purpose,
        };
        let sink = StoreSink::new(self.database.clone(), order);
        Ok(Extended::Open(OpenExtension { record, done, sink, memo: Arc::new(memo) }))
    }

    async fn extension_memo(
        &self,
        line: &RunLine,
        predicted: Option<i64>,
        added: &[Added<'_>],
        reuses: bool,
    ) -> Result<StoreMemo, StoreError> {
        let mut session = self.database.session().await?;
        let column = |column, positions| Source::Column { column, positions, answers: Answers::All };
        let predictor = predicted.map(|predicted| ("predict".to_owned(), column(predicted, line.positions)));
        let mut scorers = Vec::with_capacity(added.len());
        for added in added {
            let source = match added.function.row_fingerprint().filter(|_| reuses && !added.is_shared) {
                Some(fingerprint) => Source::Rows(ContentIndex::load(&mut session, fingerprint).await?),
                None => column(added.column, added.from),
            };
            scorers.push((added.function.name.clone(), source));
        }
        Ok(StoreMemo::new(self.database.clone(), predictor, scorers))
    }
}

impl Added<'_> {
    fn target(&self) -> Target {
        Target { place: self.place, column: self.column, name: self.function.name.clone(), from: self.from }
    }
}

async fn add_columns<'s>(
    session: &mut Session,
    line: &RunLine,
    columns: &[RunColumn],
    scorers: &'s [FunctionRecord],
    reuses: bool,
) -> Result<Vec<Added<'s>>, StoreError> {
    let shape = Shape { snapshot: line.snapshot, repeats: line.repeats(), positions: line.positions };
    let mut next_place = columns.iter().map(|column| column.place + 1).max().unwrap_or(1).max(1);
    let predicted = predicted_of(columns);
    let mut added = Vec::with_capacity(scorers.len());
    for function in scorers {
        let of_name = columns.iter().find(|it| it.name == function.name && it.role == FunctionRole::Scorer);
        match of_name {
            Some(RunColumn { pending: None, .. }) => {
                return Err(StoreError::AlreadyScored { run: line.id().clone(), name: function.name.clone() });
            }
            // An attempt before came this far.
            Some(column) if column.pending.as_ref() == Some(function) => {
                let (place, from, is_shared) = (column.place, column.positions, column.is_shared);
                added.push(Added { function, place, column: column.key, from, is_shared });
                continue;
            }
            // An attempt with another scorer of that name is given up.
            Some(column) => give_up(session, line.key, column).await?,
            None => {}
        }
        let fingerprint = function.fingerprint.filter(|_| reuses);
        let shared = shared_column(session, fingerprint, shape, predicted).await?;
        let column = match shared {
            Some(column) => column,
            None => make_column(session, function, shape, predicted).await?,
        };
        let (place, is_shared, pending) = (next_place, shared.is_some(), Some(function));
        give_column(session, line.key, GivenColumn { key: column, place, is_shared, pending }).await?;
        let from = if is_shared { line.positions } else { 0 };
        added.push(Added { function, place, column, from, is_shared });
        next_place += 1;
    }
    Ok(added)
}

/// The column of the predictions, where there is one.
fn predicted_of(columns: &[RunColumn]) -> Option<i64> {
    columns.iter().find(|column| column.role == FunctionRole::Predictor).map(|column| column.key)
}

async fn give_up(session: &mut Session, run: i64, column: &RunColumn) -> Result<(), StoreError> {
    const TAKE: &str = "DELETE FROM run_columns WHERE run = $1 AND col = $2";
    ask!(session, "give up earlier results", connection => {
        sqlx::query(TAKE).bind(run).bind(column.key).execute(connection).await.map(drop)
    })?;
    delete_unused_columns(session, &[column.key]).await
}

/// Whoever was scoring the run with further scorers stops.
async fn set_writer(session: &mut Session, run: i64, writer: &str) -> Result<(), StoreError> {
    const SET: &str = "UPDATE runs SET writer = $2 WHERE key = $1";
    ask!(session, "take the run over", connection => {
        sqlx::query(SET).bind(run).bind(writer).execute(connection).await.map(drop)
    })
}

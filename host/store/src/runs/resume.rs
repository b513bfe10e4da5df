use std::sync::Arc;

use scorebox_core::RunId;
use scorebox_eval::{RunRecord, RunStatus};

use super::begin::Placed;
use super::columns::{RunColumn, places, run_columns};
use super::find_run;
use super::line::{new_writer, take_over};
use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::lines::unsigned;
use crate::reuse::{Shape, StoreMemo};
use crate::store::Store;
use crate::write::{Purpose, SinkOrder, StoreSink};

/// A run that is gone on with.
#[derive(Debug)]
pub struct Resumed {
    /// Its record, as of a run that is running.
    pub record: RunRecord,
    /// Positions, from the beginning, that are done. The plan evaluates those from here on.
    pub done: u64,
    /// Where results go. Any other process that was writing the run stops.
    pub sink: StoreSink,
    /// What earlier calls gave.
    pub memo: Arc<StoreMemo>,
}

impl Store {
    /// Goes on with a run that was ended or killed before all rows were done. `reuses` says whether results of earlier calls
    /// are used again, as when a run begins; what the run itself shares with others it uses in any case.
    pub async fn resume(&self, run: &RunId, reuses: bool) -> Result<Resumed, StoreError> {
        let mut transaction = self.database.exclusive().await?;
        let mut line = find_run(&self.database, &mut transaction, run).await?;
        if line.record.status == RunStatus::Finished {
            return Err(StoreError::Complete { run: run.clone() });
        }
        let columns: Vec<RunColumn> = run_columns(&mut transaction, line.key).await?;
        let writer = new_writer();
        (line.record.error, line.record.ended_at, line.record.summary) = (None, None, None);
        take_over(&mut transaction, &mut line, &writer, RunStatus::Running).await?;
        let kept = kept_examples(&mut transaction, line.snapshot).await?;
        transaction.commit().await?;

        let placed = placed_of(&line.record, &columns)?;
        let shape = Shape { snapshot: line.snapshot, repeats: line.repeats(), positions: line.positions };
        let (memo, _) = self.memo_of(&placed, shape, reuses, Vec::new()).await?;
        let order = SinkOrder {
            run: line.key,
            run_id: run.clone(),
            writer,
            snapshot: line.snapshot,
            kept,
            repeats: line.repeats(),
            targets: placed.iter().filter(|placed| !placed.is_shared).map(Placed::target).collect(),
            purpose: Purpose::Rows { next: line.done, is_resumed: true },
        };
        let sink = StoreSink::new(self.database.clone(), order);
        Ok(Resumed { done: line.done, record: line.record, sink, memo: Arc::new(memo) })
    }
}

/// How many examples of a snapshot the store has.
pub(super) async fn kept_examples(session: &mut Session, snapshot: i64) -> Result<u64, StoreError> {
    const KEPT: &str = "SELECT kept FROM snapshots WHERE key = $1";
    let kept: i64 = ask!(session, "find the snapshot", connection => {
        sqlx::query_scalar(KEPT).bind(snapshot).fetch_one(connection).await
    })?;
    Ok(unsigned(kept))
}

/// The functions of a run with their columns.
pub(super) fn placed_of<'r>(record: &'r RunRecord, columns: &[RunColumn]) -> Result<Vec<Placed<'r>>, StoreError> {
    let mut attached = columns.iter().filter(|column| column.pending.is_none());
    let placed = places(&record.functions).map(|(_, function)| {
        let column = attached.next().filter(|column| column.name == function.name && column.role == function.role);
        let missing = || {
            let reason = format!("the column of `{}` is missing", function.name);
            StoreError::unreadable("run_columns", Some(record.run_id.clone()), None, reason)
        };
        let column = column.ok_or_else(missing)?;
        let (place, is_shared) = (column.place, column.is_shared);
        Ok(Placed { place, function, column: column.key, is_shared })
    });
    placed.collect()
}

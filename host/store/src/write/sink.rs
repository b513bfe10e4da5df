use std::fmt;
use std::time::{Duration, Instant};

use scorebox_core::RunId;
use scorebox_eval::{
    Outcome, Prediction, ResultSink, RowContent, RowResult, RunRecord, RunStatus, ScoreResult, SinkError,
};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::batch::{Batch, Lines, Progress, cannot_write, write};
use crate::database::Database;
use crate::lines::{example_line, for_each_feedback, nanoseconds, prediction_line, signed, split_trace};
use crate::reuse::{is_lasting, is_lasting_failure};
use crate::runs::{Ending, finish_run};
use crate::text::stored;

/// Rows that are written in one transaction at most; a call of [`ResultSink::write`] is never divided.
const MAX_ROWS: u64 = 8192;
/// Bytes of texts, about, that are written in one transaction.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// How long rows may wait to be written.
const MAX_DELAY: Duration = Duration::from_secs(1);

/// Writes the results of one run into the store.
///
/// Rows become durable in transactions, one of which is on its way while the next one is gathered. Its methods block, so they
/// are called on a thread that may; the runtime on which it was made must still be there.
pub struct StoreSink {
    database: Database,
    runtime: Handle,
    order: SinkOrder,
    lines: Lines,
    gathered: Gathered,
    on_its_way: Option<JoinHandle<Result<u64, SinkError>>>,
    rows_durable: u64,
    last_flush: Instant,
    /// Whether rows were lost, because they could not be written.
    has_lost_rows: bool,
}

/// Which run is written, and what of it.
pub(crate) struct SinkOrder {
    pub(crate) run: i64,
    pub(crate) run_id: RunId,
    pub(crate) writer: String,
    pub(crate) snapshot: i64,
    /// Examples, from the beginning, that the store has already.
    pub(crate) kept: u64,
    pub(crate) repeats: u64,
    /// The columns that are written; others are shared or done.
    pub(crate) targets: Vec<Target>,
    pub(crate) purpose: Purpose,
}

/// A column that is written.
pub(crate) struct Target {
    /// 0 for the predict function, then the scorers of the run.
    pub(crate) place: usize,
    pub(crate) column: i64,
    pub(crate) name: String,
    /// Positions below are there.
    pub(crate) from: u64,
}

/// Why rows are written.
pub(crate) enum Purpose {
    /// All rows from this position on.
    Rows {
        next: u64,
        /// Whether the store has rows of an earlier part of the run.
        is_resumed: bool,
    },
    /// Results that failed, again, of a run that had this status.
    Retry { before: RunStatus, columns: Vec<i64> },
    /// Results of further scorers, from this position on, in columns that the run gets once they are full.
    Extend { next: u64, columns: Vec<i64> },
}

/// What waits to be written.
#[derive(Default)]
struct Gathered {
    bytes: usize,
    progress: Progress,
}

impl StoreSink {
    pub(crate) fn new(database: Database, order: SinkOrder) -> Self {
        Self {
            lines: Lines::of(&database),
            database,
            runtime: Handle::current(),
            order,
            gathered: Gathered::default(),
            on_its_way: None,
            rows_durable: 0,
            last_flush: Instant::now(),
            has_lost_rows: false,
        }
    }

    fn add(&mut self, row: &RowResult) -> Result<(), SinkError> {
        let position = row.index.saturating_mul(self.order.repeats).saturating_add(u64::from(row.repeat));
        let content = row.content.as_deref().ok_or(Misuse::NoContent { position })?;
        self.order.purpose.check(position)?;
        if row.index >= self.order.kept {
            let line = example_line(content, row.index)?;
            self.gathered.bytes += example_bytes(content);
            self.lines.example(self.order.snapshot, &line);
            self.order.kept = row.index + 1;
            self.gathered.progress.kept = Some(self.order.kept);
        }
        let mut started_ns = Some(nanoseconds(row.started));
        for target in self.order.targets.iter().filter(|target| position >= target.from) {
            let is_written = match target.place.checked_sub(1) {
                None => {
                    let prediction = row.prediction.as_ref().ok_or_else(|| target.missing(position))?;
                    let mut writer = ColumnWriter { target, position, lines: &mut self.lines, to: &mut self.gathered };
                    writer.prediction(prediction, content, started_ns, &self.order.purpose)?
                }
                Some(scorer) => {
                    let guess = row.scores.get(scorer).filter(|score| *score.scorer == *target.name);
                    let score = guess.or_else(|| row.scores.iter().find(|score| *score.scorer == *target.name));
                    let score = score.ok_or_else(|| target.missing(position))?;
                    let mut writer = ColumnWriter { target, position, lines: &mut self.lines, to: &mut self.gathered };
                    writer.score(score, started_ns, &self.order.purpose)?
                }
            };
            if is_written {
                started_ns = None;
            }
        }
        self.gathered.progress.rows += 1;
        Ok(())
    }

    /// Sends what was gathered on its way, once what was sent before is there.
    fn flush(&mut self) -> Result<(), SinkError> {
        self.arrive()?;
        self.last_flush = Instant::now();
        let Gathered { mut progress, .. } = std::mem::take(&mut self.gathered);
        if progress.rows == 0 {
            return Ok(());
        }
        if let Purpose::Rows { next, .. } = self.order.purpose {
            progress.done = Some(next);
        }
        let batch = Batch {
            run: self.order.run,
            writer: self.order.writer.clone(),
            snapshot: self.order.snapshot,
            lines: self.lines.take(),
            progress,
        };
        // A sink that is dropped lets this come to its end, as whole transactions do. Given up in the middle, it would leave
        // its connection in the middle of the protocol, where the next user of the pool finds it.
        self.on_its_way = Some(self.runtime.spawn(write(self.database.clone(), batch)));
        Ok(())
    }

    /// Waits for what is on its way.
    fn arrive(&mut self) -> Result<(), SinkError> {
        let Some(task) = self.on_its_way.take() else { return Ok(()) };
        let outcome = match self.runtime.block_on(task) {
            Ok(outcome) => outcome,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Misuse::NoRuntime.into()),
        };
        match outcome {
            Ok(rows) => self.rows_durable += rows,
            Err(error) => {
                self.has_lost_rows = true;
                return Err(error);
            }
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        self.gathered.progress.rows >= MAX_ROWS
            || self.gathered.bytes >= MAX_BYTES
            || self.last_flush.elapsed() >= MAX_DELAY
    }
}

impl ResultSink for StoreSink {
    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError> {
        if self.has_lost_rows {
            return Err(Misuse::AfterLoss.into());
        }
        for row in rows {
            // Half a row in the buffers must not be written.
            self.add(row).inspect_err(|_| self.has_lost_rows = true)?;
        }
        if self.is_due() { self.flush() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<u64, SinkError> {
        if self.has_lost_rows {
            return Err(Misuse::AfterLoss.into());
        }
        self.flush()?;
        self.arrive()?;
        Ok(self.rows_durable)
    }

    fn finish(&mut self, record: &mut RunRecord) -> Result<(), SinkError> {
        // Also where results cannot be written any more, the record should say how the run ended.
        let synced = if self.has_lost_rows { Ok(0) } else { self.sync() };
        let ending = Ending {
            run: self.order.run,
            writer: &self.order.writer,
            purpose: &self.order.purpose,
            has_lost_rows: self.has_lost_rows,
        };
        let finished = self.runtime.block_on(finish_run(&self.database, ending, record));
        synced?;
        if finished.map_err(cannot_write)? { Ok(()) } else { Err(SinkError::TakenOver) }
    }
}

impl fmt::Debug for StoreSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = self.order.run_id.as_str();
        formatter.debug_struct("StoreSink").field("run", &run).field("rows_durable", &self.rows_durable).finish()
    }
}

impl Purpose {
    /// Rows come in order; columns know their length only, so none may be left out.
    fn check(&mut self, position: u64) -> Result<(), Misuse> {
        match self {
            Self::Rows { next, .. } | Self::Extend { next, .. } if *next == position => *next += 1,
            Self::Rows { next, .. } | Self::Extend { next, .. } => {
                return Err(Misuse::OutOfOrder { position, expected: *next });
            }
            Self::Retry { .. } => {}
        }
        Ok(())
    }

    /// Whether a result is left as it stands in the store, where it came from.
    fn leaves(&self, is_reused: bool) -> bool {
        matches!(self, Self::Retry { .. }) && is_reused
    }
}

impl Target {
    fn missing(&self, position: u64) -> Misuse {
        Misuse::NoResult { name: self.name.clone(), position }
    }
}

/// Writes the result of one function for one row.
struct ColumnWriter<'s> {
    target: &'s Target,
    position: u64,
    lines: &'s mut Lines,
    to: &'s mut Gathered,
}

impl ColumnWriter<'_> {
    fn prediction(
        &mut self,
        prediction: &Prediction,
        content: &RowContent,
        started_ns: Option<i64>,
        purpose: &Purpose,
    ) -> Result<bool, SinkError> {
        if purpose.leaves(prediction.is_reused) {
            return Ok(false);
        }
        let mut line = prediction_line(prediction, content, self.position, started_ns)?;
        let split = prediction.trace.as_ref().map(|trace| (trace, split_trace(trace)));
        if let Some((trace, split)) = &split {
            let is_whole = split.as_ref().is_some_and(|split| split.is_whole);
            line.trace = (!is_whole).then(|| trace.as_str());
            line.trace_id = split.as_ref().map(|split| stored(&split.trace_id));
            self.to.bytes += trace.as_str().len();
            for span in split.iter().flat_map(|split| &split.spans) {
                self.lines.span(self.target.column, signed(self.position), span);
            }
        }
        self.to.bytes += line.outputs.map_or(0, str::len) + line.error.as_ref().map_or(0, String::len);
        self.lines.prediction(self.target.column, &line);
        let is_fleeting = prediction.outputs.as_ref().is_err_and(|failure| !is_lasting_failure(failure.kind));
        self.note(purpose, is_fleeting);
        Ok(true)
    }

    fn score(&mut self, score: &ScoreResult, started_ns: Option<i64>, purpose: &Purpose) -> Result<bool, SinkError> {
        if purpose.leaves(score.is_reused) {
            return Ok(false);
        }
        for_each_feedback(score, self.position, started_ns, |line| {
            self.to.bytes += 64
                + line.body.as_ref().map_or(0, |text| text.len())
                + line.rationale.as_ref().map_or(0, |text| text.len())
                + line.metadata.map_or(0, str::len);
            self.lines.feedback(self.target.column, line);
        })?;
        let is_fleeting = !matches!(score.outcome, Outcome::Skipped(_)) && !is_lasting(&score.outcome);
        self.note(purpose, is_fleeting);
        Ok(true)
    }

    fn note(&mut self, purpose: &Purpose, is_fleeting: bool) {
        let column = self.to.progress.columns.entry(self.target.column).or_default();
        column.is_predicted = self.target.place == 0;
        column.is_fleeting |= is_fleeting;
        match purpose {
            Purpose::Rows { .. } | Purpose::Extend { .. } => column.positions = Some(self.position + 1),
            Purpose::Retry { .. } => column.replaced.push(self.position),
        }
    }
}

fn example_bytes(content: &RowContent) -> usize {
    let example = &content.example;
    let fields = [&example.outputs, &example.expectations, &example.trace];
    let fields = fields.into_iter().flatten().map(|json| json.as_str().len());
    128 + example.id.len() + example.inputs.as_str().len() + fields.sum::<usize>()
}

/// What a plan that fits the run never does.
#[derive(Debug, thiserror::Error)]
enum Misuse {
    #[error("the row at position {position} came without its example")]
    NoContent { position: u64 },
    #[error("the row at position {position} came where {expected} was to come")]
    OutOfOrder { position: u64, expected: u64 },
    #[error("the row at position {position} has no result of `{name}`; the plan must be that of the run")]
    NoResult { name: String, position: u64 },
    #[error("rows before these could not be written")]
    AfterLoss,
    #[error("the runtime that writes them has ended")]
    NoRuntime,
}

impl From<Misuse> for SinkError {
    fn from(misuse: Misuse) -> Self {
        Self::Store { action: "write results", source: Box::new(misuse), is_disk_full: false }
    }
}

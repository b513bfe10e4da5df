//! How rows flow: one thread reads, tasks predict and score, one thread writes, with bounded buffers in between.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use scorebox_core::Usage;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinHandle};

use super::chunk::evaluate;
use super::evaluation::{Progress, RunError, StopReason, StopSignal};
use super::plan::{Plan, PlannedScorer};
use super::rows::{Gatherer, Row, select};
use super::score::Scoring;
use crate::dataset::{Dataset, DatasetError};
use crate::results::{ResultSink, RowResult, SinkError};
use crate::summary::SummaryCollector;

/// Rows travel in chunks, because passing a row from thread to thread costs as much as scoring it. A chunk should take
/// about this long: long enough that the passing does not matter, short enough that nobody notices.
const CHUNK_TIME: Duration = Duration::from_millis(4);
const MAX_CHUNK_ROWS: usize = 256;
/// Chunks that may be waiting or done out of order, for each one that is worked on. Results are written in the order of
/// the dataset, so a slow row holds back those behind it; this much room lets the others go on meanwhile.
const CHUNKS_IN_FLIGHT: usize = 8;

/// How long results may wait to become durable while no others come.
const IDLE_SYNC_DELAY: Duration = Duration::from_millis(200);

/// What came of all rows.
pub(super) struct Flow {
    pub(super) sink: Box<dyn ResultSink>,
    pub(super) summary: SummaryCollector,
    pub(super) stopped: Option<StopReason>,
    /// Why not all rows went through.
    pub(super) error: Option<RunError>,
}

/// Sends every row of the plan through, until the end or until the signal comes.
pub(super) async fn flow(
    plan: Arc<Plan>,
    sink: Box<dyn ResultSink>,
    stop: StopSignal,
    on_progress: impl Fn(Progress) + Send + 'static,
) -> Flow {
    let run_began = Instant::now();
    let chunk_rows = Arc::new(AtomicUsize::new(largest_batch(&plan.scorers)));
    let (row_sender, mut chunks) = mpsc::channel(2);
    let reader = tokio::task::spawn_blocking({
        let (plan, chunk_rows, stop) = (plan.clone(), chunk_rows.clone(), stop.clone());
        move || read(&plan, &chunk_rows, &stop, &row_sender)
    });
    let (result_sender, result_receiver) = mpsc::channel::<Vec<RowResult>>(4);
    let writer = tokio::task::spawn_blocking({
        let plan = plan.clone();
        let runtime = Handle::current();
        move || Writer::new(&plan, sink, on_progress).run(&runtime, result_receiver)
    });

    let permits = Arc::new(Semaphore::new(plan.concurrency.get()));
    let adapts = adapts_chunks(&plan);
    let work = |rows: Vec<Row>| {
        let (plan, permits, chunk_rows, stop) = (plan.clone(), permits.clone(), chunk_rows.clone(), stop.clone());
        async move {
            // Chunks get their permits in the order of the dataset, because this is polled in that order.
            let permit = permits.acquire_owned().await;
            if stop.is_set() {
                return None;
            }
            let task = tokio::spawn(async move {
                let (count, began) = (rows.len(), Instant::now());
                let results = evaluate(&plan, rows, run_began).await;
                if adapts {
                    adapt(&chunk_rows, count, began.elapsed());
                }
                drop(permit);
                results
            });
            Some(joined(AbortOnDrop(task).await))
        }
    };
    let incoming = futures::stream::poll_fn(move |context| chunks.poll_recv(context));
    let mut done = incoming.map(work).buffered(plan.concurrency.get().saturating_mul(CHUNKS_IN_FLIGHT));
    // Once a chunk was not begun, none behind it was: what is written is the beginning of the dataset.
    let mut memo_error = None;
    while let Some(Some(results)) = done.next().await {
        let results: Vec<RowResult> = match results {
            Ok(results) => results,
            Err(error) => {
                memo_error = Some(RunError::Memo(error));
                break;
            }
        };
        if result_sender.send(results).await.is_err() {
            // The writer is gone, and says why below.
            break;
        }
    }
    drop((done, result_sender));
    let mut writer = joined(writer.await);
    let read = joined(reader.await);
    let error = writer.error.take().or(memo_error).or(read.err().map(RunError::Dataset));
    Flow { sink: writer.sink, summary: writer.summary, stopped: stop.reason(), error }
}

/// A task that ends with the future that waits for it, so that nothing goes on behind a run that is over.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Panics here are defects of Scorebox; they go on where they would have gone without threads.
fn joined<T>(outcome: Result<T, JoinError>) -> T {
    outcome.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn read(
    plan: &Plan,
    chunk_rows: &AtomicUsize,
    stop: &StopSignal,
    sender: &mpsc::Sender<Vec<Row>>,
) -> Result<(), DatasetError> {
    let dataset = Dataset::open(&plan.request.dataset, &plan.request.read)?;
    let mut dataset = dataset.with_sessions(plan.session().cloned());
    if dataset.digest() != plan.dataset().digest {
        return Err(DatasetError::Changed { path: plan.request.dataset.clone() });
    }
    let mut gatherer = Gatherer::default();
    let repeats = plan.repeats().get();
    'examples: for index in 0..plan.rows() {
        let Some(example) = dataset.next() else { break };
        let example = example?;
        for repeat in 0..repeats {
            let position = index * u64::from(repeats) + u64::from(repeat);
            // The turns of a session are whole rows of the dataset; those of the last one may still follow.
            let begins_session = repeat > 0 || dataset.begins_session();
            if plan.selection.is_past_end(position) && begins_session {
                break 'examples;
            }
            let row = Row { index, repeat, position, example: example.clone(), begins_session };
            let Some(chunk) = gatherer.add(row, chunk_rows.load(Ordering::Relaxed)) else { continue };
            let chunk = select(chunk, &plan.selection);
            if stop.is_set() || (!chunk.is_empty() && sender.blocking_send(chunk).is_err()) {
                return Ok(());
            }
        }
    }
    let rest = select(gatherer.rest(), &plan.selection);
    if !rest.is_empty() && !stop.is_set() {
        // Where nobody takes the rows any more, the run has ended with another error.
        let _ = sender.blocking_send(rest);
    }
    Ok(())
}

/// Takes the results in order, until there are no more or they cannot be kept.
struct Writer<F> {
    sink: Box<dyn ResultSink>,
    summary: SummaryCollector,
    progress: Progress,
    on_progress: F,
    error: Option<RunError>,
}

impl<F: Fn(Progress)> Writer<F> {
    fn new(plan: &Plan, sink: Box<dyn ResultSink>, on_progress: F) -> Self {
        let progress =
            Progress { rows_done: 0, rows: plan.selected_rows(), rows_with_errors: 0, usage: Usage::default() };
        Self { sink, summary: plan.summary_collector(), progress, on_progress, error: None }
    }

    /// Runs on a thread where it may block.
    fn run(mut self, runtime: &Handle, mut results: mpsc::Receiver<Vec<RowResult>>) -> Self {
        (self.on_progress)(self.progress);
        loop {
            let written = match runtime.block_on(tokio::time::timeout(IDLE_SYNC_DELAY, results.recv())) {
                Ok(Some(rows)) => self.write(&rows),
                Ok(None) => break,
                // Nothing to do for the moment: a good time to let the rows so far become durable.
                Err(_) => self.sink.sync().map(drop),
            };
            if let Err(error) = written {
                self.error = Some(RunError::Sink(error));
                return self;
            }
        }
        if let Err(error) = self.sink.sync() {
            self.error = Some(RunError::Sink(error));
        }
        self
    }

    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError> {
        self.sink.write(rows)?;
        for row in rows {
            self.summary.add(row);
            self.progress.rows_done += 1;
            self.progress.rows_with_errors += u64::from(row.has_error());
            self.progress.usage.add(row.usage());
        }
        (self.on_progress)(self.progress);
        Ok(())
    }
}

/// How many rows the largest batches have, 1 where there are none. With batches, chunks end where the largest end, at
/// the same rows in every run: which examples share an instance must not depend on the machine.
pub(super) fn largest_batch(scorers: &[PlannedScorer]) -> usize {
    let batched = scorers.iter().filter(|it| it.scoring() == Scoring::Batch);
    batched.map(|it| it.scorer.batch_size()).max().unwrap_or(1)
}

/// Chunks of rows that may wait for other machines stay small, so that waiting rows do not queue behind each other.
fn adapts_chunks(plan: &Plan) -> bool {
    !plan.reaches_out && largest_batch(&plan.scorers) == 1
}

fn adapt(chunk_rows: &AtomicUsize, rows: usize, took: Duration) {
    let wanted = if took < CHUNK_TIME / 2 {
        (rows * 2).min(MAX_CHUNK_ROWS)
    } else if took > CHUNK_TIME * 2 {
        (rows / 2).clamp(1, MAX_CHUNK_ROWS)
    } else {
        return;
    };
    chunk_rows.store(wanted, Ordering::Relaxed);
}

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scorebox_core::{Failure, FailureKind};
use scorebox_eval::{Outcome, ResultSink, RowResult, RunRecord, SinkError};

/// The failures of a run by function and class, each with the first row that it happened on.
#[derive(Clone, Debug, Default)]
pub(crate) struct FailureDigest(Arc<Mutex<BTreeMap<(usize, FailureKind), FailureGroup>>>);

/// Failures of one class in one function.
#[derive(Clone, Debug)]
pub(crate) struct FailureGroup {
    /// The scorer; none for the predict function.
    pub(crate) scorer: Option<Arc<str>>,
    pub(crate) kind: FailureKind,
    pub(crate) rows: u64,
    pub(crate) first_row: String,
    pub(crate) first: Failure,
}

impl FailureDigest {
    /// The groups: first those of the predict function, then by scorer in the order of the plan.
    pub(crate) fn groups(&self) -> Vec<FailureGroup> {
        self.lock().values().cloned().collect()
    }

    pub(crate) fn add_row(&self, row: &RowResult) {
        if let Some(Err(failure)) = row.prediction.as_ref().map(|prediction| &prediction.outputs) {
            self.add(0, None, &row.id, failure);
        }
        for (index, score) in row.scores.iter().enumerate() {
            if let Outcome::Error(failure) = &score.outcome {
                self.add(index + 1, Some(&score.scorer), &row.id, failure);
            }
        }
    }

    fn add(&self, position: usize, scorer: Option<&Arc<str>>, row: &str, failure: &Failure) {
        let mut groups = self.lock();
        let group = groups.entry((position, failure.kind)).or_insert_with(|| FailureGroup {
            scorer: scorer.cloned(),
            kind: failure.kind,
            rows: 0,
            first_row: row.to_owned(),
            first: failure.clone(),
        });
        group.rows += 1;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(usize, FailureKind), FailureGroup>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sink whose failures are counted on their way.
pub(crate) struct Watched {
    sink: Box<dyn ResultSink>,
    digest: FailureDigest,
}

impl Watched {
    pub(crate) fn new(sink: Box<dyn ResultSink>, digest: FailureDigest) -> Self {
        Self { sink, digest }
    }
}

impl ResultSink for Watched {
    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError> {
        rows.iter().for_each(|row| self.digest.add_row(row));
        self.sink.write(rows)
    }

    fn sync(&mut self) -> Result<u64, SinkError> {
        self.sink.sync()
    }

    fn finish(&mut self, record: &mut RunRecord) -> Result<(), SinkError> {
        self.sink.finish(record)
    }
}

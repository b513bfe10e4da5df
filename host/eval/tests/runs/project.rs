//! A run from its pieces, in few words.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};

use scorebox_core::{Json, Value};
use scorebox_engine::{CallSettings, Isolation};
use scorebox_eval::{
    ComponentSource, FunctionRequest, Memo, Outcome, Plan, PlanError, PlanRequest, Progress, ReadOptions, ResultSink,
    RowResult, RowSelection, RunError, RunRecord, ScorerRequest, SinkError, SkipReason, StopSignal, Summary,
    stop_signal,
};

use crate::gateway::{Nobody, Watch, Watched};

/// What the end of every run adds to its record.
pub(crate) const GATEWAY: &str = r#"{"retries":2}"#;

/// A dataset, and what it is evaluated with.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    request: PlanRequest,
    component: Vec<u8>,
    memo: Option<Arc<dyn Memo>>,
    selection: RowSelection,
}

/// What came of a run.
pub(crate) struct Run {
    pub(crate) results: Vec<RowResult>,
    pub(crate) record: RunRecord,
    /// The record that the sink was given at the end.
    pub(crate) kept: RunRecord,
    /// The last word on the progress.
    pub(crate) progress: Progress,
}

impl Project {
    pub(crate) fn new(rows: &str, component: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join("data.jsonl");
        std::fs::write(&dataset, rows).unwrap();
        let request = PlanRequest {
            dataset,
            read: ReadOptions::default(),
            session: None,
            group: None,
            predictor: None,
            scorers: Vec::new(),
            concurrency: None,
            limit: None,
            repeats: NonZeroU32::MIN,
        };
        Self { folder, request, component, memo: None, selection: RowSelection::All }
    }

    /// Names the field that tells sessions apart.
    pub(crate) fn by(mut self, session: &str) -> Self {
        self.request.session = Some(session.parse().unwrap());
        self
    }

    pub(crate) fn predict(mut self) -> Self {
        self.request.predictor = Some(self.function("echo"));
        self
    }

    pub(crate) fn scorer(self, name: &str) -> Self {
        self.scorer_isolated(name, Isolation::Example)
    }

    pub(crate) fn scorer_isolated(self, name: &str, isolation: Isolation) -> Self {
        self.scorer_with(name, Some(isolation))
    }

    /// A scorer whose isolation is left to the host.
    pub(crate) fn scorer_automatic(self, name: &str) -> Self {
        self.scorer_with(name, None)
    }

    fn scorer_with(mut self, name: &str, isolation: Option<Isolation>) -> Self {
        let function = self.function(name);
        self.request.scorers.push(ScorerRequest { function, isolation });
        self
    }

    /// Calls a scorer by another name.
    pub(crate) fn named(mut self, place: usize, name: &str) -> Self {
        self.request.scorers[place].function.name = name.to_owned();
        self
    }

    pub(crate) fn config(mut self, place: usize, config: Json) -> Self {
        self.request.scorers[place].function.config = config;
        self
    }

    pub(crate) fn limit(mut self, rows: u64) -> Self {
        self.request.limit = Some(rows);
        self
    }

    pub(crate) fn repeats(mut self, times: u32) -> Self {
        self.request.repeats = NonZeroU32::new(times).unwrap();
        self
    }

    /// What was kept of earlier runs.
    pub(crate) fn memo(mut self, memo: impl Memo + 'static) -> Self {
        self.memo = Some(Arc::new(memo));
        self
    }

    /// Evaluates only these rows.
    pub(crate) fn select(mut self, selection: RowSelection) -> Self {
        self.selection = selection;
        self
    }

    pub(crate) fn concurrency(mut self, rows: usize) -> Self {
        self.request.concurrency = NonZeroUsize::new(rows);
        self
    }

    /// Where the calls of all functions so far leave.
    pub(crate) fn outgoing(mut self, watch: impl Watch) -> Self {
        let outgoing = Arc::new(Watched(watch));
        let scorers = self.request.scorers.iter_mut().map(|scorer| &mut scorer.function);
        for function in scorers.chain(&mut self.request.predictor) {
            function.settings.outgoing = outgoing.clone();
        }
        self
    }

    pub(crate) async fn prepare(self) -> Result<Plan, PlanError> {
        Plan::prepare(scorebox_tests::engine(), self.request).await
    }

    pub(crate) async fn run(self) -> Run {
        let (_stopper, signal) = stop_signal();
        self.run_until(signal).await
    }

    pub(crate) async fn run_until(self, signal: StopSignal) -> Run {
        self.try_run_until(signal).await.unwrap()
    }

    pub(crate) async fn try_run(self) -> Result<Run, RunError> {
        let (_stopper, signal) = stop_signal();
        self.try_run_until(signal).await
    }

    async fn try_run_until(self, signal: StopSignal) -> Result<Run, RunError> {
        let _folder = self.folder;
        let plan = Plan::prepare(scorebox_tests::engine(), self.request).await.unwrap().select(self.selection);
        let plan = match self.memo {
            Some(memo) => plan.with_memo(memo),
            None => plan,
        };
        let record = plan.record(Json::parse("{}").unwrap(), 0);
        let (kept, progress) = (Kept::default(), Arc::new(Mutex::new(None)));
        let on_progress = {
            let progress = progress.clone();
            move |so_far| *progress.lock().unwrap() = Some(so_far)
        };
        let at_end = |record: &mut RunRecord| {
            assert!(record.summary.is_some() && record.ended_at.is_some(), "{record:?}");
            record.gateway = Some(Json::parse(GATEWAY).unwrap());
        };
        let record = plan.run(record, Box::new(kept.clone()), signal, on_progress, at_end).await?;
        let progress = progress.lock().unwrap().unwrap();
        let (results, kept) = std::mem::take(&mut *kept.0.lock().unwrap());
        Ok(Run { results, record, kept: kept.unwrap(), progress })
    }

    fn function(&self, name: &str) -> FunctionRequest {
        FunctionRequest {
            name: name.to_owned(),
            component: ComponentSource { label: "guest".to_owned(), bytes: self.component.clone().into() },
            function: name.to_owned(),
            config: Json::parse("{}").unwrap(),
            settings: CallSettings { outgoing: Arc::new(Watched(Nobody)), ..CallSettings::default() },
        }
    }
}

impl Run {
    pub(crate) fn summary(&self) -> &Summary {
        self.record.summary.as_ref().unwrap()
    }

    /// The rows in short, for instance `a1 row:1 session:earlier_turn`.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.results.iter().map(in_short).collect()
    }
}

fn in_short(row: &RowResult) -> String {
    let score = |outcome: &Outcome| match outcome {
        Outcome::Feedback(feedback) => match feedback.as_slice() {
            [one] if matches!(one.value, Value::Integer(_)) => format!("{:.0}", one.value.as_f64().unwrap()),
            other => panic!("{other:?}"),
        },
        Outcome::Skipped(SkipReason::PredictionFailed) => "prediction_failed".to_owned(),
        Outcome::Skipped(SkipReason::EarlierTurn) => "earlier_turn".to_owned(),
        Outcome::Error(failure) => format!("{failure:?}"),
    };
    let scores = row.scores.iter().map(|it| format!(" {}:{}", it.scorer, score(&it.outcome)));
    row.id.clone() + &scores.collect::<String>()
}

/// Keeps results in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<(Vec<RowResult>, Option<RunRecord>)>>);

impl ResultSink for Kept {
    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError> {
        self.0.lock().unwrap().0.extend_from_slice(rows);
        Ok(())
    }

    fn sync(&mut self) -> Result<u64, SinkError> {
        Ok(self.0.lock().unwrap().0.len() as u64)
    }

    fn finish(&mut self, record: &mut RunRecord) -> Result<(), SinkError> {
        self.0.lock().unwrap().1 = Some(record.clone());
        Ok(())
    }
}

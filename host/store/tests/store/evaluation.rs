//! Evaluations without components: what a plan would do, with functions that count their calls.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use scorebox_core::{Aggregation, Digest, Example, Failure, FailureKind, Feedback, Json, RunId, Usage, Value};
use scorebox_eval::{
    ContentKey, DatasetRecord, FunctionRecord, FunctionRole, KeptScore, Memo, MemoError, MemoKey, Outcome, Prediction,
    ResultSink, RowContent, RowResult, RunRecord, RunStatus, ScoreResult, SkipReason,
};
use scorebox_store::{Begun, OpenRun, RowParts, Store};

/// An application and its scorers.
pub(crate) struct App {
    pub(crate) examples: Vec<Example>,
    pub(crate) dataset: &'static str,
    pub(crate) limit: Option<u64>,
    pub(crate) repeats: u32,
    pub(crate) predict: Option<Predictor>,
    pub(crate) scorers: Vec<Scorer>,
    /// Calls by function.
    pub(crate) calls: Mutex<BTreeMap<&'static str, u64>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Predictor {
    /// Names what it does; none where it may do otherwise the next time.
    pub(crate) fingerprint: Option<&'static str>,
    pub(crate) function: fn(&Example) -> Result<Json, Failure>,
}

#[derive(Clone, Copy)]
pub(crate) struct Scorer {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: Option<&'static str>,
    pub(crate) function: fn(&Example) -> Outcome,
}

pub(crate) fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

pub(crate) fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, format!("it was {kind}"))
}

pub(crate) fn says(name: &str, value: Value) -> Outcome {
    Outcome::Feedback(vec![Feedback { name: name.into(), value, rationale: None, metadata: None, span_id: None }])
}

pub(crate) fn example(index: u64) -> Example {
    Example {
        id: format!("example-{index}"),
        inputs: json(&format!(r#"{{"question":{index}}}"#)),
        outputs: Some(json(&format!("{index}"))),
        expectations: Some(json(&format!(r#"{{"answer":{}}}"#, index % 3))),
        trace: None,
        tags: [("topic".to_owned(), format!("t{}", index % 2))].into(),
    }
}

/// Says whether the outputs end with an even digit.
pub(crate) fn is_even(example: &Example) -> Outcome {
    let outputs = example.outputs.as_ref().map_or("", Json::as_str);
    says("is_even", Value::Boolean(outputs.ends_with(['0', '2', '4', '6', '8'])))
}

/// How long the inputs are.
pub(crate) fn length(example: &Example) -> Outcome {
    says("length", Value::Integer(example.inputs.as_str().len() as i64))
}

pub(crate) const IS_EVEN: Scorer = Scorer { name: "is_even", fingerprint: Some("is_even 1"), function: is_even };
pub(crate) const LENGTH: Scorer = Scorer { name: "length", fingerprint: Some("length 1"), function: length };

impl App {
    /// Scores the outputs of so many examples.
    pub(crate) fn scoring(rows: u64, scorers: impl IntoIterator<Item = Scorer>) -> Self {
        Self {
            examples: (0..rows).map(example).collect(),
            dataset: "examples",
            limit: None,
            repeats: 1,
            predict: None,
            scorers: scorers.into_iter().collect(),
            calls: Mutex::default(),
        }
    }

    pub(crate) fn predicting(
        self,
        fingerprint: Option<&'static str>,
        function: fn(&Example) -> Result<Json, Failure>,
    ) -> Self {
        Self { predict: Some(Predictor { fingerprint, function }), ..self }
    }

    /// The record of a new run.
    pub(crate) fn record(&self) -> RunRecord {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let function = |name: &str, role, fingerprint: Option<&str>| FunctionRecord {
            name: name.into(),
            role,
            plugin: digest(fingerprint.unwrap_or(name)),
            function: name.into(),
            config: json("{}"),
            asks_models: false,
            models: BTreeMap::new(),
            aggregations: vec![Aggregation::Mean, Aggregation::Median],
            fingerprint: fingerprint.map(digest),
            isolation: scorebox_engine::Isolation::Example,
            memory_bytes: None,
        };
        let predictor = self.predict.iter().map(|it| function("predict", FunctionRole::Predictor, it.fingerprint));
        let scorers = self.scorers.iter().map(|it| function(it.name, FunctionRole::Scorer, it.fingerprint));
        RunRecord {
            run_id: RunId::generate(),
            experiment: Some("tests".into()),
            status: RunStatus::Running,
            error: None,
            started_at: Timestamp::now(),
            ended_at: None,
            host_version: "0.1.0".into(),
            git_commit: None,
            git_branch: Some("main".into()),
            seed: 7,
            config: json("{}"),
            dataset: DatasetRecord {
                path: PathBuf::from("examples.jsonl"),
                version: None,
                digest: digest(self.dataset),
                snapshot: digest(self.dataset),
                rows: self.examples.len() as u64,
                limit: self.limit,
                group: None,
            },
            repeats: NonZeroU32::new(self.repeats).unwrap(),
            plugins: Vec::new(),
            functions: predictor.chain(scorers).collect(),
            gateway: None,
            summary: None,
        }
    }

    /// How often a function was called so far.
    pub(crate) fn calls(&self, function: &str) -> u64 {
        self.calls.lock().unwrap().get(function).copied().unwrap_or(0)
    }

    fn count(&self, function: &'static str) {
        *self.calls.lock().unwrap().entry(function).or_default() += 1;
    }

    pub(crate) async fn begin(&self, store: &Store, reuses: bool) -> anyhow::Result<(RunRecord, Begun)> {
        let record = self.record();
        let begun = store.begin(&record, reuses).await?;
        Ok((record, begun))
    }

    /// Begins a run of which something is to be evaluated.
    pub(crate) async fn open(&self, store: &Store) -> anyhow::Result<(RunRecord, OpenRun)> {
        match self.begin(store, true).await? {
            (record, Begun::Open(open)) => Ok((record, open)),
            (_, Begun::Finished { .. }) => anyhow::bail!("the run is finished already"),
        }
    }

    /// Evaluates everything.
    pub(crate) async fn run(&self, store: &Store) -> anyhow::Result<RunRecord> {
        match self.begin(store, true).await? {
            (record, Begun::Open(OpenRun { mut sink, memo, .. })) => {
                let rows = self.rows(&*memo, 0..record.positions()).await?;
                finish(&mut sink, &rows, record, RunStatus::Finished)
            }
            (_, Begun::Finished { record, .. }) => Ok(*record),
        }
    }

    /// The rows at these positions, with calls for what the memo does not answer.
    pub(crate) async fn rows(
        &self,
        memo: &dyn Memo,
        positions: impl IntoIterator<Item = u64>,
    ) -> anyhow::Result<Vec<RowResult>> {
        let positions: Vec<_> = positions.into_iter().collect();
        let mut rows = Vec::with_capacity(positions.len());
        for chunk in positions.chunks(100) {
            rows.extend(self.chunk(memo, chunk).await?);
        }
        Ok(rows)
    }

    async fn chunk(&self, memo: &dyn Memo, positions: &[u64]) -> anyhow::Result<Vec<RowResult>> {
        let repeats = u64::from(self.repeats);
        let example_of = |position: &u64| self.examples[usize::try_from(position / repeats).unwrap()].clone();
        let key = |position: &u64| MemoKey { position: *position, content: ContentKey::of(&example_of(position)) };
        let keys: Vec<_> = positions.iter().map(key).collect();
        let mut kept = vec![None; keys.len()];
        if self.predict.is_some() && memo.holds_predictions() {
            kept = memo.predictions(&keys).await?;
        }
        let mut rows: Vec<_> = positions
            .iter()
            .zip(keys)
            .zip(kept)
            .map(|((position, key), kept)| self.predicted(*position, example_of(position), key, kept))
            .collect();
        for (place, scorer) in self.scorers.iter().enumerate() {
            let scored = |row: &RowResult| MemoKey {
                position: row.index * repeats + u64::from(row.repeat),
                content: row.content.as_ref().unwrap().scored_key,
            };
            let keys: Vec<_> = rows.iter().map(scored).collect();
            let mut kept = vec![None; keys.len()];
            if memo.holds_scores(place) {
                kept = memo.scores(place, &keys).await?;
            }
            for (row, kept) in rows.iter_mut().zip(kept) {
                let mut score = self.scored(scorer, row, kept.is_some());
                if let Some(kept) = kept.filter(|_| score.is_reused) {
                    (score.outcome, score.log, score.usage) = (kept.outcome, kept.log, kept.usage);
                    score.elapsed = kept.elapsed;
                }
                row.scores.push(score);
            }
        }
        Ok(rows)
    }

    fn predicted(&self, position: u64, example: Example, key: MemoKey, kept: Option<Prediction>) -> RowResult {
        let prediction = self.predict.map(|predictor| match kept {
            Some(kept) => Prediction { is_reused: true, ..kept },
            None => {
                self.count("predict");
                Prediction {
                    outputs: (predictor.function)(&example),
                    trace: None,
                    log: Vec::new(),
                    usage: Usage::default(),
                    elapsed: Duration::from_nanos(1000 + position),
                    is_reused: false,
                }
            }
        });
        let outputs = prediction.as_ref().and_then(|it| it.outputs.as_ref().ok()).or(example.outputs.as_ref());
        let scored_key = match &prediction {
            Some(_) => ContentKey::with(&example, outputs, example.trace.as_ref()),
            None => key.content,
        };
        RowResult {
            index: position / u64::from(self.repeats),
            repeat: u32::try_from(position % u64::from(self.repeats)).unwrap(),
            id: example.id.clone(),
            prediction,
            scores: Vec::new(),
            started: Duration::from_micros(position),
            content: Some(Box::new(RowContent { example, example_key: key.content, scored_key })),
        }
    }

    fn scored(&self, scorer: &Scorer, row: &RowResult, is_kept: bool) -> ScoreResult {
        let mut example = row.content.as_ref().unwrap().example.clone();
        let predicted = row.prediction.as_ref().map(|prediction| prediction.outputs.as_ref());
        let (outcome, is_reused) = match predicted {
            Some(Err(_)) => (Outcome::Skipped(SkipReason::PredictionFailed), false),
            _ if is_kept => (Outcome::Skipped(SkipReason::EarlierTurn), true),
            outputs => {
                if let Some(Ok(outputs)) = outputs {
                    example.outputs = Some(outputs.clone());
                }
                self.count(scorer.name);
                ((scorer.function)(&example), false)
            }
        };
        ScoreResult {
            scorer: scorer.name.into(),
            outcome,
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::from_nanos(10 + row.index),
            is_reused,
        }
    }
}

/// Writes all rows and the end of the run, as a plan does.
pub(crate) fn finish(
    sink: &mut impl ResultSink,
    rows: &[RowResult],
    mut record: RunRecord,
    status: RunStatus,
) -> anyhow::Result<RunRecord> {
    let mut summary = record.summary_collector();
    rows.iter().for_each(|row| summary.add(row));
    (record.status, record.ended_at) = (status, Some(Timestamp::now()));
    record.summary = Some(summary.summary());
    tokio::task::block_in_place(|| {
        for chunk in rows.chunks(37) {
            sink.write(chunk)?;
        }
        sink.sync()?;
        sink.finish(&mut record)
    })?;
    Ok(record)
}

/// Writes rows and waits until they are durable.
pub(crate) fn write(sink: &mut impl ResultSink, rows: &[RowResult]) -> anyhow::Result<u64> {
    tokio::task::block_in_place(|| {
        sink.write(rows)?;
        Ok(sink.sync()?)
    })
}

/// All rows of a run as the store has them.
pub(crate) async fn stored_rows(store: &Store, run: &RunId) -> anyhow::Result<Vec<RowResult>> {
    let mut reader = store.rows(run, None, RowParts::ALL).await?;
    let mut rows = Vec::new();
    while let Some(page) = reader.next_page().await? {
        rows.extend(page);
    }
    Ok(rows)
}

/// The positions of rows with a failure.
pub(crate) fn failed(rows: &[RowResult]) -> BTreeSet<u64> {
    rows.iter().filter(|row| row.has_error()).map(|row| row.index).collect()
}

/// A memo that answers nothing.
#[derive(Debug)]
pub(crate) struct KnowsNothing;

#[async_trait::async_trait]
impl Memo for KnowsNothing {
    fn holds_predictions(&self) -> bool {
        false
    }

    fn holds_scores(&self, _: usize) -> bool {
        false
    }

    async fn predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, MemoError> {
        Ok(vec![None; rows.len()])
    }

    async fn scores(&self, _: usize, rows: &[MemoKey]) -> Result<Vec<Option<KeptScore>>, MemoError> {
        Ok(vec![None; rows.len()])
    }
}

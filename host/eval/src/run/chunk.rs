//! Predict and score: what happens to a few rows between reading and writing.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use scorebox_core::{Example, Json};
use scorebox_engine::Scored;

use super::plan::{Plan, PlannedScorer};
use crate::results::{Outcome, Prediction, RowResult, ScoreResult, SkipReason};

/// A row on its way from the dataset.
pub(super) struct Row {
    pub(super) index: u64,
    pub(super) example: Example,
}

/// Predicts and scores a few rows, and answers in their order.
pub(super) async fn evaluate(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Vec<RowResult> {
    let began: Vec<_> = rows.iter().map(|_| run_began.elapsed()).collect();
    let (indices, mut examples): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.index, row.example)).unzip();
    let predictions = predict(plan, &mut examples).await;
    let mut columns = Vec::with_capacity(plan.scorers.len());
    if plan.reaches_out {
        let mut scoring = Vec::with_capacity(plan.scorers.len());
        for scorer in &plan.scorers {
            scoring.push(score(scorer, &examples, &predictions));
        }
        columns.extend(futures::future::join_all(scoring).await.into_iter().map(Vec::into_iter));
    } else {
        for scorer in &plan.scorers {
            columns.push(score(scorer, &examples, &predictions).await.into_iter());
        }
    }
    let rows = indices.into_iter().zip(examples).zip(predictions).zip(began);
    rows.map(|(((index, example), prediction), started)| RowResult {
        index,
        id: example.id,
        prediction,
        scores: columns.iter_mut().filter_map(Iterator::next).collect(),
        started,
    })
    .collect()
}

/// Asks the predict function, if there is one, and puts its outputs and trace into the examples.
async fn predict(plan: &Plan, examples: &mut [Example]) -> Vec<Option<Prediction>> {
    let Some(predictor) = &plan.predictor else { return examples.iter().map(|_| None).collect() };
    let mut calls = Vec::with_capacity(examples.len());
    for example in examples.iter() {
        calls.push(async {
            let _permit = plan.predictions.acquire().await;
            predictor.predict(&example.id, &example.inputs).await
        });
    }
    let predicted: Vec<_> = futures::stream::iter(calls).buffered(plan.concurrency.get()).collect().await;
    let mut predictions = Vec::with_capacity(examples.len());
    for (example, predicted) in examples.iter_mut().zip(predicted) {
        if let Ok(outputs) = &predicted.result {
            example.outputs = Some(outputs.clone());
        }
        // A trace that the guest recorded is valid by construction; one that has no JSON form would be a defect here.
        let trace = predicted.trace.and_then(|trace| Json::from_value(&trace).ok());
        if trace.is_some() {
            example.trace.clone_from(&trace);
        }
        predictions.push(Some(Prediction {
            outputs: predicted.result,
            trace,
            log: predicted.log,
            elapsed: predicted.duration,
        }));
    }
    predictions
}

/// Calls one scorer for each example that has something to score.
async fn score(planned: &PlannedScorer, examples: &[Example], predictions: &[Option<Prediction>]) -> Vec<ScoreResult> {
    let is_scorable = |index: usize| predictions[index].as_ref().is_none_or(|prediction| prediction.outputs.is_ok());
    let mut results = Vec::with_capacity(examples.len());
    if planned.scorer.batch_size() == 1 {
        for (index, example) in examples.iter().enumerate() {
            let scored = if is_scorable(index) { Some(planned.scorer.score(example).await) } else { None };
            results.push(result(planned, scored));
        }
        return results;
    }
    let scorable: Vec<_> = (0..examples.len()).filter(|&index| is_scorable(index)).collect();
    let sent: Vec<_> = scorable.iter().map(|&index| examples[index].clone()).collect();
    let mut scored = Vec::with_capacity(sent.len());
    for batch in sent.chunks(planned.scorer.batch_size()) {
        scored.extend(planned.scorer.score_batch(batch).await);
    }
    let mut scored = scored.into_iter();
    for index in 0..examples.len() {
        let scored = if is_scorable(index) { scored.next() } else { None };
        results.push(result(planned, scored));
    }
    results
}

fn result(planned: &PlannedScorer, scored: Option<Scored>) -> ScoreResult {
    let scorer = planned.name.clone();
    match scored {
        None => {
            let outcome = Outcome::Skipped(SkipReason::PredictionFailed);
            ScoreResult { scorer, outcome, log: Vec::new(), elapsed: Duration::ZERO }
        }
        Some(scored) => {
            let outcome = match scored.result {
                Ok(feedback) => Outcome::Feedback(feedback),
                Err(failure) => Outcome::Error(failure),
            };
            ScoreResult { scorer, outcome, log: scored.log, elapsed: scored.duration }
        }
    }
}

//! Predict and score: what happens to a few rows between reading and writing.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use scorebox_core::{Example, Json};
use tokio::sync::SetOnce;

use super::plan::{Plan, PlannedScorer};
use super::rows::{Row, sessions};
use super::score::{Scoring, Turns};
use crate::results::{Prediction, RowResult, ScoreResult};

/// A row after its prediction.
#[derive(Debug)]
struct Turn {
    /// With the outputs and the trace of the prediction.
    example: Example,
    prediction: Option<Prediction>,
}

/// Predicts and scores a few rows, and answers in their order.
pub(super) async fn evaluate(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Vec<RowResult> {
    if plan.reaches_out {
        evaluate_at_once(plan, rows, run_began).await
    } else {
        evaluate_in_turn(plan, rows, run_began).await
    }
}

/// One call after the other: where no call waits, a second one at the same time would only make the first one slower.
async fn evaluate_in_turn(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Vec<RowResult> {
    let started = run_began.elapsed();
    let sessions = sessions(&rows);
    let indices: Vec<_> = rows.iter().map(|row| row.index).collect();
    let (mut examples, mut predictions) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let turn = predict(plan, row.example).await;
        examples.push(turn.example);
        predictions.push(turn.prediction);
    }
    let is_scorable: Vec<_> = predictions.iter().map(|prediction| is_scorable(prediction.as_ref())).collect();
    let turns = Turns { examples: &examples, is_scorable: &is_scorable, sessions: &sessions, sessions_at_once: 1 };
    let mut columns = Vec::with_capacity(plan.scorers.len());
    for scorer in &plan.scorers {
        columns.push(scorer.score_all(turns).await.into_iter());
    }
    let rows = indices.into_iter().zip(examples).zip(predictions);
    rows.map(|((index, example), prediction)| RowResult {
        index,
        id: example.id,
        prediction,
        scores: columns.iter_mut().filter_map(Iterator::next).collect(),
        started,
    })
    .collect()
}

/// All calls as soon as what they need is there, because each may wait for other machines.
async fn evaluate_at_once(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Vec<RowResult> {
    let sessions = sessions(&rows);
    let predicted: Vec<_> = rows.iter().map(|_| SetOnce::new()).collect();
    let indices: Vec<_> = rows.iter().map(|row| row.index).collect();
    let mut alone = Vec::with_capacity(rows.len());
    for (row, predicted) in rows.into_iter().zip(&predicted) {
        alone.push(evaluate_row(plan, row, predicted, run_began));
    }
    let (rows, columns) = join(join_all(alone), score_together(plan, &predicted, &sessions)).await;
    let mut columns: Vec<_> = columns.into_iter().map(|(place, column)| (place, column.into_iter())).collect();
    let turns = predicted.into_iter().filter_map(SetOnce::into_inner);
    let rows = indices.into_iter().zip(turns).zip(rows);
    rows.map(|((index, turn), (started, mut scores))| {
        scores.extend(columns.iter_mut().filter_map(|(place, column)| Some((*place, column.next()?))));
        scores.sort_by_key(|(place, _)| *place);
        RowResult {
            index,
            id: turn.example.id,
            prediction: turn.prediction,
            scores: scores.into_iter().map(|(_, score)| score).collect(),
            started,
        }
    })
    .collect()
}

/// What a scorer gave, with the scorer's place in the plan.
type Placed<T> = (usize, T);

/// Predicts a row, passes it on, and scores it with the scorers that look at single rows.
async fn evaluate_row(
    plan: &Plan,
    row: Row,
    predicted: &SetOnce<Turn>,
    run_began: Instant,
) -> (Duration, Vec<Placed<ScoreResult>>) {
    let _permit = plan.rows_at_work.acquire().await;
    let started = run_began.elapsed();
    // Nobody else sets it.
    let _ = predicted.set(predict(plan, row.example).await);
    let turn = predicted.wait().await;
    let is_scorable = is_scorable(turn.prediction.as_ref());
    let mut scoring = Vec::with_capacity(plan.scorers.len());
    for (place, scorer) in scorers(plan, |scoring| scoring == Scoring::Row) {
        scoring.push(async move { (place, scorer.score(&turn.example, is_scorable).await) });
    }
    (started, join_all(scoring).await)
}

/// Waits for the predictions of all rows, and scores them with the scorers that look at several at a time.
async fn score_together(
    plan: &Plan,
    predicted: &[SetOnce<Turn>],
    sessions: &[Range<usize>],
) -> Vec<Placed<Vec<ScoreResult>>> {
    let mut together = scorers(plan, |scoring| scoring != Scoring::Row).peekable();
    if together.peek().is_none() {
        return Vec::new();
    }
    let (mut examples, mut scorable) = (Vec::with_capacity(predicted.len()), Vec::with_capacity(predicted.len()));
    for turn in predicted {
        let turn = turn.wait().await;
        examples.push(turn.example.clone());
        scorable.push(is_scorable(turn.prediction.as_ref()));
    }
    let sessions_at_once = plan.concurrency.get();
    let turns = Turns { examples: &examples, is_scorable: &scorable, sessions, sessions_at_once };
    let mut scoring = Vec::new();
    for (place, scorer) in together {
        scoring.push(async move { (place, scorer.score_all(turns).await) });
    }
    join_all(scoring).await
}

fn scorers(plan: &Plan, are_wanted: fn(Scoring) -> bool) -> impl Iterator<Item = Placed<&PlannedScorer>> {
    plan.scorers.iter().enumerate().filter(move |(_, scorer)| are_wanted(scorer.scoring()))
}

/// Asks the predict function, if there is one, and puts its outputs and trace into the example.
async fn predict(plan: &Plan, mut example: Example) -> Turn {
    let Some(predictor) = &plan.predictor else { return Turn { example, prediction: None } };
    let predicted = predictor.predict(&example.id, &example.inputs).await;
    if let Ok(outputs) = &predicted.result {
        example.outputs = Some(outputs.clone());
    }
    // A trace that the guest recorded is valid by construction; one that has no JSON form would be a defect here.
    let trace = predicted.trace.and_then(|trace| Json::from_value(&trace).ok());
    if trace.is_some() {
        example.trace.clone_from(&trace);
    }
    let prediction = Prediction {
        outputs: predicted.result,
        trace,
        log: predicted.log,
        usage: predicted.usage,
        elapsed: predicted.duration,
    };
    Turn { example, prediction: Some(prediction) }
}

fn is_scorable(prediction: Option<&Prediction>) -> bool {
    prediction.is_none_or(|prediction| prediction.outputs.is_ok())
}

//! Predict and score: what happens to a few rows between reading and writing.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures::future::{join_all, try_join, try_join_all};
use scorebox_core::{Example, Json};
use tokio::sync::SetOnce;

use super::memo::{MemoError, MemoKey};
use super::plan::{Plan, PlannedScorer};
use super::rows::{Row, sessions};
use super::score::{Scoring, Turns};
use crate::results::{ContentKey, Prediction, RowContent, RowResult, ScoreResult};

/// A row after its prediction.
#[derive(Debug)]
struct Turn {
    /// With the outputs and the trace of the prediction.
    example: Example,
    rest: TurnRest,
}

/// What a row is beside what scorers look at.
#[derive(Debug)]
struct TurnRest {
    index: u64,
    repeat: u32,
    prediction: Option<Prediction>,
    /// The outputs and the trace of the dataset, where there was a prediction to replace them.
    original: Option<(Option<Json>, Option<Json>)>,
    example_key: ContentKey,
    /// What scorers' results are looked up by.
    scored: MemoKey,
}

/// Predicts and scores a few rows, and answers in their order.
pub(super) async fn evaluate(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Result<Vec<RowResult>, MemoError> {
    if plan.reaches_out {
        evaluate_at_once(plan, rows, run_began).await
    } else {
        evaluate_in_turn(plan, rows, run_began).await
    }
}

/// One call after the other: where no call waits, a second one at the same time would only make the first one slower.
async fn evaluate_in_turn(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Result<Vec<RowResult>, MemoError> {
    let started = run_began.elapsed();
    let sessions = sessions(&rows);
    let keys: Vec<_> = rows.iter().map(example_key).collect();
    let mut kept = plan.kept_predictions(&keys).await?.into_iter();
    let (mut examples, mut rests) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for (row, key) in rows.into_iter().zip(&keys) {
        let turn = predict(plan, row, *key, kept.next().flatten()).await;
        examples.push(turn.example);
        rests.push(turn.rest);
    }
    let repeats: Vec<_> = rests.iter().map(|turn| turn.repeat).collect();
    let scored: Vec<_> = rests.iter().map(|turn| turn.scored).collect();
    let is_scorable: Vec<_> = rests.iter().map(TurnRest::is_scorable).collect();
    let turns = Turns {
        examples: &examples,
        repeats: &repeats,
        is_scorable: &is_scorable,
        sessions: &sessions,
        sessions_at_once: 1,
    };
    let mut columns = Vec::with_capacity(plan.scorers.len());
    for (place, scorer) in plan.scorers.iter().enumerate() {
        let kept = plan.kept_scores(place, &scored).await?;
        columns.push(scorer.score_all(turns, kept).await.into_iter());
    }
    let turns = examples.into_iter().zip(rests).map(|(example, rest)| Turn { example, rest });
    let rows = turns.map(|turn| {
        let scores = columns.iter_mut().filter_map(Iterator::next).collect();
        turn.into_result(scores, started)
    });
    Ok(rows.collect())
}

/// All calls as soon as what they need is there, because each may wait for other machines.
async fn evaluate_at_once(plan: &Plan, rows: Vec<Row>, run_began: Instant) -> Result<Vec<RowResult>, MemoError> {
    let sessions = sessions(&rows);
    let predicted: Vec<_> = rows.iter().map(|_| SetOnce::new()).collect();
    let mut alone = Vec::with_capacity(rows.len());
    for (row, predicted) in rows.into_iter().zip(&predicted) {
        alone.push(evaluate_row(plan, row, predicted, run_began));
    }
    // A row that fails here is never predicted, so those who wait for it must end with it.
    let (rows, columns) = try_join(try_join_all(alone), score_together(plan, &predicted, &sessions)).await?;
    let mut columns: Vec<_> = columns.into_iter().map(|(place, column)| (place, column.into_iter())).collect();
    let turns = predicted.into_iter().filter_map(SetOnce::into_inner);
    let rows = turns.zip(rows).map(|(turn, (started, mut scores))| {
        scores.extend(columns.iter_mut().filter_map(|(place, column)| Some((*place, column.next()?))));
        scores.sort_by_key(|(place, _)| *place);
        turn.into_result(scores.into_iter().map(|(_, score)| score).collect(), started)
    });
    Ok(rows.collect())
}

/// What a scorer gave, with the scorer's place in the plan.
type Placed<T> = (usize, T);

/// Predicts a row, passes it on, and scores it with the scorers that look at single rows.
async fn evaluate_row(
    plan: &Plan,
    row: Row,
    predicted: &SetOnce<Turn>,
    run_began: Instant,
) -> Result<(Duration, Vec<Placed<ScoreResult>>), MemoError> {
    let _permit = plan.rows_at_work.acquire().await;
    let started = run_began.elapsed();
    let key = example_key(&row);
    let kept = plan.kept_predictions(&[key]).await?.pop().flatten();
    // Nobody else sets it.
    let _ = predicted.set(predict(plan, row, key, kept).await);
    let turn = predicted.wait().await;
    let mut scoring = Vec::with_capacity(plan.scorers.len());
    for (place, scorer) in scorers(plan, |scoring| scoring == Scoring::Row) {
        scoring.push(async move {
            let kept = plan.kept_scores(place, &[turn.rest.scored]).await?.pop().flatten();
            let result = scorer.score(&turn.example, turn.rest.repeat, turn.rest.is_scorable(), kept).await;
            Ok::<_, MemoError>((place, result))
        });
    }
    Ok((started, try_join_all(scoring).await?))
}

/// Waits for the predictions of all rows, and scores them with the scorers that look at several at a time.
async fn score_together(
    plan: &Plan,
    predicted: &[SetOnce<Turn>],
    sessions: &[Range<usize>],
) -> Result<Vec<Placed<Vec<ScoreResult>>>, MemoError> {
    let mut together = scorers(plan, |scoring| scoring != Scoring::Row).peekable();
    if together.peek().is_none() {
        return Ok(Vec::new());
    }
    let turns = join_all(predicted.iter().map(SetOnce::wait)).await;
    let examples: Vec<_> = turns.iter().map(|turn| turn.example.clone()).collect();
    let repeats: Vec<_> = turns.iter().map(|turn| turn.rest.repeat).collect();
    let scored: Vec<_> = turns.iter().map(|turn| turn.rest.scored).collect();
    let is_scorable: Vec<_> = turns.iter().map(|turn| turn.rest.is_scorable()).collect();
    let turns = Turns {
        examples: &examples,
        repeats: &repeats,
        is_scorable: &is_scorable,
        sessions,
        sessions_at_once: plan.concurrency.get(),
    };
    let scored = &scored;
    let mut scoring = Vec::new();
    for (place, scorer) in together {
        scoring.push(async move {
            let kept = plan.kept_scores(place, scored).await?;
            Ok::<_, MemoError>((place, scorer.score_all(turns, kept).await))
        });
    }
    try_join_all(scoring).await
}

fn scorers(plan: &Plan, are_wanted: fn(Scoring) -> bool) -> impl Iterator<Item = Placed<&PlannedScorer>> {
    plan.scorers.iter().enumerate().filter(move |(_, scorer)| are_wanted(scorer.scoring()))
}

fn example_key(row: &Row) -> MemoKey {
    MemoKey { position: row.position, content: ContentKey::of(&row.example) }
}

/// Asks the predict function, if there is one and nothing was kept, and puts its outputs and trace into the example.
async fn predict(plan: &Plan, row: Row, key: MemoKey, kept: Option<Prediction>) -> Turn {
    let Row { index, repeat, position, mut example, .. } = row;
    let Some(predictor) = &plan.predictor else {
        let (example_key, prediction, original) = (key.content, None, None);
        return Turn { example, rest: TurnRest { index, repeat, prediction, original, example_key, scored: key } };
    };
    let prediction = match kept {
        Some(kept) => Prediction { is_reused: true, ..kept },
        None => {
            let predicted = predictor.at_repeat(repeat).predict(&example.id, &example.inputs).await;
            Prediction {
                outputs: predicted.result,
                // A trace that the guest recorded is valid by construction; one that has no JSON form would be a defect
                // here.
                trace: predicted.trace.and_then(|trace| Json::from_value(&trace).ok()),
                log: predicted.log,
                usage: predicted.usage,
                elapsed: predicted.duration,
                is_reused: false,
            }
        }
    };
    let original = (example.outputs.clone(), example.trace.clone());
    if let Ok(outputs) = &prediction.outputs {
        example.outputs = Some(outputs.clone());
    }
    let content = ContentKey::with(&example, example.outputs.as_ref(), original.1.as_ref());
    if prediction.trace.is_some() {
        example.trace.clone_from(&prediction.trace);
    }
    let scored = MemoKey { position, content };
    let (prediction, original, example_key) = (Some(prediction), Some(original), key.content);
    Turn { example, rest: TurnRest { index, repeat, prediction, original, example_key, scored } }
}

impl TurnRest {
    fn is_scorable(&self) -> bool {
        self.prediction.as_ref().is_none_or(|prediction| prediction.outputs.is_ok())
    }
}

impl Turn {
    fn into_result(self, scores: Vec<ScoreResult>, started: Duration) -> RowResult {
        let Self { mut example, rest } = self;
        if let Some((outputs, trace)) = rest.original {
            example.outputs = outputs;
            example.trace = trace;
        }
        let (index, repeat, id) = (rest.index, rest.repeat, example.id.clone());
        let content = RowContent { example, example_key: rest.example_key, scored_key: rest.scored.content };
        RowResult { index, repeat, id, prediction: rest.prediction, scores, started, content: Some(Box::new(content)) }
    }
}

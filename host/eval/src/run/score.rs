//! The ways in which scorers are called.

use std::ops::Range;
use std::time::Duration;

use futures::StreamExt as _;
use scorebox_core::{Example, Scope, Usage};
use scorebox_engine::Scored;

use super::plan::PlannedScorer;
use crate::results::{Outcome, ScoreResult, SkipReason};

/// What a scorer is given in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scoring {
    /// One row.
    Row,
    /// Several rows, each of which gets a result.
    Batch,
    /// The turns of one session, of which the last gets the result.
    Session,
}

/// The rows of a chunk after their prediction.
#[derive(Clone, Copy)]
pub(super) struct Turns<'c> {
    pub(super) examples: &'c [Example],
    /// Whether each has something to score.
    pub(super) is_scorable: &'c [bool],
    /// Where the sessions are.
    pub(super) sessions: &'c [Range<usize>],
    /// How many sessions one scorer is asked about at once.
    pub(super) sessions_at_once: usize,
}

impl PlannedScorer {
    pub(super) fn scoring(&self) -> Scoring {
        match self.scorer.info().scope {
            Scope::Session => Scoring::Session,
            Scope::Example if self.scorer.batch_size() > 1 => Scoring::Batch,
            Scope::Example => Scoring::Row,
        }
    }

    /// Scores one row, if it has something to score.
    pub(super) async fn score(&self, example: &Example, is_scorable: bool) -> ScoreResult {
        if !is_scorable {
            return self.skipped(SkipReason::PredictionFailed);
        }
        self.result(self.scorer.score(example).await)
    }

    /// Scores all rows in the way of this scorer, and answers in their order.
    pub(super) async fn score_all(&self, turns: Turns<'_>) -> Vec<ScoreResult> {
        match self.scoring() {
            Scoring::Row => self.score_each(turns).await,
            Scoring::Batch => self.score_batches(turns).await,
            Scoring::Session => self.score_sessions(turns).await,
        }
    }

    async fn score_each(&self, turns: Turns<'_>) -> Vec<ScoreResult> {
        let mut results = Vec::with_capacity(turns.examples.len());
        for (example, is_scorable) in turns.examples.iter().zip(turns.is_scorable) {
            results.push(self.score(example, *is_scorable).await);
        }
        results
    }

    async fn score_batches(&self, turns: Turns<'_>) -> Vec<ScoreResult> {
        let rows = turns.examples.iter().zip(turns.is_scorable);
        let sent: Vec<_> = rows.filter(|(_, is_scorable)| **is_scorable).map(|(example, _)| example.clone()).collect();
        let mut scored = Vec::with_capacity(sent.len());
        for batch in sent.chunks(self.scorer.batch_size()) {
            scored.extend(self.scorer.score_batch(batch).await);
        }
        let mut scored = scored.into_iter();
        let result = |is_scorable: &bool| {
            let scored = if *is_scorable { scored.next() } else { None };
            scored.map_or_else(|| self.skipped(SkipReason::PredictionFailed), |scored| self.result(scored))
        };
        turns.is_scorable.iter().map(result).collect()
    }

    async fn score_sessions(&self, turns: Turns<'_>) -> Vec<ScoreResult> {
        let mut calls = Vec::with_capacity(turns.sessions.len());
        for session in turns.sessions {
            calls.push(self.score_session(&turns.examples[session.clone()], &turns.is_scorable[session.clone()]));
        }
        let of_sessions: Vec<_> = futures::stream::iter(calls).buffered(turns.sessions_at_once).collect().await;
        let mut results = Vec::with_capacity(turns.examples.len());
        for (session, result) in turns.sessions.iter().zip(of_sessions) {
            results.extend((1..session.len()).map(|_| self.skipped(SkipReason::EarlierTurn)));
            results.push(result);
        }
        results
    }

    async fn score_session(&self, turns: &[Example], is_scorable: &[bool]) -> ScoreResult {
        if is_scorable.contains(&false) {
            return self.skipped(SkipReason::PredictionFailed);
        }
        self.result(self.scorer.score_session(turns).await)
    }

    fn result(&self, scored: Scored) -> ScoreResult {
        let outcome = match scored.result {
            Ok(feedback) => Outcome::Feedback(feedback),
            Err(failure) => Outcome::Error(failure),
        };
        let scorer = self.name.clone();
        ScoreResult { scorer, outcome, log: scored.log, usage: scored.usage, elapsed: scored.duration }
    }

    fn skipped(&self, reason: SkipReason) -> ScoreResult {
        ScoreResult {
            scorer: self.name.clone(),
            outcome: Outcome::Skipped(reason),
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::ZERO,
        }
    }
}

//! The ways in which scorers are called.

use std::ops::Range;
use std::time::Duration;

use futures::StreamExt as _;
use scorebox_core::{Example, Scope, Usage};
use scorebox_engine::Scored;

use super::memo::KeptScore;
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
    /// Which repetition of its example each is.
    pub(super) repeats: &'c [u32],
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

    /// Scores one row, if it has something to score and no result was kept.
    pub(super) async fn score(
        &self,
        example: &Example,
        repeat: u32,
        is_scorable: bool,
        kept: Option<KeptScore>,
    ) -> ScoreResult {
        match kept {
            _ if !is_scorable => self.skipped(SkipReason::PredictionFailed),
            Some(kept) => self.kept(kept),
            None if repeat == 0 => self.result(self.scorer.score(example).await),
            None => self.result(self.scorer.at_repeat(repeat).score(example).await),
        }
    }

    /// Scores all rows in the way of this scorer, and answers in their order. What was kept comes in their order too, or
    /// is empty.
    pub(super) async fn score_all(&self, turns: Turns<'_>, mut kept: Vec<Option<KeptScore>>) -> Vec<ScoreResult> {
        kept.resize(turns.examples.len(), None);
        match self.scoring() {
            Scoring::Row => self.score_each(turns, kept).await,
            Scoring::Batch => self.score_batches(turns, kept).await,
            Scoring::Session => self.score_sessions(turns, kept).await,
        }
    }

    async fn score_each(&self, turns: Turns<'_>, kept: Vec<Option<KeptScore>>) -> Vec<ScoreResult> {
        let mut results = Vec::with_capacity(turns.examples.len());
        for (row, kept) in kept.into_iter().enumerate() {
            let (example, repeat) = (&turns.examples[row], turns.repeats[row]);
            results.push(self.score(example, repeat, turns.is_scorable[row], kept).await);
        }
        results
    }

    async fn score_batches(&self, turns: Turns<'_>, kept: Vec<Option<KeptScore>>) -> Vec<ScoreResult> {
        let is_sent: Vec<_> =
            turns.is_scorable.iter().zip(&kept).map(|(is_scorable, kept)| *is_scorable && kept.is_none()).collect();
        let rows = turns.examples.iter().zip(turns.repeats).zip(&is_sent);
        let (sent, repeats): (Vec<_>, Vec<_>) =
            rows.filter(|(_, is_sent)| **is_sent).map(|((example, repeat), _)| (example.clone(), *repeat)).unzip();
        let mut scored = Vec::with_capacity(sent.len());
        let size = self.scorer.batch_size();
        for (batch, repeats) in sent.chunks(size).zip(repeats.chunks(size)) {
            // The rows of a batch share one call, and what it asks models; the first row says which samples those are.
            let scorer = self.scorer.at_repeat(repeats.first().copied().unwrap_or(0));
            scored.extend(scorer.score_batch(batch).await);
        }
        let mut scored = scored.into_iter();
        let results = is_sent.into_iter().zip(turns.is_scorable).zip(kept).map(|((is_sent, is_scorable), kept)| {
            let scored = if is_sent { scored.next() } else { None };
            match (scored, kept) {
                (Some(scored), _) => self.result(scored),
                (None, Some(kept)) if *is_scorable => self.kept(kept),
                (None, _) => self.skipped(SkipReason::PredictionFailed),
            }
        });
        results.collect()
    }

    async fn score_sessions(&self, turns: Turns<'_>, mut kept: Vec<Option<KeptScore>>) -> Vec<ScoreResult> {
        let mut calls = Vec::with_capacity(turns.sessions.len());
        for session in turns.sessions {
            // The result of a session stands on its last row.
            let kept = session.clone().last().and_then(|last| kept[last].take());
            calls.push(self.score_session(turns, session.clone(), kept));
        }
        let of_sessions: Vec<_> = futures::stream::iter(calls).buffered(turns.sessions_at_once).collect().await;
        let mut results = Vec::with_capacity(turns.examples.len());
        for (session, result) in turns.sessions.iter().zip(of_sessions) {
            results.extend((1..session.len()).map(|_| self.skipped(SkipReason::EarlierTurn)));
            results.push(result);
        }
        results
    }

    async fn score_session(&self, turns: Turns<'_>, rows: Range<usize>, kept: Option<KeptScore>) -> ScoreResult {
        match kept {
            _ if turns.is_scorable[rows.clone()].contains(&false) => self.skipped(SkipReason::PredictionFailed),
            Some(kept) => self.kept(kept),
            None => self.result(self.scorer.score_session(&turns.examples[rows]).await),
        }
    }

    fn result(&self, scored: Scored) -> ScoreResult {
        let outcome = match scored.result {
            Ok(feedback) => Outcome::Feedback(feedback),
            Err(failure) => Outcome::Error(failure),
        };
        let scorer = self.name.clone();
        ScoreResult {
            scorer,
            outcome,
            log: scored.log,
            usage: scored.usage,
            elapsed: scored.duration,
            is_reused: false,
        }
    }

    fn kept(&self, kept: KeptScore) -> ScoreResult {
        let KeptScore { outcome, log, usage, elapsed } = kept;
        ScoreResult { scorer: self.name.clone(), outcome, log, usage, elapsed, is_reused: true }
    }

    fn skipped(&self, reason: SkipReason) -> ScoreResult {
        ScoreResult {
            scorer: self.name.clone(),
            outcome: Outcome::Skipped(reason),
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::ZERO,
            is_reused: false,
        }
    }
}

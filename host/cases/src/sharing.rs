//! Calls that share an instance: what they give has to be what they give in instances of their own.

use std::num::NonZeroUsize;

use scorebox_core::{Example, FailureKind, Json};
use scorebox_engine::{CallSettings, Isolation, Plugin, Scored, Scorer, SetupError};
use serde::Serialize;

use crate::case::{Call, Case};
use crate::observed::Observed;

/// The calls of a scorer with one config, out of all cases that have them; a batch is a call for each of its examples.
/// Predict functions have none: each call of theirs always has an instance of its own.
#[derive(Clone, Debug)]
pub struct ScorerCalls<'c> {
    scorer: &'c str,
    config: &'c Json,
    calls: Vec<(&'c Case, ScorerCall<'c>)>,
}

#[derive(Clone, Copy, Debug)]
enum ScorerCall<'c> {
    Example(&'c Example),
    Session(&'c [Example]),
}

/// A call that gave something else where it shared an instance.
#[derive(Clone, Debug)]
pub struct SharingDifference<'c> {
    /// The case that it belongs to.
    pub case: &'c Case,
    /// What it gave in an instance of its own.
    pub alone: Scored,
    /// What it gave in an instance with others.
    pub shared: Scored,
}

impl<'c> ScorerCalls<'c> {
    /// The calls of all cases, in their order.
    #[must_use]
    pub fn of(cases: &'c [Case]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for case in cases {
            let (scorer, calls): (_, Vec<_>) = match &case.call {
                Call::Score { scorer, example } => (scorer, vec![ScorerCall::Example(example)]),
                Call::Batch { scorer, examples } => (scorer, examples.iter().map(ScorerCall::Example).collect()),
                Call::Session { scorer, turns } => (scorer, vec![ScorerCall::Session(turns)]),
                Call::Predict { .. } => continue,
            };
            let calls = calls.into_iter().map(|call| (case, call));
            match groups.iter_mut().find(|group| group.scorer == scorer && *group.config == case.config) {
                Some(group) => group.calls.extend(calls),
                None => groups.push(Self { scorer, config: &case.config, calls: calls.collect() }),
            }
        }
        groups
    }

    /// The scorer's name.
    #[must_use]
    pub fn scorer(&self) -> &'c str {
        self.scorer
    }

    /// Makes each call in an instance of its own.
    pub async fn alone(&self, plugin: &Plugin, settings: &CallSettings) -> Result<Vec<Scored>, SetupError> {
        let fresh = self.prepare(plugin, Isolation::Example, settings)?;
        let mut scored = Vec::with_capacity(self.calls.len());
        for (_, call) in &self.calls {
            scored.push(call.make(&fresh).await);
        }
        Ok(scored)
    }

    /// Makes the calls one after the other in one instance, twice, and answers the first that gives something else than
    /// it gave `alone`. A call that does not come to its end, as after a trap, ends the instance: those behind it share
    /// the next one.
    pub async fn in_one_instance(
        &self,
        plugin: &Plugin,
        settings: &CallSettings,
        alone: &[Scored],
    ) -> Result<Option<SharingDifference<'c>>, SetupError> {
        const ROUNDS: usize = 2;
        let reused = self.prepare(plugin, Isolation::Run, settings)?;
        for _ in 0..ROUNDS {
            for ((case, call), alone) in self.calls.iter().zip(alone) {
                let shared = call.make(&reused).await;
                if compared(&Observed::scored(shared.clone())) != compared(&Observed::scored(alone.clone())) {
                    return Ok(Some(SharingDifference { case, alone: alone.clone(), shared }));
                }
            }
        }
        Ok(None)
    }

    /// Passes the examples as one batch, and answers the first of which the result is not what it was `alone`. What was
    /// logged is not compared, because nobody can tell which example of a batch it belongs to; for the same reason,
    /// examples are left out to which the host refused a request. Where an example ends the instance, the engine calls
    /// for each by itself.
    pub async fn in_one_batch(
        &self,
        plugin: &Plugin,
        settings: &CallSettings,
        alone: &[Scored],
    ) -> Result<Option<SharingDifference<'c>>, SetupError> {
        let calls = self.calls.iter().zip(alone).filter_map(|((case, call), alone)| match call {
            ScorerCall::Example(example) if !was_refused(alone) => Some((*case, *example, alone)),
            ScorerCall::Example(_) | ScorerCall::Session(_) => None,
        });
        let calls: Vec<_> = calls.collect();
        let Some(size) = NonZeroUsize::new(calls.len()) else { return Ok(None) };
        let batched = self.prepare(plugin, Isolation::Batch(size), settings)?;
        let examples: Vec<_> = calls.iter().map(|(_, example, _)| (*example).clone()).collect();
        for ((case, _, alone), shared) in calls.into_iter().zip(batched.score_batch(&examples).await) {
            let outcome = |scored: &Scored| compared(&Observed::scored(scored.clone()).outcome);
            if outcome(&shared) != outcome(alone) {
                return Ok(Some(SharingDifference { case, alone: alone.clone(), shared }));
            }
        }
        Ok(None)
    }

    fn prepare(&self, plugin: &Plugin, isolation: Isolation, settings: &CallSettings) -> Result<Scorer, SetupError> {
        plugin.scorer(self.scorer, self.config.clone(), isolation, settings.clone())
    }
}

impl ScorerCall<'_> {
    async fn make(self, scorer: &Scorer) -> Scored {
        match self {
            Self::Example(example) => scorer.score(example).await,
            Self::Session(turns) => scorer.score_session(turns).await,
        }
    }
}

/// Whether a call failed because the host did not do what it was asked for.
fn was_refused(scored: &Scored) -> bool {
    let is_refusal = |kind| matches!(kind, FailureKind::Denied | FailureKind::OverBudget | FailureKind::Gateway);
    scored.result.as_ref().is_err_and(|failure| is_refusal(failure.kind))
}

/// Equal results are equal bytes.
fn compared(result: &impl Serialize) -> String {
    serde_json::to_string(result).unwrap_or_default()
}

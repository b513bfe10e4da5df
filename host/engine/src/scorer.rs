use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use scorebox_core::{Example, Failure, FailureKind, Feedback, Fields, Json, Scope, ScorerInfo, Usage};
use serde::{Deserialize, Serialize};

use crate::call::{Guest, PeakMemory, Remains};
use crate::capture::LogLine;
use crate::exports::ScorerExports;
use crate::failure;
use crate::fields;
use crate::idle::Owner;
use crate::output;
use crate::plugin::PluginInner;
use crate::signature::Answer;
use crate::state::{CallSettings, RowName};

/// How much one guest instance sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// A fresh instance for every example: nothing can leak from one to the next.
    #[default]
    Example,
    /// A fresh instance for every batch of this many examples, which are scored in one call.
    Batch(NonZeroUsize),
    /// An instance is used again until it fails.
    Run,
}

impl std::fmt::Display for Isolation {
    /// As it stands in `scorebox.toml`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Example => formatter.write_str("\"example\""),
            Self::Batch(size) => write!(formatter, "{{ batch = {size} }}"),
            Self::Run => formatter.write_str("\"run\""),
        }
    }
}

impl Isolation {
    /// How many examples share an instance where the host chooses batches: then an instance of 2 ms costs 16 µs an
    /// example, less than a call does.
    pub const AUTOMATIC_BATCH: NonZeroUsize = NonZeroUsize::new(128).expect("128 is not zero");

    /// Whether every example has an instance of its own.
    #[must_use]
    pub fn is_example(&self) -> bool {
        *self == Self::Example
    }
}

/// A scorer with its config, ready to be called from many tasks at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scorer {
    inner: Arc<ScorerInner>,
    /// Stands for feedback that has no name of its own.
    name: Arc<str>,
    repeat: u32,
}

struct ScorerInner {
    plugin: Arc<PluginInner>,
    info: ScorerInfo,
    config: Json,
    isolation: Isolation,
    settings: Arc<CallSettings>,
    sent: Fields,
    /// Whose the engine's idle instances are; only with [`Isolation::Run`].
    owner: Owner,
    peak: PeakMemory,
}

/// What came of scoring one example.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The feedback, or why there is none.
    pub result: Result<Vec<Feedback>, Failure>,
    /// What the guest logged; after a failure, it is part of the failure instead.
    pub log: Vec<LogLine>,
    /// What models took.
    pub usage: Usage,
    /// How long it took.
    pub duration: Duration,
}

impl Scorer {
    pub(crate) fn new(
        plugin: Arc<PluginInner>,
        info: ScorerInfo,
        config: Json,
        isolation: Isolation,
        settings: CallSettings,
    ) -> Self {
        let sent = info.requires.union(info.uses);
        let settings = Arc::new(settings);
        let owner = plugin.component.engine.idle.owner();
        let name = info.name.as_str().into();
        let peak = PeakMemory::default();
        Self {
            inner: Arc::new(ScorerInner { plugin, info, config, isolation, settings, sent, owner, peak }),
            name,
            repeat: 0,
        }
    }

    /// The same scorer under another name: feedback that has no name of its own gets it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// The same scorer for a further repetition of each example, from 0: with its own randomness, and with its own samples of
    /// what models answer.
    #[must_use]
    pub fn at_repeat(&self, repeat: u32) -> Self {
        Self { repeat, ..self.clone() }
    }

    /// What the scorer says about itself.
    #[must_use]
    pub fn info(&self) -> &ScorerInfo {
        &self.inner.info
    }

    /// The same scorer with another isolation.
    #[must_use]
    pub fn isolated(&self, isolation: Isolation) -> Self {
        let ScorerInner { plugin, info, config, settings, sent, .. } = &*self.inner;
        let inner = ScorerInner {
            plugin: plugin.clone(),
            info: info.clone(),
            config: config.clone(),
            isolation,
            settings: settings.clone(),
            sent: *sent,
            owner: plugin.component.engine.idle.owner(),
            peak: PeakMemory::default(),
        };
        Self { inner: Arc::new(inner), ..self.clone() }
    }

    /// The most linear memory that an instance had in a call so far, in bytes; 0 before the first one.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> usize {
        self.inner.peak.bytes()
    }

    /// How many examples are best passed to [`Scorer::score_batch`] at once.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        match self.inner.isolation {
            Isolation::Batch(size) => size.get(),
            Isolation::Example | Isolation::Run => 1,
        }
    }

    /// Scores one example.
    pub async fn score(&self, example: &Example) -> Scored {
        let scorer = &*self.inner;
        if let Err(failure) = scorer.admit(Scope::Example, std::slice::from_ref(example)) {
            return Scored::failed(failure);
        }
        let mut guest = match scorer.guest(self.row(&example.id)).await {
            Ok(guest) => guest,
            Err(failure) => return Scored::failed(failure),
        };
        let tags = fields::borrowed_tags(example, scorer.sent);
        let params = (scorer.info.name.as_str(), scorer.config.as_str(), fields::borrowed(example, &tags, scorer.sent));
        let Some(exports) = scorer.exports() else { return Scored::failed(no_scorers()) };
        let outcome = guest.call(&scorer.plugin.component, &exports.score, params).await;
        let remains = guest.take_traces();
        scorer.peak.learn(&guest);
        if outcome.is_ok() {
            scorer.put_back(guest);
        }
        Scored::new(outcome.and_then(|(answer,)| self.feedback(answer)), remains)
    }

    /// Scores several examples in one instance and one call. When the call as a whole fails, every example is scored
    /// again by itself, so that the failure lands on the example that caused it.
    pub async fn score_batch(&self, examples: &[Example]) -> Vec<Scored> {
        let whole = match self.score_together(examples).await {
            Ok(scored) => return scored,
            Err(failure) => failure,
        };
        if let [_] = examples {
            return vec![Scored::failed(whole)];
        }
        let mut scored = Vec::with_capacity(examples.len());
        for example in examples {
            scored.push(match self.score_together(std::slice::from_ref(example)).await {
                Ok(mut alone) => alone.pop().unwrap_or_else(|| Scored::failed(whole.clone())),
                Err(failure) => Scored::failed(failure),
            });
        }
        scored
    }

    /// Scores one conversation, given its turns in order.
    pub async fn score_session(&self, turns: &[Example]) -> Scored {
        let scorer = &*self.inner;
        if let Err(failure) = scorer.admit(Scope::Session, turns) {
            return Scored::failed(failure);
        }
        let session_id = turns.first().map_or("", |turn| &turn.id);
        let mut guest = match scorer.guest(self.row(session_id)).await {
            Ok(guest) => guest,
            Err(failure) => return Scored::failed(failure),
        };
        let tags: Vec<_> = turns.iter().map(|turn| fields::borrowed_tags(turn, scorer.sent)).collect();
        let turns: Vec<_> =
            turns.iter().zip(&tags).map(|(turn, tags)| fields::borrowed(turn, tags, scorer.sent)).collect();
        let params = (scorer.info.name.as_str(), scorer.config.as_str(), turns.as_slice());
        let Some(exports) = scorer.exports() else { return Scored::failed(no_scorers()) };
        let outcome = guest.call(&scorer.plugin.component, &exports.score_session, params).await;
        let remains = guest.take_traces();
        scorer.peak.learn(&guest);
        if outcome.is_ok() {
            scorer.put_back(guest);
        }
        Scored::new(outcome.and_then(|(answer,)| self.feedback(answer)), remains)
    }

    fn row<'a>(&self, example_id: &'a str) -> RowName<'a> {
        RowName { example_id, repeat: self.repeat }
    }

    fn feedback(&self, answer: Answer) -> Result<Vec<Feedback>, Failure> {
        output::feedback(answer, &self.name, &self.inner.settings.limits)
    }

    /// One instance and one call for all examples that have what the scorer requires.
    async fn score_together(&self, examples: &[Example]) -> Result<Vec<Scored>, Failure> {
        let scorer = &*self.inner;
        let admitted: Vec<_> = examples
            .iter()
            .map(|example| scorer.admit(Scope::Example, std::slice::from_ref(example)).map(|()| example))
            .collect();
        let sent: Vec<&Example> = admitted.iter().filter_map(|example| example.as_ref().ok().copied()).collect();
        let Some(first) = sent.first() else {
            return Ok(admitted.into_iter().filter_map(Result::err).map(Scored::failed).collect());
        };
        let mut guest = scorer.guest(self.row(&first.id)).await?;
        guest.set_examples(sent.len());
        let tags: Vec<_> = sent.iter().map(|example| fields::borrowed_tags(example, scorer.sent)).collect();
        let borrowed: Vec<_> =
            sent.iter().zip(&tags).map(|(example, tags)| fields::borrowed(example, tags, scorer.sent)).collect();
        let params = (scorer.info.name.as_str(), scorer.config.as_str(), borrowed.as_slice());
        let exports = scorer.exports().ok_or_else(no_scorers)?;
        let outcome = guest.call(&scorer.plugin.component, &exports.score_batch, params).await;
        scorer.peak.learn(&guest);
        let (answers,) = outcome?;
        if guest.was_refused_memory() && sent.len() > 1 {
            // Which example wanted the memory cannot be told: each is scored alone.
            let message = "the batch wanted more memory than the limit memory_bytes";
            return Err(Failure::new(FailureKind::MemoryLimit, message));
        }
        if answers.len() != sent.len() {
            let message = format!("score-batch gave {} results for {} examples", answers.len(), sent.len());
            return Err(Failure::new(FailureKind::InvalidOutput, message));
        }
        let mut remains = guest.take_traces();
        remains.duration /= u32::try_from(sent.len()).unwrap_or(u32::MAX);
        let mut answers = answers.into_iter();
        Ok(admitted
            .into_iter()
            .map(|example| match example {
                Err(failure) => Scored::failed(failure),
                Ok(_) => {
                    let answer = answers.next().map_or_else(|| Err(no_scorers()), |answer| self.feedback(answer));
                    // What was logged and used cannot be told apart within a batch; it goes with the first example.
                    let log = std::mem::take(&mut remains.log);
                    let usage = std::mem::take(&mut remains.usage);
                    let unfulfilled = remains.unfulfilled.clone();
                    let result = answer.map_err(|failure| failure::blame(failure, unfulfilled));
                    Scored { result, log, usage, duration: remains.duration }
                }
            })
            .collect())
    }
}

impl ScorerInner {
    fn exports(&self) -> Option<&ScorerExports> {
        self.plugin.exports.scorers.as_ref()
    }

    fn admit(&self, scope: Scope, examples: &[Example]) -> Result<(), Failure> {
        if scope != self.info.scope {
            let message = match self.info.scope {
                Scope::Session => "this scorer looks at conversations; it cannot score a single example",
                Scope::Example => "this scorer looks at single examples; it cannot score a conversation",
            };
            return Err(Failure::new(FailureKind::Unsupported, message));
        }
        examples.iter().try_for_each(|example| fields::check_required(&self.info, example))
    }

    /// An instance to call: an idle one, where the isolation allows it, or a fresh one.
    async fn guest(&self, row: RowName<'_>) -> Result<Guest, Failure> {
        if self.isolation == Isolation::Run {
            let idle = self.plugin.component.engine.idle.take(self.owner);
            if let Some(mut guest) = idle {
                guest.begin_call(row)?;
                return Ok(guest);
            }
        }
        Guest::create(&self.plugin.component, &self.settings, &self.info.name, row, &self.peak).await
    }

    fn put_back(&self, guest: Guest) {
        if self.isolation == Isolation::Run {
            self.plugin.component.engine.idle.put(self.owner, guest);
        }
    }
}

impl Drop for ScorerInner {
    fn drop(&mut self) {
        self.plugin.component.engine.idle.drop_all_of(self.owner);
    }
}

impl Scored {
    fn new(result: Result<Vec<Feedback>, Failure>, remains: Remains) -> Self {
        let result = result.map_err(|failure| failure::blame(failure, remains.unfulfilled));
        Self { result, log: remains.log, usage: remains.usage, duration: remains.duration }
    }

    fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), log: Vec::new(), usage: Usage::default(), duration: Duration::ZERO }
    }
}

/// Cannot come up: a [`Scorer`] is only made from a component that exports scorers.
fn no_scorers() -> Failure {
    Failure::new(FailureKind::Instantiation, "the component holds no scorers")
}

impl std::fmt::Debug for ScorerInner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Scorer")
            .field("name", &self.info.name)
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}

//! `scorebox plugin bench`: calls a second, and what an instance costs.

mod measure;
mod report;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use scorebox_cases::{Call, Case};
use scorebox_core::{Digest, Example, Json};
use scorebox_engine::{CallSettings, Engine, Isolation, Plugin, Predictor, Scorer, SetupError};
use scorebox_stats::median;
use serde::Serialize;

use self::measure::{ROUNDS, Rate, rate};
use super::super::{print, print_json};
use super::cases::Cases;
use super::instance::InstanceFigures;
use super::interrupt;
use super::replies::CaseReplies;
use super::subject::Subject;
use super::working::Working;
use crate::arguments::BenchArguments;
use crate::exit::Stop;

/// What was measured of a plugin, on one thread.
#[derive(Serialize)]
struct Bench {
    plugin: String,
    digest: Digest,
    size_bytes: usize,
    /// Loading from the compile cache.
    load_seconds: f64,
    instance: InstanceFigures,
    functions: Vec<FunctionFigures>,
    /// Whether models or HTTP peers were played by recorded replies.
    replays_replies: bool,
    rounds: usize,
}

/// One function with the first config that its cases have.
#[derive(Serialize)]
struct FunctionFigures {
    function: String,
    /// How many different examples were passed, in turns.
    examples: usize,
    /// A fresh instance for each call.
    fresh: Option<Rate>,
    /// A fresh instance for each batch, in examples.
    batch: Option<Rate>,
    /// One instance for all calls.
    reused: Option<Rate>,
    /// What the host would choose.
    isolation: Option<Isolation>,
    /// The most memory that an instance had.
    peak_memory_bytes: Option<usize>,
    /// Why there are no figures.
    failed: Option<String>,
}

pub(super) async fn run(arguments: &BenchArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let subject = Subject::open(&arguments.subject, quiet).await?;
    let cases = Cases::read_some(&subject.cases).map_err(Stop::Input)?;
    let (engine, plugin) = subject.plugin(quiet).await?;
    cases.check_names(&plugin).map_err(Stop::Input)?;
    let settings = CaseReplies::replay(&cases.folder, &[])?.settings();
    let working = Working::on("measuring", quiet);
    let bench = interrupt::or_interrupted(bench(&subject, &engine, plugin, &cases.cases, &settings, arguments.time));
    let bench = bench.await??;
    drop(working);
    if arguments.json { print_json(&bench) } else { print(&bench.to_text()) }
}

async fn bench(
    subject: &Subject,
    engine: &Engine,
    plugin: Plugin,
    cases: &[Case],
    settings: &CallSettings,
    time: Duration,
) -> Result<Bench, Stop> {
    // As long as the plugin is there, the engine would give the same again.
    drop(plugin);
    let load_seconds = load_seconds(subject, engine).await?;
    let plugin = subject.load(engine).await?.map_err(Stop::unfinished)?;
    let mut functions = Vec::new();
    for subject in subjects(&plugin, cases) {
        functions.push(subject.measure(&plugin, settings, time).await.map_err(Stop::unfinished)?);
    }
    Ok(Bench {
        plugin: subject.name.clone(),
        digest: plugin.digest(),
        size_bytes: plugin.size_bytes(),
        load_seconds,
        instance: plugin.instance_cost().into(),
        functions,
        replays_replies: plugin.inspection().reaches_out,
        rounds: ROUNDS,
    })
}

/// How long loading takes once the component is compiled, its describing itself included.
async fn load_seconds(subject: &Subject, engine: &Engine) -> Result<f64, Stop> {
    let mut seconds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let plugin = subject.load(engine).await?.map_err(Stop::unfinished)?;
        seconds.push(began.elapsed().as_secs_f64());
        drop(plugin);
    }
    median(&mut seconds).map_err(Stop::unfinished)
}

/// A function and what it is called with.
struct Measured<'c> {
    name: &'c str,
    config: &'c Json,
    calls: Calls<'c>,
}

enum Calls<'c> {
    Examples(Vec<&'c Example>),
    Sessions(Vec<&'c [Example]>),
    Inputs(Vec<&'c Json>),
}

/// Each function with the calls of its cases, as far as these have the config of the first and expect a result.
fn subjects<'c>(plugin: &'c Plugin, cases: &'c [Case]) -> Vec<Measured<'c>> {
    let gives_result = |case: &&Case| case.expect.iter().all(|expected| expected.error.is_none());
    let scorers = plugin.scorers().iter().map(|info| (info.name.as_str(), false));
    let predictors = plugin.predictors().iter().map(|info| (info.name.as_str(), true));
    let mut subjects = Vec::new();
    for (name, predicts) in scorers.chain(predictors) {
        let is_of =
            |case: &&Case| case.call.function() == name && matches!(case.call, Call::Predict { .. }) == predicts;
        let mut own = cases.iter().filter(is_of).filter(gives_result).peekable();
        let Some(config) = own.peek().map(|case| &case.config) else { continue };
        let own: Vec<_> = own.filter(|case| case.config.as_str() == config.as_str()).collect();
        if let Some(calls) = Calls::of(&own) {
            subjects.push(Measured { name, config, calls });
        }
    }
    subjects
}

impl<'c> Calls<'c> {
    fn of(cases: &[&'c Case]) -> Option<Self> {
        let mut examples = Vec::new();
        let mut sessions = Vec::new();
        let mut inputs_of = Vec::new();
        for case in cases {
            match &case.call {
                Call::Score { example, .. } => examples.push(&**example),
                Call::Batch { examples: several, .. } => examples.extend(several),
                Call::Session { turns, .. } => sessions.push(turns.as_slice()),
                Call::Predict { inputs, .. } => inputs_of.push(inputs),
            }
        }
        match (examples.is_empty(), sessions.is_empty(), inputs_of.is_empty()) {
            (false, _, _) => Some(Self::Examples(examples)),
            (true, false, _) => Some(Self::Sessions(sessions)),
            (true, true, false) => Some(Self::Inputs(inputs_of)),
            (true, true, true) => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Examples(calls) => calls.len(),
            Self::Sessions(calls) => calls.len(),
            Self::Inputs(calls) => calls.len(),
        }
    }
}

impl Measured<'_> {
    async fn measure(
        &self,
        plugin: &Plugin,
        settings: &CallSettings,
        time: Duration,
    ) -> Result<FunctionFigures, SetupError> {
        let scorer = |isolation| plugin.scorer(self.name, self.config.clone(), isolation, settings.clone());
        let mut figures = FunctionFigures::empty(self.name, self.calls.len());
        let fresh = match &self.calls {
            Calls::Examples(examples) => score(&scorer(Isolation::Example)?, examples, time).await,
            Calls::Sessions(sessions) => score_sessions(&scorer(Isolation::Example)?, sessions, time).await,
            Calls::Inputs(inputs) => {
                let predictor = plugin.predictor(self.name, self.config.clone(), settings.clone())?;
                predict(&predictor, inputs, time).await
            }
        };
        match fresh {
            Ok(fresh) => figures.fresh = Some(fresh),
            Err(failure) => {
                figures.failed = Some(failure);
                return Ok(figures);
            }
        }
        // Whatever worked in an instance of its own is measured in others too.
        match &self.calls {
            Calls::Examples(examples) => {
                let (batch, reused) = (scorer(Isolation::Batch(Isolation::AUTOMATIC_BATCH))?, scorer(Isolation::Run)?);
                figures.batch = score_batches(&batch, examples, time).await.ok();
                figures.reused = score(&reused, examples, time).await.ok();
                figures.peak_memory_bytes = Some(batch.peak_memory_bytes().max(reused.peak_memory_bytes()));
                figures.isolation = Some(plugin.automatic_isolation(batch.info()));
            }
            Calls::Sessions(sessions) => {
                let reused = scorer(Isolation::Run)?;
                figures.reused = score_sessions(&reused, sessions, time).await.ok();
                figures.peak_memory_bytes = Some(reused.peak_memory_bytes());
                figures.isolation = Some(plugin.automatic_isolation(reused.info()));
            }
            Calls::Inputs(_) => {}
        }
        Ok(figures)
    }
}

impl FunctionFigures {
    fn empty(function: &str, examples: usize) -> Self {
        Self {
            function: function.to_owned(),
            examples,
            fresh: None,
            batch: None,
            reused: None,
            isolation: None,
            peak_memory_bytes: None,
            failed: None,
        }
    }
}

async fn score(scorer: &Scorer, examples: &[&Example], time: Duration) -> Result<Rate, String> {
    let mut turn = examples.iter().cycle();
    rate(time, async || {
        let Some(example) = turn.next() else { return Ok(0) };
        scorer.score(example).await.result.map(|_| 1).map_err(|failure| failure.message)
    })
    .await
}

async fn score_batches(scorer: &Scorer, examples: &[&Example], time: Duration) -> Result<Rate, String> {
    let size = Isolation::AUTOMATIC_BATCH.get();
    let batch: Vec<_> = examples.iter().copied().cloned().cycle().take(size).collect();
    rate(time, async || {
        for scored in scorer.score_batch(&batch).await {
            scored.result.map_err(|failure| failure.message)?;
        }
        Ok(size)
    })
    .await
}

async fn score_sessions(scorer: &Scorer, sessions: &[&[Example]], time: Duration) -> Result<Rate, String> {
    let mut turn = sessions.iter().cycle();
    rate(time, async || {
        let Some(turns) = turn.next() else { return Ok(0) };
        scorer.score_session(turns).await.result.map(|_| 1).map_err(|failure| failure.message)
    })
    .await
}

async fn predict(predictor: &Predictor, inputs: &[&Json], time: Duration) -> Result<Rate, String> {
    let mut turn = inputs.iter().cycle();
    rate(time, async || {
        let Some(inputs) = turn.next() else { return Ok(0) };
        predictor.predict("case", inputs).await.result.map(|_| 1).map_err(|failure| failure.message)
    })
    .await
}

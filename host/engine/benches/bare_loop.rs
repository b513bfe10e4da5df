//! The engine alone: a pure scorer called with a fresh instance for each of many examples that are in memory already,
//! on all cores. `cargo xtask bench` sets `scorebox eval` against it.
//!
//! Takes the path of a component with a scorer `exact_match`; without one it says so and does nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use scorebox_core::{Example, Json};
use scorebox_engine::{CallSettings, Engine, EngineConfig, Isolation, Scorer};

const CALLS: usize = 400_000;

fn main() -> anyhow::Result<()> {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("bare_loop: no component was named; `cargo xtask bench` does");
        return Ok(());
    };
    let component = std::fs::read(&path).with_context(|| path.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rate = runtime.block_on(async {
        let engine = Engine::new(EngineConfig::default())?;
        let plugin = engine.load(&component).await?;
        let config = Json::parse("{}")?;
        let scorer = plugin.scorer("exact_match", config, Isolation::Example, CallSettings::default())?;
        let examples = Arc::new((0..1_000).map(example).collect::<anyhow::Result<Vec<_>>>()?);
        let workers = std::thread::available_parallelism()?.get();
        let began = Instant::now();
        let tasks: Vec<_> =
            (0..workers).map(|_| tokio::spawn(work(scorer.clone(), examples.clone(), CALLS / workers))).collect();
        for task in tasks {
            task.await??;
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        anyhow::Ok(CALLS as f64 / began.elapsed().as_secs_f64())
    })?;
    println!("calls per second: {rate:.0}");
    Ok(())
}

async fn work(scorer: Scorer, examples: Arc<Vec<Example>>, calls: usize) -> anyhow::Result<()> {
    for example in examples.iter().cycle().take(calls) {
        scorer.score(example).await.result?;
    }
    Ok(())
}

fn example(row: usize) -> anyhow::Result<Example> {
    let inputs = format!(r#"{{"question": "What is the capital of France? ({row})", "language": "en"}}"#);
    Ok(Example {
        id: row.to_string(),
        inputs: Json::parse(&inputs)?,
        outputs: Some(Json::parse(r#""The capital of France is Lyon.""#)?),
        expectations: Some(Json::parse(
            r#"{"expected_response": "The capital of France is Paris.", "expected_facts": ["Paris"]}"#,
        )?),
        trace: None,
        tags: BTreeMap::new(),
    })
}

//! What the sandbox costs: exact match on a JSON example, as a component and as the same function called natively.
//!
//! The scorer parses every field of the example. One thread. Rounds of the variants take turns, and ratios are formed within a round, so that a machine that slows
//! down slows all of them. Prints calls per second and the median ratio to the native function; the project's bars are
//! 0.35 with a reused instance and 0.06 with a fresh instance for each example.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use scorebox_build::{BuildRequest, build_rust_plugin};
use scorebox_core::{Example, Json};
use scorebox_engine::{CallSettings, Engine, EngineConfig, Isolation, Scorer};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(300);
const CONFIG: &str = r#"{"key": "expected_response"}"#;
/// A row of a question-answering dataset with one retrieved passage: 0.8 KB of JSON, all of which is parsed.
const INPUTS: &str = r#"{"question": "Which of the two plans includes support by telephone, and at what hours?", "language": "en", "context": [{"id": "plans#3", "score": 0.91, "text": "The Basic plan includes e-mail support with an answer within two working days. The Plus plan adds support by telephone, from Monday to Friday between 8:00 and 18:00."}]}"#;
const OUTPUTS: &str = r#""The Plus plan, from Monday to Friday between 8:00 and 18:00.""#;
const EXPECTATIONS: &str = r#"{"expected_response": "The Plus plan, from Monday to Friday between 8:00 and 18:00.", "expected_facts": ["The Plus plan includes telephone support", "Monday to Friday, 8:00 to 18:00"]}"#;

fn main() -> anyhow::Result<()> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target_dir = crate_dir.join("../../target/bench-guest");
    let guest =
        build_rust_plugin(&BuildRequest { project: crate_dir.join("benches/guest"), target_dir, locked: false })?;
    println!("component: {} bytes", guest.component.len());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let engine = Engine::new(EngineConfig::default())?;
    let plugin = runtime.block_on(engine.load(&guest.component))?;
    let scorer = |isolation| {
        plugin.scorer("exact_match", Json::parse(CONFIG)?, isolation, CallSettings::default()).context("exact_match")
    };
    let (reused, fresh) = (scorer(Isolation::Run)?, scorer(Isolation::Example)?);
    let example = example()?;
    let mut native_rates = Vec::new();
    let mut guests = [
        ("reused instance", 0.35, reused, Vec::new(), Vec::new()),
        ("fresh instance", 0.06, fresh, Vec::new(), Vec::new()),
    ];
    for _ in 0..ROUNDS {
        let native = native_rate();
        native_rates.push(native);
        for (.., scorer, rates, ratios) in &mut guests {
            let rate = runtime.block_on(guest_rate(scorer, &example))?;
            rates.push(rate);
            ratios.push(rate / native);
        }
    }
    println!("{:<16} {:>9.0} calls/s", "native function", median(&mut native_rates));
    for (what, bar, _, rates, ratios) in &mut guests {
        println!("{what:<16} {:>9.0} calls/s   {:.3} × native   bar ≥ {bar}", median(rates), median(ratios));
    }
    Ok(())
}

fn example() -> anyhow::Result<Example> {
    Ok(Example {
        id: "1".into(),
        inputs: Json::parse(INPUTS)?,
        outputs: Some(Json::parse(OUTPUTS)?),
        expectations: Some(Json::parse(EXPECTATIONS)?),
        trace: None,
        tags: BTreeMap::new(),
    })
}

/// Calls per second of the function itself, through the SDK's own dispatch, given the same texts as the guest.
fn native_rate() -> f64 {
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect("the constants are JSON") };
    let example = scorebox_sdk::Example::new("1")
        .with_inputs(json(INPUTS))
        .with_outputs(json(OUTPUTS))
        .with_expectations(json(EXPECTATIONS));
    let call = || scorebox_bench_guest::PLUGIN.score("exact_match", black_box(CONFIG), black_box(&example).clone());
    let (mut calls, began) = (0_u32, Instant::now());
    while began.elapsed() < ROUND {
        for _ in 0..1_000 {
            assert!(black_box(call()).is_ok());
        }
        calls += 1_000;
    }
    f64::from(calls) / began.elapsed().as_secs_f64()
}

async fn guest_rate(scorer: &Scorer, example: &Example) -> anyhow::Result<f64> {
    let (mut calls, began) = (0_u32, Instant::now());
    while began.elapsed() < ROUND {
        for _ in 0..100 {
            black_box(scorer.score(black_box(example)).await.result?);
        }
        calls += 100;
    }
    Ok(f64::from(calls) / began.elapsed().as_secs_f64())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! What the sandbox costs: exact match on a JSON example, as a component and as the same function called natively.
//!
//! The scorer parses every field of the example. One thread. Rounds of the variants take turns, and ratios are formed within a round, so that a machine that slows
//! down slows all of them. Prints calls per second and the median ratio to the native function.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use scorebox_build::{BuildRequest, build_rust_plugin};
use scorebox_core::{Example, Json};
use scorebox_engine::{CallSettings, Engine, EngineConfig, Isolation, Scorer};
use serde_json::Value;
use tokio::runtime::Runtime;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(300);
const CONFIG: &str = r#"{"key": "expected_response"}"#;

/// The fields of a row, as they stand in a dataset.
struct Row {
    what: &'static str,
    inputs: &'static str,
    outputs: &'static str,
    expectations: &'static str,
}

const ROWS: [Row; 2] = [
    Row {
        what: "a question with its retrieved context, 1.5 KB (bars: reused 0.35, fresh 0.06)",
        inputs: r#"{"question": "Which of the two plans includes support by telephone, and at what hours?", "language": "en", "history": [{"role": "user", "content": "Hello, I am comparing your plans."}, {"role": "assistant", "content": "Happy to help! What would you like to know?"}], "context": [{"id": "plans#3", "score": 0.91, "text": "The Basic plan includes e-mail support with an answer within two working days. The Plus plan adds support by telephone, from Monday to Friday between 8:00 and 18:00 Central European Time, and an answer by e-mail within four hours."}, {"id": "plans#4", "score": 0.78, "text": "Both plans can be paid monthly or yearly. Yearly payment costs as much as ten months. A change from Basic to Plus takes effect at once, a change from Plus to Basic at the end of the month."}, {"id": "contact#1", "score": 0.55, "text": "You can reach us at any time through the form on our website. Please have your customer number at hand when you call."}]}"#,
        outputs: r#""The Plus plan includes support by telephone, from Monday to Friday between 8:00 and 18:00 Central European Time.""#,
        expectations: r#"{"expected_response": "The Plus plan includes support by telephone, from Monday to Friday between 8:00 and 18:00 Central European Time.", "expected_facts": ["The Plus plan includes telephone support", "Monday to Friday, 8:00 to 18:00 CET", "The Basic plan does not include it"]}"#,
    },
    Row {
        what: "a bare question, 0.2 KB (no bars: what is left is the price of entering the sandbox)",
        inputs: r#"{"question": "What is the capital of France?", "language": "en"}"#,
        outputs: r#""The capital of France is Paris.""#,
        expectations: r#"{"expected_response": "The capital of France is Paris.", "expected_facts": ["Paris"]}"#,
    },
];

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
    ROWS.iter().try_for_each(|row| compare(&runtime, row, &reused, &fresh))
}

fn compare(runtime: &Runtime, row: &Row, reused: &Scorer, fresh: &Scorer) -> anyhow::Result<()> {
    println!("\n{}", row.what);
    let example = row.example()?;
    let mut native_rates = Vec::new();
    let mut guests =
        [("reused instance", reused, Vec::new(), Vec::new()), ("fresh instance", fresh, Vec::new(), Vec::new())];
    for _ in 0..ROUNDS {
        let native = row.native_rate()?;
        native_rates.push(native);
        for (_, scorer, rates, ratios) in &mut guests {
            let rate = runtime.block_on(guest_rate(scorer, &example))?;
            rates.push(rate);
            ratios.push(rate / native);
        }
    }
    println!("{:<16} {:>9.0} calls/s", "native function", median(&mut native_rates));
    for (what, _, rates, ratios) in &mut guests {
        println!("{what:<16} {:>9.0} calls/s   {:.3} × native", median(rates), median(ratios));
    }
    Ok(())
}

impl Row {
    fn example(&self) -> anyhow::Result<Example> {
        Ok(Example {
            id: "1".into(),
            inputs: Json::parse(self.inputs)?,
            outputs: Some(Json::parse(self.outputs)?),
            expectations: Some(Json::parse(self.expectations)?),
            trace: None,
            tags: BTreeMap::new(),
        })
    }

    /// Calls per second of the function itself, through the SDK's own dispatch, given the same texts as the guest.
    fn native_rate(&self) -> anyhow::Result<f64> {
        let example = scorebox_sdk::Example::new("1")
            .with_inputs(serde_json::from_str::<Value>(self.inputs)?)
            .with_outputs(serde_json::from_str::<Value>(self.outputs)?)
            .with_expectations(serde_json::from_str::<Value>(self.expectations)?);
        let call = || scorebox_bench_guest::PLUGIN.score("exact_match", black_box(CONFIG), black_box(&example).clone());
        let (mut calls, began) = (0_u32, Instant::now());
        while began.elapsed() < ROUND {
            for _ in 0..1_000 {
                assert!(black_box(call()).is_ok());
            }
            calls += 1_000;
        }
        Ok(f64::from(calls) / began.elapsed().as_secs_f64())
    }
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

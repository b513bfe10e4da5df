//! What each language costs: exact match as a plugin in every language, against the same as a native function.
//!
//! The native function reads a row from its JSON and compares. A plugin is called as an evaluation calls it, with the
//! isolation that the host chooses for it, on one thread; the other isolations are shown beside it. Rounds of the native
//! function and of the plugin take turns, and ratios are formed within a round, so that a machine that slows down slows
//! both. With `--write` the table goes into `sdk/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use scorebox_core::{Example, Json};
use scorebox_engine::{CallSettings, Engine, EngineConfig, Isolation, Plugin, Scorer};
use scorebox_tests::{component_of_folder, repository};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Folder, name, and the least that the default has to reach of the native function.
const LANGUAGES: [(&str, &str, Option<f64>); 6] = [
    ("rust", "Rust", Some(0.06)),
    ("c", "C", Some(0.06)),
    ("javascript", "JavaScript, TypeScript (QuickJS)", Some(0.02)),
    ("javascript-starlingmonkey", "JavaScript, TypeScript (StarlingMonkey)", None),
    ("go", "Go", None),
    ("python", "Python", Some(0.01)),
];
/// The longest that a component may take to load when it was compiled before.
const LOAD_BAR: Duration = Duration::from_millis(50);
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(250);
const BATCH: NonZeroUsize = Isolation::AUTOMATIC_BATCH;
/// An instance for each call, for a batch, and for all; the host chooses one of them.
const ISOLATIONS: [Isolation; 3] = [Isolation::Example, Isolation::Batch(BATCH), Isolation::Run];

/// A row of a dataset: a question with a short answer.
const ROW: &str = r#"{"id": "geo-1", "inputs": {"question": "What is the capital of France?", "language": "en"}, "outputs": "The capital of France is Paris.", "expectations": {"expected_response": "The capital of France is Paris.", "expected_facts": ["Paris"]}, "tags": {"topic": "geography"}}"#;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut table = Table::default();
    for (folder, name, bar) in LANGUAGES {
        let project = repository().join("tests/benches/exact-match").join(folder);
        let Some(component) = component_of_folder(&project) else { continue };
        let figures = measure(&runtime, &component).with_context(|| name.to_owned())?;
        print(name, bar, &figures)?;
        table.add(name, &figures)?;
    }
    println!("\n{}", table.text);
    if std::env::args().any(|argument| argument == "--write") {
        table.write(&repository().join("sdk/README.md"))?;
    }
    Ok(())
}

struct Figures {
    size_bytes: usize,
    compile: Duration,
    load: Duration,
    instantiate: Duration,
    memory_bytes: usize,
    chosen: Isolation,
    native: f64,
    /// Calls per second and the ratio to the native function, with each of [`ISOLATIONS`].
    rates: [(f64, f64); 3],
}

impl Figures {
    /// The rate and the ratio with the isolation that the host chooses.
    fn chosen(&self) -> Result<(f64, f64)> {
        let rates = ISOLATIONS.into_iter().zip(self.rates);
        let chosen = rates.into_iter().find(|(isolation, _)| *isolation == self.chosen);
        chosen.map(|(_, rate)| rate).with_context(|| format!("{:?} was not measured", self.chosen))
    }
}

fn measure(runtime: &Runtime, component: &[u8]) -> Result<Figures> {
    let cache = tempfile::tempdir()?;
    let engine = || Engine::new(EngineConfig { cache_dir: Some(cache.path().to_owned()), ..EngineConfig::default() });
    let load = |engine: &Engine| -> Result<(Plugin, Duration)> {
        let began = Instant::now();
        let plugin = runtime.block_on(engine.load(component))?;
        Ok((plugin, began.elapsed()))
    };
    let (_, compile) = load(&engine()?)?;
    // Each in an engine of its own, as in a process of its own; the fastest, because the machine is not idle.
    let mut loads = Vec::new();
    for _ in 0..ROUNDS {
        loads.push(load(&engine()?)?.1);
    }
    let engine = engine()?;
    let (plugin, _) = load(&engine)?;
    let cost = plugin.instance_cost();
    let info = plugin.scorers().first().context("one scorer")?;
    let chosen = plugin.automatic_isolation(info);
    let scorers = ISOLATIONS.map(|isolation| {
        plugin.scorer("exact_match", Json::parse("{}")?, isolation, CallSettings::default()).context("exact_match")
    });
    let scorers = scorers.into_iter().collect::<Result<Vec<_>>>()?;
    let example: Example = serde_json::from_str(ROW)?;
    let examples = vec![example; BATCH.get()];
    let (mut natives, mut rates) = (Vec::new(), vec![(Vec::new(), Vec::new()); scorers.len()]);
    for _ in 0..ROUNDS {
        let native = native_rate();
        natives.push(native);
        for (scorer, (rates, ratios)) in scorers.iter().zip(&mut rates) {
            let rate = runtime.block_on(guest_rate(scorer, &examples))?;
            rates.push(rate);
            ratios.push(rate / native);
        }
    }
    let rates: Vec<_> = rates.iter_mut().map(|(rates, ratios)| (median(rates), median(ratios))).collect();
    Ok(Figures {
        size_bytes: component.len(),
        compile,
        load: loads.into_iter().min().unwrap_or_default(),
        instantiate: cost.instantiate,
        memory_bytes: cost.memory_bytes,
        chosen,
        native: median(&mut natives),
        rates: rates.try_into().map_err(|_| anyhow::anyhow!("each isolation has a rate"))?,
    })
}

/// Calls per second of the native function.
fn native_rate() -> f64 {
    let (mut calls, began) = (0_u32, Instant::now());
    while began.elapsed() < ROUND {
        for _ in 0..1_000 {
            assert!(black_box(exact_match(black_box(ROW))));
        }
        calls += 1_000;
    }
    f64::from(calls) / began.elapsed().as_secs_f64()
}

fn exact_match(row: &str) -> bool {
    let row: BTreeMap<String, Value> = serde_json::from_str(row).unwrap_or_default();
    row["outputs"] == row["expectations"]["expected_response"]
}

async fn guest_rate(scorer: &Scorer, examples: &[Example]) -> Result<f64> {
    let (mut calls, began) = (0_u32, Instant::now());
    while began.elapsed() < ROUND {
        if scorer.batch_size() > 1 {
            for scored in scorer.score_batch(black_box(examples)).await {
                black_box(scored.result?);
            }
        } else {
            for example in examples {
                black_box(scorer.score(black_box(example)).await.result?);
            }
        }
        calls += u32::try_from(examples.len())?;
    }
    Ok(f64::from(calls) / began.elapsed().as_secs_f64())
}

fn print(name: &str, bar: Option<f64>, figures: &Figures) -> Result<()> {
    let (chosen_rate, chosen_ratio) = figures.chosen()?;
    let [fresh, batch, reused] = figures.rates;
    println!("\n{name}: {} KiB, compiled in {:.1} s", figures.size_bytes.div_ceil(1024), figures.compile.as_secs_f64());
    let verdict = |is_met| if is_met { "met" } else { "MISSED" };
    println!("  loaded in {:.1} ms   bar ≤ 50 ms {}", milliseconds(figures.load), verdict(figures.load <= LOAD_BAR));
    println!("  an instance: {:.3} ms, {} KiB", milliseconds(figures.instantiate), figures.memory_bytes / 1024);
    println!("  native function {:>9.0} calls/s", figures.native);
    let bar = bar.map_or_else(String::new, |bar| format!("   bar ≥ {bar} {}", verdict(chosen_ratio >= bar)));
    println!(
        "  as the host chooses ({}) {chosen_rate:>9.0} calls/s   {chosen_ratio:.3} × native{bar}",
        shown(figures.chosen)
    );
    for (what, (rate, ratio)) in [("an instance per call", fresh), ("per 128 calls", batch), ("one for all", reused)] {
        println!("  {what:<20} {rate:>9.0} calls/s   {ratio:.3} × native");
    }
    Ok(())
}

fn shown(isolation: Isolation) -> String {
    match isolation {
        Isolation::Example => "an instance for each row".to_owned(),
        Isolation::Batch(size) => format!("an instance for {size} rows"),
        Isolation::Run => "one instance".to_owned(),
    }
}

/// The table of `sdk/README.md`.
#[derive(Default)]
struct Table {
    text: String,
}

impl Table {
    const BEGIN: &str = "<!-- begin: the languages benchmark -->";
    const END: &str = "<!-- end -->";

    fn add(&mut self, name: &str, figures: &Figures) -> Result<()> {
        let (rate, ratio) = figures.chosen()?;
        if self.text.is_empty() {
            self.text.push_str(
                "| language | size | compiled once in | load | an instance | rows/s by default | × native | isolation |\n\
                 |---|--:|--:|--:|--:|--:|--:|---|\n",
            );
        }
        let row = format!(
            "| {name} | {} | {:.1} s | {:.1} ms | {}, {:.1} MiB | {} | {:.3} | {} |\n",
            size(figures.size_bytes),
            figures.compile.as_secs_f64(),
            milliseconds(figures.load),
            instant(figures.instantiate),
            mebibytes(figures.memory_bytes),
            thousands(rate),
            ratio,
            shown(figures.chosen),
        );
        self.text.push_str(&row);
        Ok(())
    }

    /// Puts the table in the place of the last one.
    fn write(&self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path)?;
        let (before, rest) = text.split_once(Self::BEGIN).context("the table's begin is marked")?;
        let (_, after) = rest.split_once(Self::END).context("the table's end is marked")?;
        ensure!(!self.text.is_empty(), "there is nothing to write");
        fs::write(path, format!("{before}{}\n\n{}\n{}{after}", Self::BEGIN, self.text, Self::END))?;
        Ok(())
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1 << 20 { format!("{} KiB", bytes.div_ceil(1024)) } else { format!("{:.1} MiB", mebibytes(bytes)) }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn instant(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.0} µs") } else { format!("{:.1} ms", micros / 1e3) }
}

/// Rounded to thousands, from the first thousand on; more digits would not be there again the next time.
fn thousands(rate: f64) -> String {
    let rounded = if rate < 1_000.0 { rate } else { (rate / 1_000.0).round() * 1_000.0 };
    let digits = format!("{rounded:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

//! Guests whose instances are dear in time or memory: what they cost is measured once, and decides how they are used.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use scorebox_core::{FailureKind, Json, Value};
use scorebox_engine::{
    CallSettings, CompileObserver, Compiling, Engine, EngineConfig, InstanceCost, Isolation, Plugin, SetupError,
};
use scorebox_tests::{Call, HandWritten, engine, example, hostile, hostile_component, load};

const MIB: usize = 1024 * 1024;

/// Counts for about a millisecond in each new instance.
const SLOW_START: &str = "
    (func $start (local $count i32)
        (loop $again
            (br_if $again (i32.lt_u
                (local.tee $count (i32.add (local.get $count) (i32.const 1)))
                (i32.const 2000000)))))
    (start $start)";

fn slow_to_start() -> HandWritten {
    HandWritten { definitions: SLOW_START.to_owned(), ..HandWritten::default() }
}

fn automatic_isolation(plugin: &Plugin) -> Isolation {
    plugin.automatic_isolation(&plugin.scorers()[0])
}

#[tokio::test]
async fn examples_share_an_instance_where_it_costs_more_than_calling_it() {
    let plugin = load(&slow_to_start().component()).await;
    let cost = plugin.instance_cost();
    assert!(cost.instantiate > Duration::from_micros(50) && cost.call < cost.instantiate, "{cost:?}");
    assert_eq!(automatic_isolation(&plugin), Isolation::Batch(NonZeroUsize::new(128).unwrap()));
}

#[tokio::test]
async fn examples_have_instances_of_their_own_where_these_are_cheap() {
    for plugin in [hostile().await.clone(), load(&HandWritten::default().component()).await] {
        assert_eq!(automatic_isolation(&plugin), Isolation::Example, "{:?}", plugin.instance_cost());
    }
}

#[tokio::test]
async fn a_component_that_can_reach_out_never_gets_batches() {
    let waiting = HandWritten {
        imports: "import scorebox:plugin/llm@1.0.0;",
        core_imports: r#"(import "scorebox:plugin/llm@1.0.0" "embed" (func (param i32 i32 i32 i32 i32)))"#,
        ..slow_to_start()
    };
    let plugin = load(&waiting.component()).await;
    assert!(plugin.instance_cost().is_dear());
    assert_eq!(automatic_isolation(&plugin), Isolation::Example);
}

async fn cost_with_cache(cache: &Path, component: &[u8]) -> InstanceCost {
    let config = EngineConfig { cache_dir: Some(cache.to_owned()), ..EngineConfig::default() };
    Engine::new(config).unwrap().load(component).await.unwrap().instance_cost()
}

#[tokio::test]
async fn what_an_instance_costs_is_measured_once_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (cache, component) = (dir.path().join("cache"), slow_to_start().component());
    let first = cost_with_cache(&cache, &component).await;
    for _ in 0..3 {
        // Two measurements do not agree to the nanosecond.
        assert_eq!(cost_with_cache(&cache, &component).await, first);
    }
    for file in std::fs::read_dir(&cache).unwrap() {
        let file = file.unwrap().path();
        if file.to_string_lossy().ends_with(".cost.json") {
            std::fs::write(file, "{").unwrap();
        }
    }
    let again = cost_with_cache(&cache, &component).await;
    assert!(again.is_dear() && again != first, "what is damaged is measured again: {again:?}");
}

#[tokio::test]
async fn the_memory_of_instances_is_known() {
    let pages = 100;
    let plugin = load(&HandWritten { extra_pages: pages - 1, ..HandWritten::default() }.component()).await;
    assert_eq!(plugin.instance_cost().memory_bytes, pages * 64 * 1024);

    let bomb = Call::new(hostile().await, "memory_bomb").limits(|limits| limits.memory_bytes = 16 * MIB).scorer();
    assert_eq!(bomb.peak_memory_bytes(), 0);
    assert_eq!(bomb.score(&example("row")).await.result.unwrap_err().kind, FailureKind::MemoryLimit);
    let peak = bomb.peak_memory_bytes();
    assert!((8 * MIB..=16 * MIB).contains(&peak), "{peak}");
}

async fn plugin_within(budget_bytes: u64) -> Plugin {
    let config = EngineConfig { memory_budget_bytes: Some(budget_bytes), ..EngineConfig::default() };
    Engine::new(config).unwrap().load(hostile_component()).await.unwrap()
}

#[tokio::test]
async fn a_limit_beyond_the_budget_of_all_is_refused() {
    let plugin = plugin_within(64 * MIB as u64).await;
    let config = Json::parse("{}").unwrap();
    let error = plugin.scorer("well_behaved", config, Isolation::Example, CallSettings::default()).unwrap_err();
    assert!(matches!(error, SetupError::Limits(_)));
    assert_eq!(
        error.to_string(),
        "the limit memory_bytes of 268435456 exceeds the 67108864 bytes that all instances together may have: lower the \
         plugin's limit `memory`, or raise `memory` of the run"
    );
    let smaller = Call::new(&plugin, "well_behaved").limits(|limits| limits.memory_bytes = 64 * MIB);
    assert_eq!(smaller.value(&example("row")).await, Value::Boolean(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_for_memory_and_all_get_their_turn() {
    let plugin = plugin_within(2 * MIB as u64).await;
    let call = |name| Call::new(&plugin, name).limits(|limits| limits.memory_bytes = 2 * MIB);
    let (fresh, kept) = (call("well_behaved").scorer(), call("count_calls").isolation(Isolation::Run).scorer());
    let row = example("row");
    let work = async {
        for _ in 0..5 {
            let (fresh, kept) =
                tokio::join!(join_all((0..20).map(|_| fresh.score(&row))), join_all((0..20).map(|_| kept.score(&row))));
            assert!(fresh.iter().chain(&kept).all(|scored| scored.result.is_ok()));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), work).await.expect("nobody waits for ever");
}

/// Remembers what it heard.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<(Option<String>, usize, bool)>>);

impl CompileObserver for Heard {
    fn compiling(&self, component: &Compiling<'_>) {
        let label = component.label.map(str::to_owned);
        self.0.lock().unwrap().push((label, component.size_bytes, component.is_kept));
    }
}

async fn heard(change: impl FnOnce(&mut EngineConfig), component: &[u8]) -> Vec<(Option<String>, usize, bool)> {
    let observer = Arc::new(Heard::default());
    let mut config = EngineConfig { compile_observer: Some(observer.clone()), ..EngineConfig::default() };
    change(&mut config);
    drop(Engine::new(config).unwrap().load_named("acme/tone", component).await);
    observer.0.lock().unwrap().clone()
}

/// The same component, so much larger: custom sections mean nothing.
fn padded(component: &[u8], bytes: usize) -> Vec<u8> {
    let mut section = vec![0; bytes];
    section[..4].copy_from_slice(b"\x03pad");
    let mut padded = component.to_vec();
    padded.push(0);
    let mut size = bytes;
    while size >= 0x80 {
        padded.push(u8::try_from(size & 0x7f).unwrap() | 0x80);
        size >>= 7;
    }
    padded.push(u8::try_from(size).unwrap());
    padded.extend(section);
    padded
}

#[tokio::test]
async fn a_person_who_waits_for_a_large_component_hears_of_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("cache");
    let large = padded(&HandWritten::default().component(), 2_000_001);
    let with_cache = |config: &mut EngineConfig| config.cache_dir = Some(cache.clone());
    assert_eq!(heard(with_cache, &large).await, [(Some("acme/tone".to_owned()), large.len(), true)]);
    assert_eq!(heard(with_cache, &large).await, []);
    assert_eq!(heard(|_| {}, &large).await, [(Some("acme/tone".to_owned()), large.len(), false)]);
}

#[tokio::test]
async fn of_a_small_component_that_takes_no_time_nobody_hears() {
    assert_eq!(heard(|_| {}, &HandWritten::default().component()).await, []);
}

/// What the runtimes of languages export beside the contract.
#[tokio::test]
async fn exports_beside_the_contract_are_no_hindrance() {
    let with_more = HandWritten {
        imports: "export init: func(); export exports: interface { init: func(); }",
        definitions: r#"(func (export "init")) (func (export "exports#init"))"#.to_owned(),
        ..HandWritten::default()
    };
    let plugin = engine().load(&with_more.component()).await.unwrap();
    assert!(plugin.inspection().exports.iter().any(|export| export == "exports"), "{:?}", plugin.inspection());
    assert!(plugin.inspection().is_pure);
    assert!(Call::new(&plugin, "well_behaved").feedback(&example("row")).await.is_empty());
}

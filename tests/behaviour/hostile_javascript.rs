//! JavaScript that takes too much, breaks or looks around: it is stopped as any guest is, and its author reads where.

use std::time::Duration;

use scorebox_core::{Failure, FailureKind, Value};
use scorebox_engine::{Isolation, LogLevel, Plugin};
use scorebox_tests::{Call, example, example_with, hostile_javascript_component, load};
use serde_json::json;
use tokio::sync::OnceCell;

const MIB: usize = 1024 * 1024;
/// Long enough that a test which hangs is told from one that is slow.
const FAR_AWAY: Duration = Duration::from_secs(120);

/// The hostile plugin; none where the machine lacks what JavaScript needs, which is said.
async fn hostile() -> Option<&'static Plugin> {
    static PLUGIN: OnceCell<Option<Plugin>> = OnceCell::const_new();
    let plugin = PLUGIN.get_or_init(|| async {
        match hostile_javascript_component() {
            Some(component) => Some(load(component).await),
            None => None,
        }
    });
    let plugin = plugin.await.as_ref();
    if plugin.is_none() {
        eprintln!("skipped: there are no tools for JavaScript on this machine");
    }
    plugin
}

/// A call of one of the hostile scorers; without the tools for JavaScript, the test ends.
macro_rules! call {
    ($scorer:expr) => {
        match hostile().await {
            Some(plugin) => Call::new(plugin, $scorer),
            None => return,
        }
    };
}

#[track_caller]
fn assert_failure(failure: &Failure, kind: FailureKind, names: &str) {
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.message.contains(names), "{names:?} is not in {:?}", failure.message);
}

fn json_text(value: &Value) -> &str {
    match value {
        Value::Json(json) => json.as_str(),
        other => panic!("{other:?} is not JSON"),
    }
}

#[tokio::test]
async fn work_without_end_is_stopped_by_the_cpu_limit() {
    for scorer in ["loop_forever", "promise_forever", "regex_forever"] {
        let call = call!(scorer).limits(|limits| {
            limits.cpu = Duration::from_millis(50);
            limits.deadline = FAR_AWAY;
        });
        assert_failure(&call.failure_among_neighbours().await, FailureKind::CpuLimit, "the limit cpu of 0.05 s");
    }
}

#[tokio::test]
async fn work_without_end_is_stopped_by_the_deadline() {
    let call = call!("loop_forever").limits(|limits| {
        limits.cpu = FAR_AWAY;
        limits.deadline = Duration::from_millis(50);
    });
    assert_failure(&call.failure_among_neighbours().await, FailureKind::Deadline, "the limit deadline of 0.05 s");
}

#[tokio::test]
async fn a_promise_that_nobody_settles_is_told_from_work_without_end() {
    let failure = call!("never_settled").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "the promise is never settled");
}

#[tokio::test]
async fn a_refused_allocation_is_an_exception_with_its_line() {
    let call = call!("memory_bomb").limits(|limits| limits.memory_bytes = 32 * MIB);
    let failure = call.failure_among_neighbours().await;
    assert_failure(
        &failure,
        FailureKind::MemoryLimit,
        "InternalError: out of memory\n    at <anonymous> (src/index.js:",
    );
    assert!(failure.message.contains("the limit memory_bytes is 33554432"), "{failure}");
}

#[tokio::test]
async fn memory_that_is_used_up_by_small_things_fails_the_row_alone() {
    let call = call!("object_bomb").limits(|limits| {
        limits.memory_bytes = 32 * MIB;
        limits.cpu = FAR_AWAY;
        limits.deadline = FAR_AWAY;
    });
    // The engine may have no memory left to say so.
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::MemoryLimit, "the limit memory_bytes is 33554432");
}

#[tokio::test]
async fn recursion_without_end_is_stopped_by_the_stack_limit() {
    let failure = call!("deep_recursion").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::StackLimit, "limit stack_bytes");
}

#[tokio::test]
async fn honest_recursion_has_room() {
    assert_eq!(call!("honest_recursion").value(&example("row")).await, Value::Integer(200));
}

#[tokio::test]
async fn an_uncaught_exception_says_where_in_the_sources_it_was_thrown() {
    let row = example_with("row", &json!({ "rows": [{}] }));
    for scorer in ["uncaught", "uncaught_later"] {
        let failure = call!(scorer).failure(&row).await;
        assert_failure(&failure, FailureKind::Failed, "TypeError: cannot read property '0' of undefined\n");
        let lines: Vec<_> = failure.message.lines().skip(1).collect();
        assert_eq!(lines[0], "    at firstCell (src/table.js:7:10)", "{failure}");
        assert_eq!(lines[1], "    at parseTable (src/table.js:3:20)", "{failure}");
        assert!(lines[2].starts_with("    at <anonymous> (src/index.js:"), "{failure}");
        assert_eq!(lines.len(), 3, "{failure}");
    }
}

#[tokio::test]
async fn whatever_is_thrown_fails_the_row_alone() {
    for (scorer, message) in [("throws_no_error", "thrown: "), ("throws_trap", "an error that cannot be read")] {
        assert_failure(&call!(scorer).failure_among_neighbours().await, FailureKind::Failed, message);
    }
}

#[tokio::test]
async fn a_giant_error_message_is_cut() {
    let failure = call!("giant_error").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "Error: eee");
    assert!(failure.message.len() <= 4096, "{} bytes", failure.message.len());
}

#[tokio::test]
async fn a_giant_result_is_stopped_by_the_output_limit() {
    let failure = call!("giant_text").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::OutputLimit, "the limit output_bytes is 1048576");
}

#[tokio::test]
async fn values_without_a_json_form_are_said() {
    let lone = "the value holds a lone surrogate, which is no Unicode text";
    for (scorer, message) in [("lone_surrogate", lone), ("circle", "or contains itself")] {
        assert_failure(&call!(scorer).failure_among_neighbours().await, FailureKind::Failed, message);
    }
}

#[tokio::test]
async fn a_flood_on_the_console_is_cut_and_counted() {
    let call = call!("console_flood").limits(|limits| limits.log_bytes = 10_000);
    let scored = call.score(&example("row")).await;
    assert_eq!(scored.result.unwrap()[0].value, Value::Boolean(true));
    let kept: usize = scored.log.iter().map(|line| line.message.len()).sum();
    assert!(kept < 11_000, "{kept} bytes are kept");
    assert_eq!(scored.log[0].level, LogLevel::Error);
    assert!(scored.log.last().unwrap().message.contains("the limit log_bytes is reached"));
}

#[tokio::test]
async fn a_flood_of_host_calls_is_stopped() {
    for scorer in ["log_flood", "span_flood"] {
        let call = call!(scorer).limits(|limits| limits.host_calls = 1000);
        let failure = call.failure_among_neighbours().await;
        assert_failure(&failure, FailureKind::HostCallLimit, "the limit host_calls of 1000");
    }
}

#[tokio::test]
async fn nothing_of_the_machine_is_there() {
    assert_eq!(json_text(&call!("surroundings").value(&example("row")).await), "[]");
    let failure = call!("reads_files").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "a module that is not in the bundle");
    let inspection = hostile().await.unwrap().inspection();
    assert!(inspection.is_pure, "{:?}", inspection.imports);
}

#[tokio::test]
async fn clocks_and_random_numbers_are_the_same_in_every_call_and_under_every_seed() {
    let row = example("row");
    let clocks = call!("clocks").value(&row).await;
    assert_eq!(json_text(&clocks), r#"[1577836800000,"2020-01-01T00:00:00.000Z",0,0.001]"#);
    let random = call!("random").value(&row).await;
    assert_eq!(call!("random").seed(7).value(&row).await, random);
    let reused = call!("random").isolation(Isolation::Run).scorer();
    for _ in 0..3 {
        assert_eq!(reused.score(&row).await.result.unwrap()[0].value, random);
    }
}

#[tokio::test]
async fn a_call_of_a_reused_instance_finds_the_sdks_surroundings_as_the_first_one_did() {
    let row = example("row");
    let reused = call!("pollutes").isolation(Isolation::Run).scorer();
    let first = reused.score(&row).await.result.unwrap().remove(0).value;
    let second = reused.score(&row).await;
    let value = &second.result.unwrap()[0].value;
    // Globals stay, as in any reused instance; random numbers, the clock, the config and unfinished work do not.
    assert_eq!(json_text(value), json_text(&first).replacen("[0,", "[1,", 1));
    assert!(second.log.is_empty(), "{:?}", second.log);
}

#[tokio::test]
async fn a_fresh_instance_knows_nothing_of_another() {
    let call = call!("pollutes");
    let first = call.value(&example("row")).await;
    assert_eq!(call.value(&example("row")).await, first);
}

#[tokio::test]
async fn a_scorer_that_breaks_its_own_tools_harms_no_other_row() {
    let neighbour = call!("well_behaved");
    // Its own value has lost its fields, because what lists them was replaced.
    assert_eq!(json_text(&call!("sabotage").value(&example("row")).await), "{}");
    assert_eq!(neighbour.value(&example("after")).await, Value::Boolean(true));
}

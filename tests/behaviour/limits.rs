//! A guest that takes too much is stopped, its row's error names the limit, and its neighbours do not notice.

use std::time::Duration;

use scorebox_core::{Failure, FailureKind, Value};
use scorebox_engine::{Engine, EngineConfig, Isolation};
use scorebox_tests::{Call, HandWritten, curious, example, hostile, hostile_component, load};

const MIB: usize = 1024 * 1024;
/// Long enough that a test which hangs is told from one that is slow.
const FAR_AWAY: Duration = Duration::from_secs(120);

#[track_caller]
fn assert_failure(failure: &Failure, kind: FailureKind, names: &str) {
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.message.contains(names), "{names:?} is not in {:?}", failure.message);
}

#[tokio::test]
async fn an_endless_loop_is_stopped_by_the_cpu_limit() {
    let call = Call::new(hostile().await, "loop_forever").limits(|limits| {
        limits.cpu = Duration::from_millis(50);
        limits.deadline = FAR_AWAY;
    });
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::CpuLimit, "the limit cpu of 0.05 s");
}

#[tokio::test]
async fn an_endless_loop_is_stopped_by_the_deadline() {
    let call = Call::new(hostile().await, "loop_forever").limits(|limits| {
        limits.cpu = FAR_AWAY;
        limits.deadline = Duration::from_millis(50);
    });
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Deadline, "the limit deadline of 0.05 s");
}

#[tokio::test]
async fn waiting_forever_is_stopped_by_the_deadline() {
    let call = Call::new(curious().await, "wait_forever").limits(|limits| limits.deadline = Duration::from_millis(50));
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Deadline, "the limit deadline of 0.05 s");
}

#[tokio::test]
async fn waiting_costs_no_cpu_time() {
    let call = Call::new(curious().await, "wait_forever").limits(|limits| {
        limits.cpu = Duration::from_millis(1);
        limits.deadline = Duration::from_millis(200);
    });
    assert_failure(&call.failure(&example("row")).await, FailureKind::Deadline, "deadline");
}

#[tokio::test]
async fn endless_loops_on_every_thread_leave_room_for_others() {
    let endless = Call::new(hostile().await, "loop_forever").limits(|limits| limits.cpu = Duration::from_millis(300));
    let well_behaved = Call::new(hostile().await, "well_behaved");
    // One thread runs everything here, so that the well-behaved guest only gets a turn when the others yield.
    let (row, other_row) = (example("row"), example("other"));
    let (first, second, value, third) = tokio::join!(
        endless.failure(&row),
        endless.failure(&row),
        well_behaved.value(&other_row),
        endless.failure(&row)
    );
    assert_eq!(value, Value::Boolean(true));
    for failure in [first, second, third] {
        assert_failure(&failure, FailureKind::CpuLimit, "cpu");
    }
}

#[tokio::test]
async fn an_endless_loop_is_stopped_by_its_fuel() {
    let engine = Engine::new(EngineConfig { counts_fuel: true, ..EngineConfig::default() }).unwrap();
    let plugin = engine.load(hostile_component()).await.unwrap();
    let call = Call::new(&plugin, "loop_forever").limits(|limits| limits.fuel = Some(1_000_000));
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::FuelLimit, "the limit fuel of 1000000");
}

#[tokio::test]
async fn fuel_needs_an_engine_that_counts_it() {
    let settings = scorebox_engine::CallSettings {
        limits: scorebox_engine::CallLimits { fuel: Some(1), ..Default::default() },
        ..Default::default()
    };
    let config = scorebox_core::Json::parse("{}").unwrap();
    let error = hostile().await.scorer("well_behaved", config, Isolation::Example, settings).unwrap_err();
    assert!(error.to_string().contains("needs an engine that counts fuel"), "{error}");
}

#[tokio::test]
async fn a_memory_bomb_is_stopped_by_the_memory_limit() {
    let call = Call::new(hostile().await, "memory_bomb").limits(|limits| limits.memory_bytes = 32 * MIB);
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::MemoryLimit, "the limit memory_bytes is 33554432");
}

#[tokio::test]
async fn a_guest_can_live_with_a_refusal() {
    let call = Call::new(hostile().await, "memory_refusal_survived");
    assert_eq!(call.value(&example("row")).await, Value::Boolean(true));
}

#[tokio::test]
async fn a_table_bomb_is_stopped_by_the_table_limit() {
    let bomb = HandWritten {
        definitions: "(table $table 1 funcref)".to_owned(),
        score: "(table.grow $table (ref.null func) (i32.const 40000)) drop
                (table.grow $table (ref.null func) (i32.const 40000)) i32.const -1 i32.eq
                if unreachable end
                i32.const 0",
        ..HandWritten::default()
    };
    let plugin = load(&bomb.component()).await;
    let failure = Call::new(&plugin, "well_behaved").failure(&example("row")).await;
    assert_failure(&failure, FailureKind::MemoryLimit, "the limit table_elements is 50000");
    let roomy = Call::new(&plugin, "well_behaved").limits(|limits| limits.table_elements = 90_000);
    assert_eq!(roomy.feedback(&example("row")).await, []);
}

#[tokio::test]
async fn memory_that_a_guest_declares_counts_too() {
    let plugin = load(&HandWritten { extra_pages: 64, ..HandWritten::default() }.component()).await;
    let call = Call::new(&plugin, "well_behaved").limits(|limits| limits.memory_bytes = MIB);
    assert_failure(&call.failure(&example("row")).await, FailureKind::MemoryLimit, "the limit memory_bytes is 1048576");
}

#[tokio::test]
async fn deep_recursion_is_stopped_by_the_stack_limit() {
    let failure = Call::new(hostile().await, "deep_recursion").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::StackLimit, "limit stack_bytes");
}

#[tokio::test]
async fn deep_recursion_on_the_guests_own_stack_is_a_trap() {
    let failure = Call::new(hostile().await, "deep_recursion_with_buffers").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Trap, "out of bounds memory access");
}

#[tokio::test]
async fn giant_results_are_stopped_by_the_output_limit() {
    for scorer in ["giant_text", "giant_json", "giant_rationales"] {
        let failure = Call::new(hostile().await, scorer).failure_among_neighbours().await;
        assert_failure(&failure, FailureKind::OutputLimit, "the limit output_bytes is 1048576");
    }
}

#[tokio::test]
async fn deeply_nested_json_is_stopped_before_it_is_parsed() {
    for scorer in ["deep_json", "deep_metadata"] {
        let failure = Call::new(hostile().await, scorer).failure_among_neighbours().await;
        assert_failure(&failure, FailureKind::OutputLimit, "the limit output_json_depth of 64");
    }
}

#[tokio::test]
async fn a_million_feedbacks_are_too_many_to_be_read() {
    let failure = Call::new(hostile().await, "million_feedbacks").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::InvalidOutput, "host_call_bytes = 8388608");
}

#[tokio::test]
async fn feedbacks_that_can_be_read_are_counted() {
    let call = Call::new(hostile().await, "million_feedbacks").limits(|limits| limits.host_call_bytes = 512 * MIB);
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::OutputLimit, "feedbacks returned: 1000000; the limit feedbacks is 256");
}

#[tokio::test]
async fn a_flood_of_host_calls_is_stopped() {
    let call = Call::new(hostile().await, "host_call_flood").limits(|limits| limits.host_calls = 1000);
    let failure = call.failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::HostCallLimit, "the limit host_calls of 1000");
}

#[tokio::test]
async fn a_host_call_carries_no_more_than_its_limit() {
    let failure = Call::new(hostile().await, "giant_log_message").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::InvalidOutput, "host_call_bytes = 8388608");
}

#[tokio::test]
async fn a_flood_of_handles_is_stopped() {
    let failure = Call::new(curious().await, "handle_flood").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::HostCallLimit, "the limit resources of 512");
}

#[tokio::test]
async fn the_host_makes_no_endless_randomness() {
    let failure = Call::new(curious().await, "random_flood").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::InvalidOutput, "requested len 18446744073709551615 exceeds limit");
}

#[tokio::test]
async fn limits_count_for_each_call_of_a_reused_instance() {
    let scorer = Call::new(hostile().await, "span_flood")
        .isolation(Isolation::Run)
        .limits(|limits| limits.host_calls = 100_000)
        .scorer();
    for round in 0..3 {
        let scored = scorer.score(&example("row")).await;
        assert!(scored.result.is_ok(), "round {round}: {:?}", scored.result);
    }
}

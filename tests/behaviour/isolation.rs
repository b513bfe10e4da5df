//! How much one instance sees is the operator's choice, and a failure never spreads.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures::future::join_all;
use scorebox_core::{Example, Failure, FailureKind, Value};
use scorebox_engine::{Engine, EngineConfig, Isolation, Scored, Scorer};
use scorebox_tests::{Call, example, example_with, hostile, hostile_component};
use serde_json::json;

fn batch(size: usize) -> Isolation {
    Isolation::Batch(NonZeroUsize::new(size).unwrap())
}

fn value(scored: Scored) -> Result<Value, Failure> {
    scored.result.map(|mut feedback| feedback.remove(0).value)
}

async fn count(scorer: &Scorer, example: &Example) -> i64 {
    match value(scorer.score(example).await) {
        Ok(Value::Integer(count)) => count,
        other => panic!("{other:?} is no count"),
    }
}

#[tokio::test]
async fn by_default_no_row_sees_what_another_left_behind() {
    let scorer = Call::new(hostile().await, "count_calls").scorer();
    for _ in 0..5 {
        assert_eq!(count(&scorer, &example("row")).await, 1);
    }
}

#[tokio::test]
async fn an_instance_for_the_whole_run_is_reused() {
    let scorer = Call::new(hostile().await, "count_calls").isolation(Isolation::Run).scorer();
    for calls in 1..=5 {
        assert_eq!(count(&scorer, &example("row")).await, calls);
    }
}

#[tokio::test]
async fn an_instance_that_trapped_is_never_entered_again() {
    let scorer = Call::new(hostile().await, "count_calls_or_trap").isolation(Isolation::Run).scorer();
    assert_eq!(count(&scorer, &example("row")).await, 1);
    assert_eq!(count(&scorer, &example("row")).await, 2);
    let failure = scorer.score(&example_with("bad", &json!("trap"))).await.result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Trap);
    assert!(failure.message.contains("asked to trap on example bad"), "{failure}");
    assert_eq!(count(&scorer, &example("row")).await, 1);
}

#[tokio::test]
async fn a_refusal_in_an_earlier_call_is_not_blamed_for_a_later_trap() {
    let scorer = Call::new(hostile().await, "memory_refused_or_trap").isolation(Isolation::Run).scorer();
    assert_eq!(value(scorer.score(&example("row")).await).unwrap(), Value::Boolean(true));
    let failure = scorer.score(&example_with("bad", &json!("trap"))).await.result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Trap, "{failure}");
}

#[tokio::test]
async fn a_batch_is_one_call() {
    let call = Call::new(hostile().await, "batch_size").isolation(batch(3));
    let scorer = call.scorer();
    assert_eq!(scorer.batch_size(), 3);
    let rows = ["a", "b", "c"].map(example);
    let sizes: Vec<_> = scorer.score_batch(&rows).await.into_iter().map(|scored| value(scored).unwrap()).collect();
    assert_eq!(sizes, [Value::Integer(3), Value::Integer(3), Value::Integer(3)]);
}

#[tokio::test]
async fn each_batch_gets_a_fresh_instance() {
    let scorer = Call::new(hostile().await, "count_calls").isolation(batch(2)).scorer();
    let rows = ["a", "b"].map(example);
    for _ in 0..2 {
        let counts: Vec<_> = scorer.score_batch(&rows).await.into_iter().map(|scored| value(scored).unwrap()).collect();
        assert_eq!(counts, [Value::Integer(1), Value::Integer(2)]);
    }
}

#[tokio::test]
async fn a_row_that_traps_in_a_batch_fails_alone() {
    let scorer = Call::new(hostile().await, "count_calls_or_trap").isolation(batch(3)).scorer();
    let rows = [example("before"), example_with("bad", &json!("trap")), example("after")];
    let mut scored = scorer.score_batch(&rows).await.into_iter().map(value);
    assert_eq!(scored.next().unwrap().unwrap(), Value::Integer(1));
    let failure = scored.next().unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Trap);
    assert!(failure.message.contains("asked to trap on example bad"), "{failure}");
    assert_eq!(scored.next().unwrap().unwrap(), Value::Integer(1));
    assert!(scored.next().is_none());
}

#[tokio::test]
async fn a_batch_with_the_wrong_number_of_results_has_none() {
    for (scorer, says) in [("too_few_results", "gave 0 results for 1"), ("too_many_results", "gave 2 results for 1")] {
        let scorer = Call::new(hostile().await, scorer).isolation(batch(3)).scorer();
        let scored = scorer.score_batch(&["a", "b", "c"].map(example)).await;
        assert_eq!(scored.len(), 3);
        for scored in scored {
            let failure = scored.result.unwrap_err();
            assert_eq!(failure.kind, FailureKind::InvalidOutput);
            assert!(failure.message.contains(says), "{failure}");
        }
    }
}

#[tokio::test]
async fn an_empty_batch_has_no_results() {
    let scorer = Call::new(hostile().await, "batch_size").isolation(batch(3)).scorer();
    assert!(scorer.score_batch(&[]).await.is_empty());
}

async fn engine_with_instances(instances: usize) -> Engine {
    let max_instances = NonZeroUsize::new(instances).unwrap();
    Engine::new(EngineConfig { max_instances, ..EngineConfig::default() }).unwrap()
}

/// Long enough that only a test which hangs reaches it.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work).await.expect("the calls wait for each other")
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_instances_wait_for_their_turn() {
    let engine = engine_with_instances(2).await;
    let plugin = engine.load(hostile_component()).await.unwrap();
    let call = Call::new(&plugin, "well_behaved");
    let row = example("row");
    let values = in_time(join_all((0..100).map(|_| call.value(&row)))).await;
    assert!(values.iter().all(|value| *value == Value::Boolean(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_instances_of_one_scorer_do_not_starve_another() {
    let engine = engine_with_instances(1).await;
    let plugin = engine.load(hostile_component()).await.unwrap();
    let first = Call::new(&plugin, "count_calls").isolation(Isolation::Run).scorer();
    let second = Call::new(&plugin, "well_behaved").isolation(Isolation::Run).scorer();
    let row = example("row");
    for _ in 0..3 {
        let results = in_time(join_all((0..8).map(|_| first.score(&row)))).await;
        assert!(results.iter().all(|scored| scored.result.is_ok()));
        let results = in_time(join_all((0..8).map(|_| second.score(&row)))).await;
        assert!(results.iter().all(|scored| scored.result.is_ok()));
    }
}

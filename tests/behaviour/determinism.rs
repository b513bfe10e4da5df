//! Equal arguments and an equal seed give equal results, in any order and at any concurrency.

use std::collections::{BTreeMap, HashSet};

use futures::future::join_all;
use scorebox_engine::Isolation;
use scorebox_tests::{Call, curious, example};

const ROWS: usize = 16;

async fn random_bytes(seed: u64, row: &str) -> String {
    Call::new(curious().await, "random_bytes").seed(seed).text(&example(row)).await
}

#[tokio::test]
async fn the_same_row_and_seed_give_the_same_randomness() {
    assert_eq!(random_bytes(7, "row").await, random_bytes(7, "row").await);
}

#[tokio::test]
async fn another_row_or_seed_gives_other_randomness() {
    let texts = [random_bytes(7, "row").await, random_bytes(7, "other").await, random_bytes(8, "row").await];
    assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "{texts:?}");
}

#[tokio::test]
async fn another_scorer_of_the_plugin_sees_the_same_clocks() {
    let clocks = Call::new(curious().await, "clocks");
    assert_eq!(clocks.text(&example("row")).await, clocks.seed(9).text(&example("other")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn order_and_concurrency_do_not_matter() {
    let scorer = Call::new(curious().await, "random_bytes");
    let names: Vec<_> = (0..ROWS).map(|row| format!("row {row}")).collect();
    let mut one_by_one = BTreeMap::new();
    for name in &names {
        one_by_one.insert(name.clone(), scorer.text(&example(name)).await);
    }
    let all_at_once = names.iter().rev().map(|name| async {
        let row = example(name);
        (name.clone(), scorer.text(&row).await)
    });
    let all_at_once: BTreeMap<_, _> = join_all(all_at_once).await.into_iter().collect();
    assert_eq!(one_by_one, all_at_once);
    assert_eq!(one_by_one.values().collect::<HashSet<_>>().len(), ROWS);
}

#[tokio::test]
async fn a_reused_instance_sees_each_rows_own_randomness_and_clock() {
    for name in ["random_bytes", "clocks"] {
        let fresh = Call::new(curious().await, name);
        let reused = fresh.clone().isolation(Isolation::Run).scorer();
        for row in ["a", "b", "c"] {
            let feedback = reused.score(&example(row)).await.result.unwrap();
            assert_eq!(feedback[0].value, fresh.value(&example(row)).await, "{name} of {row}");
        }
    }
}

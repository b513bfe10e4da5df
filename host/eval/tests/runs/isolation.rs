//! How many rows an instance sees, where the config leaves that to the host.

use scorebox_core::Value;
use scorebox_engine::Isolation;
use scorebox_eval::{NotReusable, Outcome};

use crate::guest;
use crate::project::{Project, Run};

fn rows(count: usize) -> String {
    (0..count).map(|row| format!("{{\"inputs\": {{\"q\": {row}}}}}\n")).collect()
}

/// How many rows the instance saw at once that scored each row, which the guest says.
fn rows_together(run: &Run) -> Vec<i64> {
    let value = |outcome: &Outcome| match outcome {
        Outcome::Feedback(feedback) => match feedback[0].value {
            Value::Integer(rows) => rows,
            ref other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    run.results.iter().map(|row| value(&row.scores[0].outcome)).collect()
}

fn isolation(run: &Run) -> Isolation {
    run.record.functions[0].isolation
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_share_an_instance_where_instances_are_dear_and_the_number_of_cores_has_no_say() {
    for concurrency in [1, 8] {
        let run = Project::new(&rows(40), guest::dear()).scorer_automatic("row").concurrency(concurrency).run().await;
        let expected: Vec<_> = [3].repeat(39).into_iter().chain([1]).collect();
        assert_eq!(rows_together(&run), expected);
        assert_eq!(isolation(&run), Isolation::Batch(3.try_into().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_come_in_batches_of_128() {
    let run = Project::new(&rows(2_100), guest::dear()).scorer_automatic("row").run().await;
    let together = rows_together(&run);
    assert_eq!((together[0], together[2_047], together[2_099]), (128, 128, 52));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_have_instances_of_their_own_where_these_are_cheap_or_where_somebody_wants_it() {
    let cheap = Project::new(&rows(40), guest::pure()).scorer_automatic("row").run().await;
    let wanted = Project::new(&rows(40), guest::dear()).scorer_isolated("row", Isolation::Example).run().await;
    for run in [cheap, wanted] {
        assert_eq!(rows_together(&run), [1].repeat(40));
        assert_eq!(isolation(&run), Isolation::Example);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_in_batches_that_nobody_wanted() {
    let project = Project::new(&rows(40), guest::dear_and_waiting()).predict().scorer_automatic("row");
    let run = project.run().await;
    assert!(run.record.functions.iter().all(|function| function.isolation == Isolation::Example));
}

#[tokio::test(flavor = "multi_thread")]
async fn scorers_of_sessions_are_left_alone() {
    let sessions = r#"{"inputs": {}, "tags": {"s": "a"}}"#;
    let project = Project::new(sessions, guest::dear()).by("tags.s").scorer_automatic("session");
    assert_eq!(isolation(&project.run().await), Isolation::Example);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_says_for_whom_it_chose_batches_and_what_an_instance_costs() {
    let project = Project::new(&rows(40), guest::dear()).scorer_automatic("row").scorer_isolated("row", Isolation::Run);
    let plan = project.named(1, "other").prepare().await.unwrap();
    let [chosen] = plan.chosen_batches() else { panic!("{:?}", plan.chosen_batches()) };
    assert_eq!((chosen.scorer.as_str(), chosen.rows.get()), ("row", 3));
    assert!(chosen.cost.is_dear(), "{chosen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_equal_batches_are_used_again_and_never_those_of_single_rows() {
    let plan = async |isolation| {
        let project = Project::new(&rows(40), guest::pure()).scorer_isolated("row", isolation);
        project.prepare().await.unwrap()
    };
    let batch = |size: usize| Isolation::Batch(size.try_into().unwrap());
    let single = &plan(Isolation::Example).await.functions()[0];
    assert_eq!((single.row_fingerprint(), single.fingerprint.is_some()), (single.fingerprint, true));
    let four = &plan(batch(4)).await.functions()[0];
    assert_eq!(four.row_fingerprint(), None);
    assert_eq!(four.fingerprint, plan(batch(4)).await.functions()[0].fingerprint);
    for other in [single.fingerprint, plan(batch(5)).await.functions()[0].fingerprint] {
        assert!(four.fingerprint.is_some() && four.fingerprint != other);
    }
    assert_eq!(plan(Isolation::Run).await.not_reusable(), [Some(NotReusable::SharesInstances)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_how_much_memory_an_instance_had() {
    let run = Project::new(&rows(3), guest::pure()).predict().scorer("row").run().await;
    let memory: Vec<_> = run.record.functions.iter().map(|function| function.memory_bytes).collect();
    assert_eq!(memory, [Some(2 * 64 * 1024), Some(2 * 64 * 1024)]);
}

//! Runs from a dataset to results, through the public face.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod gateway;
mod guest;
mod isolation;
mod project;
mod reuse;

use std::num::NonZeroUsize;
use std::time::Duration;

use scorebox_core::{Json, Usage};
use scorebox_engine::Isolation;
use scorebox_eval::{PlanError, RunStatus, StopReason, stop_signal};
use scorebox_tests::FakeGateway;

use gateway::FirstRowFirst;
use project::Project;

/// Sessions of three turns, of one, and of two.
const SESSIONS: &str = r#"
    {"id": "a1", "inputs": {"q": 1}, "tags": {"session": "a"}}
    {"id": "a2", "inputs": {"q": 2}, "tags": {"session": "a"}}
    {"id": "a3", "inputs": {"q": 3}, "tags": {"session": "a"}}
    {"id": "none", "inputs": {"q": 4}}
    {"id": "b1", "inputs": {"q": 5}, "tags": {"session": "b"}}
    {"id": "b2", "inputs": {"q": 6}, "tags": {"session": "b"}}
"#;

/// The second turn of `a` gets no answer.
fn with_a_failing_turn() -> String {
    SESSIONS.replace(r#"{"q": 2}"#, "{}")
}

/// The same project with plugins that compute and with plugins that wait.
fn both(rows: &str) -> [Project; 2] {
    [Project::new(rows, guest::pure()), Project::new(rows, guest::waiting())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_scored_once_with_all_its_turns_and_the_result_is_on_the_last() {
    for project in both(SESSIONS) {
        let run = project.by("tags.session").scorer("session").scorer("row").run().await;
        let expected = [
            "a1 session:earlier_turn row:1",
            "a2 session:earlier_turn row:1",
            "a3 session:3 row:1",
            "none session:1 row:1",
            "b1 session:earlier_turn row:1",
            "b2 session:2 row:1",
        ];
        assert_eq!(run.rows(), expected);
        let scorers = &run.summary().scorers;
        assert_eq!((scorers[0].calls.calls, scorers[0].skipped, scorers[0].feedback[0].n), (3, 0, 3));
        assert_eq!((scorers[1].calls.calls, scorers[1].skipped), (6, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_with_a_turn_that_has_no_answer_is_skipped() {
    for project in both(&with_a_failing_turn()) {
        let run = project.by("tags.session").predict().scorer("row").scorer("session").run().await;
        let expected = [
            "a1 row:1 session:earlier_turn",
            "a2 row:prediction_failed session:earlier_turn",
            "a3 row:1 session:prediction_failed",
            "none row:1 session:1",
            "b1 row:1 session:earlier_turn",
            "b2 row:1 session:2",
        ];
        assert_eq!(run.rows(), expected);
        let scorers = &run.summary().scorers;
        assert_eq!((scorers[0].calls.calls, scorers[0].skipped), (5, 1));
        assert_eq!((scorers[1].calls.calls, scorers[1].skipped), (2, 1));
        assert_eq!(run.summary().rows_with_errors, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_limit_cuts_is_what_is_within_it() {
    for project in both(SESSIONS) {
        let run = project.by("tags.session").scorer("session").limit(2).run().await;
        assert_eq!(run.rows(), ["a1 session:earlier_turn", "a2 session:2"]);
        assert_eq!(run.record.status, RunStatus::Finished);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_and_sessions_go_together() {
    for project in both(SESSIONS) {
        let two = Isolation::Batch(NonZeroUsize::new(2).unwrap());
        let run = project.by("tags.session").scorer("session").scorer_isolated("row", two).run().await;
        let expected = [
            "a1 session:earlier_turn row:2",
            "a2 session:earlier_turn row:2",
            "a3 session:3 row:1",
            "none session:1 row:2",
            "b1 session:earlier_turn row:2",
            "b2 session:2 row:1",
        ];
        assert_eq!(run.rows(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_are_evaluated_in_the_order_of_the_dataset() {
    let row = |index: u64| format!(r#"{{"inputs": {{"q": {index}}}, "tags": {{"session": "{:04}"}}}}"#, index / 7);
    let rows: Vec<_> = (0..1000).map(row).collect();
    for project in both(&rows.join("\n")) {
        let run = project.by("tags.session").predict().scorer("session").run().await;
        let result = |index: u64| match (index + 1) % 7 {
            0 => format!("{} session:7", index + 1),
            _ if index == 999 => "1000 session:6".to_owned(),
            _ => format!("{} session:earlier_turn", index + 1),
        };
        assert_eq!(run.rows(), (0..1000).map(result).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_scorer_needs_to_know_the_sessions_and_takes_no_batches() {
    let error = Project::new(SESSIONS, guest::pure()).scorer("session").prepare().await.unwrap_err();
    assert!(matches!(&error, PlanError::SessionScorer { name } if name == "session"), "{error}");
    assert!(error.to_string().contains(r#"`session = "tags.session"` in [dataset]"#), "{error}");

    let two = Isolation::Batch(NonZeroUsize::new(2).unwrap());
    let project = Project::new(SESSIONS, guest::pure()).by("tags.session").scorer_isolated("session", two);
    let error = project.prepare().await.unwrap_err();
    assert!(matches!(&error, PlanError::SessionBatches { name } if name == "session"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_checked_before_the_first_row() {
    let rows = format!("{SESSIONS}{}", r#"{"id": "a4", "inputs": {}, "tags": {"session": "a"}}"#);
    let project = Project::new(&rows, guest::pure()).by("tags.session").scorer("row");
    let error = project.prepare().await.unwrap_err().to_string();
    assert!(error.contains("data.jsonl:8:1: the session \"a\" of `tags.session` ended on an earlier row"), "{error}");

    let within_limit = Project::new(&rows, guest::pure()).by("tags.session").scorer("row").limit(6);
    assert!(within_limit.prepare().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_kept_for_each_call_and_summed_up() {
    let run = Project::new(SESSIONS, guest::waiting())
        .by("tags.session")
        .predict()
        .scorer("row")
        .scorer("session")
        .run()
        .await;
    let times = |count| {
        let mut usage = Usage::default();
        (0..count).for_each(|_| usage.add(FakeGateway::USAGE));
        usage
    };
    let of_rows: Vec<_> = run.results.iter().map(|row| row.usage().requests).collect();
    assert_eq!(of_rows, [2, 2, 3, 3, 2, 3]);
    let summary = run.summary();
    assert_eq!(summary.predict.as_ref().unwrap().usage, times(6));
    assert_eq!(summary.scorers[0].calls.usage, times(6));
    assert_eq!(summary.scorers[1].calls.usage, times(3));
    assert_eq!(summary.usage, times(15));
    assert_eq!(run.progress.usage, times(15));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_scored_as_soon_as_it_is_predicted() {
    // The prediction of the second turn waits until the first turn is being scored.
    let project = Project::new(SESSIONS, guest::waiting()).by("tags.session").predict().scorer("row");
    let run = project.scorer("session").limit(3).outgoing(FirstRowFirst::new("a1", "a2")).run();
    let run = tokio::time::timeout(Duration::from_secs(20), run).await.expect("the first turn waits for the second");
    assert_eq!(run.rows()[2], "a3 row:1 session:3");
    assert_eq!(run.summary().rows_with_errors, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_rows_are_at_work_than_allowed() {
    let gateway = gateway::Crowd::default();
    let project = Project::new(SESSIONS, guest::waiting()).by("tags.session").predict().scorer("row");
    let run = project.scorer("session").concurrency(2).outgoing(gateway.clone()).run().await;
    assert_eq!(run.results.len(), 6);
    assert_eq!(gateway.most(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_stops_for_the_budget_says_so_and_keeps_what_it_has() {
    let (stopper, signal) = stop_signal();
    let project = Project::new(SESSIONS, guest::waiting()).scorer("row").concurrency(1);
    let run = project.outgoing(gateway::StopAt::new("a2", stopper, StopReason::OverBudget)).run_until(signal).await;
    assert_eq!(run.record.status, RunStatus::OverBudget);
    assert_eq!(run.rows(), ["a1 row:1", "a2 row:1"]);
    assert_eq!(run.summary().rows, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_done_when_it_is_stopped_is_finished() {
    let (stopper, signal) = stop_signal();
    let project = Project::new(SESSIONS, guest::waiting()).scorer("row").concurrency(1);
    let run = project.outgoing(gateway::StopAt::new("b2", stopper, StopReason::Interrupted)).run_until(signal).await;
    assert_eq!((run.record.status, run.results.len()), (RunStatus::Finished, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_to_the_record_at_the_end_is_kept() {
    let run = Project::new(SESSIONS, guest::pure()).scorer("row").run().await;
    assert_eq!(run.record.gateway, Some(Json::parse(project::GATEWAY).unwrap()));
    assert_eq!(run.kept, run.record);
}

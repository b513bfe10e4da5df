//! Repeats, selections of rows, and results of earlier calls that stand for calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use scorebox_core::{Failure, FailureKind, Feedback, Json, Usage, Value};
use scorebox_engine::{Caller, Isolation};
use scorebox_eval::{KeptScore, Memo, MemoError, MemoKey, NotReusable, Outcome, PlanError, Prediction, RowSelection};

use crate::gateway::Watch;
use crate::project::{Project, Run};
use crate::{SESSIONS, both, guest};

/// Answers for some positions, and keeps which it was asked for.
#[derive(Clone, Debug, Default)]
struct Remembers {
    predictions: Vec<u64>,
    scores: Vec<u64>,
    fails: bool,
    asked: Arc<Mutex<Vec<u64>>>,
}

fn kept_score() -> KeptScore {
    let (name, value) = ("row".to_owned(), Value::Integer(7));
    let feedback = Feedback { name, value, rationale: None, metadata: None, span_id: None };
    let elapsed = Duration::from_secs(9);
    KeptScore { outcome: Outcome::Feedback(vec![feedback]), log: Vec::new(), usage: Usage::default(), elapsed }
}

#[async_trait]
impl Memo for Remembers {
    fn holds_predictions(&self) -> bool {
        !self.predictions.is_empty()
    }

    fn holds_scores(&self, scorer: usize) -> bool {
        scorer == 0
    }

    async fn predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, MemoError> {
        let kept = |row: &MemoKey| {
            self.predictions.contains(&row.position).then(|| Prediction {
                outputs: Err(Failure::new(FailureKind::Failed, "as before")),
                trace: None,
                log: Vec::new(),
                usage: Usage::default(),
                elapsed: Duration::ZERO,
                is_reused: false,
            })
        };
        Ok(rows.iter().map(kept).collect())
    }

    async fn scores(&self, _: usize, rows: &[MemoKey]) -> Result<Vec<Option<KeptScore>>, MemoError> {
        if self.fails {
            return Err(MemoError("the disk is gone".into()));
        }
        self.asked.lock().unwrap().extend(rows.iter().map(|row| row.position));
        Ok(rows.iter().map(|row| self.scores.contains(&row.position).then(kept_score)).collect())
    }
}

/// Who asked, with the repetition.
#[derive(Clone, Debug, Default)]
struct Callers(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Watch for Callers {
    async fn asked(&self, caller: &Caller) {
        self.0.lock().unwrap().push(format!("{}#{}", caller.example_id, caller.repeat));
    }
}

fn places(run: &Run) -> Vec<(u64, u32)> {
    run.results.iter().map(|row| (row.index, row.repeat)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_example_is_evaluated_as_often_as_wanted_one_repeat_after_the_other() {
    for project in both(SESSIONS) {
        let run = project.predict().scorer("row").limit(2).repeats(3).run().await;
        assert_eq!(places(&run), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
        assert_eq!(run.rows()[3..], ["a2 row:1", "a2 row:1", "a2 row:1"]);
        assert_eq!((run.record.repeats.get(), run.summary().rows, run.progress.rows), (3, 6, 6));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_the_sandbox_says_which_repeat_it_is_for() {
    let callers = Callers::default();
    let project = Project::new(SESSIONS, guest::waiting()).scorer("row").limit(2).repeats(2);
    project.outgoing(callers.clone()).run().await;
    let mut asked = callers.0.lock().unwrap().clone();
    asked.sort();
    assert_eq!(asked, ["a1#0", "a1#1", "a2#0", "a2#1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_cannot_be_repeated() {
    let project = Project::new(SESSIONS, guest::pure()).by("tags.session").scorer("session").repeats(2);
    let refused = project.prepare().await.unwrap_err();
    assert!(matches!(refused, PlanError::SessionRepeats { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_at_a_position() {
    for project in both(SESSIONS) {
        let run = project.scorer("row").repeats(2).select(RowSelection::From(9)).run().await;
        assert_eq!(places(&run), [(4, 1), (5, 0), (5, 1)]);
        assert_eq!(run.progress.rows, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn single_rows_are_evaluated_again_and_sessions_whole() {
    for project in both(SESSIONS) {
        let run = project.scorer("row").select(RowSelection::Only([1, 3].into())).run().await;
        assert_eq!(run.rows(), ["a2 row:1", "none row:1"]);
    }
    for project in both(SESSIONS) {
        let selection = RowSelection::Only([1].into());
        let run = project.by("tags.session").scorer("session").select(selection).run().await;
        assert_eq!(run.rows(), ["a1 session:earlier_turn", "a2 session:earlier_turn", "a3 session:3"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_stands_for_a_call_and_says_so() {
    for project in both(SESSIONS) {
        let memo = Remembers { scores: vec![1, 4], ..Remembers::default() };
        let run = project.scorer("row").scorer_isolated("row", Isolation::Run).named(1, "other").memo(memo.clone());
        let run = run.run().await;
        let of_first: Vec<_> = run.results.iter().map(|row| row.scores[0].is_reused).collect();
        assert_eq!(of_first, [false, true, false, false, true, false]);
        assert_eq!(run.rows()[1], "a2 row:7 other:1");
        assert!(run.results.iter().all(|row| !row.scores[1].is_reused));
        assert_eq!(run.results[1].scores[0].elapsed, Duration::from_secs(9));
        let mut asked = memo.asked.lock().unwrap().clone();
        asked.sort_unstable();
        assert_eq!(asked, [0, 1, 2, 3, 4, 5]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_leave_out_the_rows_of_which_something_was_kept() {
    let memo = Remembers { scores: vec![0, 1], ..Remembers::default() };
    let batch = Isolation::Batch(4.try_into().unwrap());
    let run = Project::new(SESSIONS, guest::pure()).scorer_isolated("row", batch).memo(memo).run().await;
    assert_eq!(run.rows(), ["a1 row:7", "a2 row:7", "a3 row:2", "none row:2", "b1 row:2", "b2 row:2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prediction_that_was_kept_is_not_asked_for_again() {
    for project in both(SESSIONS) {
        let memo = Remembers { predictions: vec![2], ..Remembers::default() };
        let run = project.predict().scorer("row").memo(memo).run().await;
        assert_eq!(run.rows()[1..3], ["a2 row:1", "a3 row:prediction_failed"]);
        let reused: Vec<_> = run.results.iter().map(|row| row.prediction.as_ref().unwrap().is_reused).collect();
        assert_eq!(reused, [false, false, true, false, false, false]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_results_that_cannot_be_read_end_the_run_and_do_not_hang_it() {
    for project in both(SESSIONS) {
        let memo = Remembers { fails: true, ..Remembers::default() };
        let project = project.by("tags.session").predict().scorer("row").scorer("session").memo(memo);
        let run = tokio::time::timeout(Duration::from_secs(20), project.try_run()).await.expect("it ends");
        assert_eq!(run.err().unwrap().to_string(), "earlier results cannot be read: the disk is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_of_a_row_is_its_example_and_its_keys_tell_what_scorers_saw() {
    for project in both(SESSIONS) {
        let run = project.predict().scorer("row").limit(1).run().await;
        let content = run.results[0].content.as_ref().unwrap();
        assert_eq!((content.example.id.as_str(), &content.example.outputs), ("a1", &None));
        assert_ne!(content.example_key, content.scored_key);
    }
    let run = Project::new(SESSIONS, guest::pure()).scorer("row").limit(1).run().await;
    let content = run.results[0].content.as_ref().unwrap();
    assert_eq!(content.example_key, content.scored_key);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_functions_of_the_row_alone_have_a_fingerprint() {
    let reasons = async |project: Project| project.prepare().await.unwrap().not_reusable();
    let pure = || Project::new(SESSIONS, guest::pure());
    assert_eq!(reasons(pure().predict().scorer("row")).await, [None, None]);
    let shared = pure().scorer_isolated("row", Isolation::Run);
    assert_eq!(reasons(shared).await, [Some(NotReusable::SharesInstances)]);
    let session = pure().by("tags.session").scorer("session");
    assert_eq!(reasons(session).await, [Some(NotReusable::LooksAtSessions)]);
    let waiting = reasons(Project::new(SESSIONS, guest::waiting()).scorer("row")).await;
    assert!(matches!(&waiting[..], [Some(NotReusable::ReachesOut(imports))] if imports.contains("llm")), "{waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fingerprint_names_what_the_result_depends_on() {
    let fingerprint = async |project: Project| project.prepare().await.unwrap().functions()[0].fingerprint.unwrap();
    let scorer = || Project::new(SESSIONS, guest::pure()).scorer("row");
    let first = fingerprint(scorer()).await;
    assert_eq!(first, fingerprint(scorer()).await);
    assert_ne!(first, fingerprint(scorer().config(0, Json::parse(r#"{"a":1}"#).unwrap())).await);
    assert_ne!(first, fingerprint(scorer().named(0, "other")).await);
}

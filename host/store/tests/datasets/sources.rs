use scorebox_core::{FailureKind, RunId};
use scorebox_eval::Outcome;
use scorebox_store::{DatasetAction, ManagedDatasetError, RowSelection, Store};

use crate::evaluation::{App, IS_EVEN, LENGTH, Scorer, failure, is_even, json};
use crate::support::{Fixture, at, counts, new};

const TRACES: &str = r#"{"trace_id":"t-1","spans":[{"span_id":"a","name":"app","start_time_unix_nano":1,"inputs":{"q":"x"},"outputs":"y"}]}
{"trace_id":"t-2","spans":[{"span_id":"a","name":"app","start_time_unix_nano":1,"inputs":"plain"}]}
"#;

/// Fails for every fifth example.
const FRAGILE: Scorer = Scorer {
    name: "fragile",
    fingerprint: None,
    function: |example| match example.id.ends_with(['0', '5']) {
        true => Outcome::Error(failure(FailureKind::Failed)),
        false => is_even(example),
    },
};

/// A run over ten examples.
async fn run(store: &Store) -> RunId {
    App::scoring(10, [IS_EVEN, LENGTH, FRAGILE]).run(store).await.unwrap().run_id
}

/// The ids of what a selection takes.
async fn taken(store: &Store, run: &RunId, selection: RowSelection) -> Vec<String> {
    let name = "taken".parse().unwrap();
    let run = store.run(run).await.unwrap();
    let Some(change) = store.merge_run(&name, &run, &selection).await.unwrap() else { return Vec::new() };
    let examples = store.dataset_examples(&new(change), 0..99).await.unwrap();
    store.delete_dataset(&name).await.unwrap();
    examples.into_iter().map(|example| example.id.trim_start_matches("example-").to_owned()).collect()
}

fn conditions(conditions: &[&str]) -> RowSelection {
    let conditions = conditions.iter().map(|condition| condition.parse().unwrap()).collect();
    RowSelection { conditions, ..RowSelection::default() }
}

on_both! {
    async fn what_failed_in_a_run_becomes_a_dataset(fixture: &Fixture) {
        let store = fixture.store().await;
        let run = store.run(&run(&store).await).await.unwrap();
        let name = "regressions".parse().unwrap();
        let version = new(store.merge_run(&name, &run, &RowSelection::default()).await.unwrap().unwrap());
        assert_eq!((version.action, version.origin.as_deref()), (DatasetAction::FromRun, Some(run.run_id.as_str())));
        let examples = store.dataset_examples(&version, 0..99).await.unwrap();
        // Odd ones, and one that is even but whose scorer failed.
        let ids: Vec<_> = examples.iter().map(|example| example.id.as_str()).collect();
        assert_eq!(ids, ["example-0", "example-1", "example-3", "example-5", "example-7", "example-9"]);
        let first = &examples[1];
        assert_eq!(first.expectations, Some(json(r#"{"answer":1}"#)));
        assert_eq!(first.tags["topic"], "t1");
        assert_eq!(first.tags["source_run"], run.run_id.as_str());
        // The same failures, of a later run: only the tag is another one.
        let later = App::scoring(10, [IS_EVEN]).run(&store).await.unwrap();
        let version = new(store.merge_run(&name, &later, &RowSelection::default()).await.unwrap().unwrap());
        assert_eq!((version.version, counts(&version)), (2, (0, 5, 0)));
    }

    async fn rows_are_taken_by_failures_and_conditions(fixture: &Fixture) {
        let store = fixture.store().await;
        let run = run(&store).await;
        let errors = RowSelection { errors: true, ..RowSelection::default() };
        assert_eq!(taken(&store, &run, errors.clone()).await, ["0", "5"]);
        let failed = RowSelection { failed: vec!["is_even".into()], ..RowSelection::default() };
        assert_eq!(taken(&store, &run, failed.clone()).await, ["1", "3", "5", "7", "9"]);
        let either = RowSelection { errors: true, ..failed.clone() };
        assert_eq!(taken(&store, &run, either).await, ["0", "1", "3", "5", "7", "9"]);
        let topic = RowSelection { conditions: conditions(&["expectations.answer=0"]).conditions, ..failed };
        assert_eq!(taken(&store, &run, topic).await, ["3", "9"]);
        assert_eq!(taken(&store, &run, conditions(&["tags.topic=t0", "inputs.question>3"])).await, ["4", "6", "8"]);
        assert_eq!(taken(&store, &run, conditions(&["length<14"])).await, Vec::<String>::new());
        assert_eq!(taken(&store, &run, conditions(&["fragile!=false", "id!=example-2"])).await, ["4", "6", "8"]);
    }

    async fn a_scorer_that_the_run_does_not_have_is_named(fixture: &Fixture) {
        let store = fixture.store().await;
        let run = store.run(&run(&store).await).await.unwrap();
        let selection = RowSelection { failed: vec!["is_evne".into()], ..RowSelection::default() };
        let error = store.merge_run(&"x".parse().unwrap(), &run, &selection).await.unwrap_err();
        assert!(error.is_input());
        let message = error.to_string().replace(run.run_id.as_str(), "run_…");
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"the run run_… has no scorer or feedback `is_evne`: it has `is_even`, `length`, `fragile`");
        }
    }

    async fn an_example_that_was_repeated_is_taken_once(fixture: &Fixture) {
        let store = fixture.store().await;
        let mut app = App::scoring(4, [IS_EVEN]);
        app.repeats = 3;
        let run = app.run(&store).await.unwrap();
        assert_eq!(taken(&store, &run.run_id, RowSelection::default()).await, ["1", "3"]);
    }

    async fn traces_become_examples_of_a_dataset_that_is_made_for_them(fixture: &Fixture) {
        let store = fixture.store().await;
        let name = "production".parse().unwrap();
        let path = fixture.file("traces.jsonl", TRACES);
        let version = new(store.merge_traces(&name, &path).await.unwrap());
        assert_eq!((version.version, version.action, counts(&version)), (1, DatasetAction::FromTraces, (2, 0, 0)));
        let examples = store.dataset_examples(&version, 0..9).await.unwrap();
        assert_eq!((examples[0].id.as_str(), examples[0].inputs.as_str()), ("t-1", r#"{"q":"x"}"#));
        assert_eq!(examples[0].trace.as_ref().unwrap().as_str(), TRACES.lines().next().unwrap());
        assert_eq!(examples[1].inputs.as_str(), r#"{"input":"plain"}"#);
        // The same question, asked again: the newer trace takes the place of the older.
        let path = fixture.file("traces.jsonl", &TRACES.lines().next().unwrap().replace("t-1", "t-3"));
        let version = new(store.merge_traces(&name, &path).await.unwrap());
        assert_eq!((version.version, counts(&version)), (2, (0, 1, 0)));
    }

    async fn a_wrong_trace_changes_nothing(fixture: &Fixture) {
        let store = fixture.store().await;
        let path = fixture.file("traces.jsonl", &format!("{TRACES}{{\"trace_id\":\"t-3\"}}\n"));
        let error = store.merge_traces(&"production".parse().unwrap(), &path).await.unwrap_err();
        assert!(matches!(error, ManagedDatasetError::Traces(_)) && error.is_input());
        assert!(error.to_string().contains("traces.jsonl:3:18: not a trace"), "{error}");
        assert!(matches!(store.dataset(&at("production")).await, Err(ManagedDatasetError::UnknownDataset { .. })));
    }
}

//! What a run leaves on disk.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU32;
use std::time::Duration;

use scorebox_core::{Aggregation, Cost, Digest, Failure, FailureKind, Feedback, Json, Number, Usage, Value};
use scorebox_eval::{
    DatasetRecord, FunctionRecord, FunctionRole, Outcome, PluginRecord, Prediction, ResultSink, RowResult, RunFolder,
    RunRecord, RunStatus, ScoreResult, SinkError, SkipReason, Summary, SummaryCollector, SyncPolicy,
};

fn record() -> RunRecord {
    RunRecord {
        run_id: "run_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        experiment: None,
        status: RunStatus::Running,
        error: None,
        started_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        ended_at: None,
        host_version: "0.1.0".into(),
        git_commit: None,
        git_branch: None,
        seed: 7,
        config: Json::parse("{\"scorers\": []}").unwrap(),
        dataset: DatasetRecord {
            path: "qa.jsonl".into(),
            version: None,
            digest: Digest::of(b"rows"),
            snapshot: Digest::of(b"rows"),
            rows: 3,
            limit: None,
            group: None,
        },
        repeats: NonZeroU32::MIN,
        plugins: vec![PluginRecord {
            name: "text".into(),
            digest: Digest::of(b"plugin"),
            version: Some("1.2.0".into()),
        }],
        functions: vec![FunctionRecord {
            name: "exact_match".into(),
            role: FunctionRole::Scorer,
            plugin: Digest::of(b"plugin"),
            function: "exact_match".into(),
            config: Json::parse("{}").unwrap(),
            asks_models: false,
            models: BTreeMap::new(),
            aggregations: Vec::new(),
            fingerprint: Some(Digest::of(b"fingerprint")),
            isolation: scorebox_engine::Isolation::Example,
            memory_bytes: None,
        }],
        gateway: None,
        summary: None,
    }
}

fn feedback(name: &str, value: Value) -> Feedback {
    Feedback { name: name.into(), value, rationale: None, metadata: None, span_id: None }
}

fn row(index: u64, prediction: Result<Json, Failure>, outcomes: [Outcome; 2]) -> RowResult {
    let micros = Duration::from_micros;
    let names = ["exact_match", "length"];
    let scores = names.into_iter().zip(outcomes);
    RowResult {
        index,
        repeat: 0,
        id: format!("q{index}"),
        prediction: Some(Prediction {
            outputs: prediction,
            trace: None,
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: micros(10),
            is_reused: false,
        }),
        scores: scores
            .map(|(scorer, outcome)| ScoreResult {
                scorer: scorer.into(),
                outcome,
                log: Vec::new(),
                usage: Usage::default(),
                elapsed: micros(3),
                is_reused: false,
            })
            .collect(),
        started: micros(100 * index),
        content: None,
    }
}

fn rows() -> Vec<RowResult> {
    let text = |text: &str| Ok(Json::from_value(text).unwrap());
    let number = |number: f64| Value::Number(Number::try_from(number).unwrap());
    vec![
        row(
            0,
            text("Paris"),
            [
                Outcome::Feedback(vec![feedback("exact_match", Value::Boolean(true))]),
                Outcome::Feedback(vec![
                    feedback("words", Value::Integer(1)),
                    feedback("length", number(0.5)),
                    feedback("label", Value::Text("short".into())),
                ]),
            ],
        ),
        row(
            1,
            text("Rome"),
            [
                Outcome::Feedback(vec![feedback("exact_match", Value::Boolean(false))]),
                Outcome::Error(Failure::new(FailureKind::Trap, "it crashed: see the backtrace")),
            ],
        ),
        row(
            2,
            Err(Failure::new(FailureKind::Deadline, "took longer than 10 s: raise limits.deadline")),
            [Outcome::Skipped(SkipReason::PredictionFailed), Outcome::Skipped(SkipReason::PredictionFailed)],
        ),
    ]
}

fn summed_up() -> SummaryCollector {
    let all = [Aggregation::Mean, Aggregation::Max, Aggregation::Variance];
    let mut summary = SummaryCollector::new([("exact_match".into(), Vec::new()), ("length".into(), all.to_vec())]);
    rows().iter().for_each(|row| summary.add(row));
    summary
}

#[test]
fn a_run_leaves_its_rows_and_its_record() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("runs/one");
    let mut folder = RunFolder::create(&path, &record(), SyncPolicy::default()).unwrap();
    let on_disk = || fs::read_to_string(path.join("run.json")).unwrap();
    assert_eq!(serde_json::from_str::<RunRecord>(&on_disk()).unwrap().status, RunStatus::Running);

    folder.write(&rows()).unwrap();
    assert_eq!(folder.sync().unwrap(), 3);
    let mut finished = RunRecord {
        status: RunStatus::Finished,
        ended_at: Some("2026-01-02T03:04:06.5Z".parse().unwrap()),
        summary: Some(summed_up().summary()),
        ..record()
    };
    folder.finish(&mut finished).unwrap();

    insta::assert_snapshot!("results_jsonl", fs::read_to_string(path.join("results.jsonl")).unwrap());
    insta::assert_snapshot!("run_json", on_disk());
    assert_eq!(serde_json::from_str::<RunRecord>(&on_disk()).unwrap(), finished);
    assert!(!path.join("run.json.partial").exists());
}

#[test]
fn rows_become_durable_in_groups() {
    let parent = tempfile::tempdir().unwrap();
    let policy = SyncPolicy { max_rows: 2, max_delay: Duration::MAX };
    let mut folder = RunFolder::create(parent.path().join("run"), &record(), policy).unwrap();
    let lines = || fs::read_to_string(parent.path().join("run/results.jsonl")).unwrap().lines().count();
    let rows = rows();
    folder.write(&rows[..1]).unwrap();
    assert_eq!(lines(), 0);
    folder.write(&rows[1..2]).unwrap();
    assert_eq!(lines(), 2);
    folder.write(&rows[2..]).unwrap();
    assert_eq!(lines(), 2);
    assert_eq!(folder.sync().unwrap(), 3);
    assert_eq!(lines(), 3);
}

#[test]
fn a_folder_that_holds_something_is_never_written_to() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("run");
    RunFolder::create(&path, &record(), SyncPolicy::default()).unwrap();
    let error = RunFolder::create(&path, &record(), SyncPolicy::default()).unwrap_err();
    assert!(matches!(error, SinkError::Exists { .. }), "{error}");

    let foreign = parent.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("notes.txt"), "mine").unwrap();
    assert!(RunFolder::create(&foreign, &record(), SyncPolicy::default()).is_err());
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1);
}

#[test]
fn an_error_names_the_path() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let error = RunFolder::create(file.join("run"), &record(), SyncPolicy::default()).unwrap_err();
    assert!(error.to_string().contains("file/run: cannot make the folder"), "{error}");
    assert!(!error.is_disk_full());
}

#[test]
fn what_models_took_is_summed_up_also_for_failed_calls() {
    let usage = |requests| Usage { requests, input_tokens: 10, output_tokens: 1, cost: Cost::from_picodollars(3) };
    let mut asked = rows();
    asked[0].prediction.as_mut().unwrap().usage = usage(1);
    asked[0].scores[1].usage = usage(2);
    asked[1].scores[1].usage = usage(4);
    let mut summary = SummaryCollector::new([("exact_match".into(), Vec::new()), ("length".into(), Vec::new())]);
    asked.iter().for_each(|row| summary.add(row));
    let summary = summary.summary();
    let sum = |requests, calls| Usage {
        requests,
        input_tokens: 10 * calls,
        output_tokens: calls,
        cost: Cost::from_picodollars(3 * calls),
    };
    assert_eq!(summary.predict.as_ref().unwrap().usage, sum(1, 1));
    assert!(summary.scorers[0].calls.usage.is_none());
    assert_eq!(summary.scorers[1].calls.usage, sum(6, 2));
    assert_eq!(summary.usage, sum(7, 3));

    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["usage"]["requests"], 7);
    assert!(json["scorers"][0].get("usage").is_none(), "{json}");
    assert_eq!(serde_json::from_value::<Summary>(json).unwrap(), summary);
}

#[test]
fn earlier_turns_of_a_session_are_not_counted() {
    let mut summary = SummaryCollector::new([("exact_match".into(), Vec::new()), ("length".into(), Vec::new())]);
    let answer = || Ok(Json::parse("1").unwrap());
    let earlier = || Outcome::Skipped(SkipReason::EarlierTurn);
    let failed = || Outcome::Skipped(SkipReason::PredictionFailed);
    let verdict = || Outcome::Feedback(vec![feedback("exact_match", Value::Boolean(true))]);
    let turns = [[earlier(), failed()], [earlier(), failed()], [verdict(), failed()], [failed(), failed()]];
    for (index, outcomes) in (0..).zip(turns) {
        summary.add(&row(index, answer(), outcomes));
    }
    let scorers = summary.summary().scorers;
    assert_eq!((scorers[0].calls.calls, scorers[0].skipped), (1, 1));
    assert_eq!((scorers[1].calls.calls, scorers[1].skipped), (0, 4));
}

#[test]
fn a_record_keeps_what_the_gateway_says_and_why_the_run_stopped() {
    let stopped = RunRecord {
        status: RunStatus::OverBudget,
        gateway: Some(Json::parse(r#"{"retries":2}"#).unwrap()),
        ..record()
    };
    let json = serde_json::to_string(&stopped).unwrap();
    assert!(json.contains(r#""status":"over_budget""#) && json.contains(r#""gateway":{"retries":2}"#), "{json}");
    assert_eq!(serde_json::from_str::<RunRecord>(&json).unwrap(), stopped);
}

#[test]
fn the_same_rows_give_the_same_summary() {
    assert_eq!(summed_up().summary(), summed_up().summary());
}

#[test]
fn what_a_scorer_makes_up_does_not_grow_the_summary() {
    let mut summary = SummaryCollector::new([("s".into(), Vec::new())]);
    for index in 0..2000 {
        let made_up = [
            feedback(&format!("name_{index}"), Value::Integer(1)),
            feedback("s", Value::Text(format!("label {index}"))),
            feedback("s", Value::Text("x".repeat(1000))),
        ];
        let score = ScoreResult {
            scorer: "s".into(),
            outcome: Outcome::Feedback(made_up.into()),
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::ZERO,
            is_reused: false,
        };
        summary.add(&RowResult {
            index,
            repeat: 0,
            id: index.to_string(),
            prediction: None,
            scores: vec![score],
            started: Duration::ZERO,
            content: None,
        });
    }
    let summary = summary.summary();
    let scorer = &summary.scorers[0];
    assert_eq!(scorer.feedback.len() as u64 + scorer.other_feedback, 2001);
    let labels = scorer.feedback[0].labels.as_ref().unwrap();
    assert_eq!((labels.counts.len(), labels.others), (1000, 3000));
}

//! Recording what was asked, and replaying it without a key or a network.

use std::fs;

use scorebox_fakes::Failure;
use serde_json::Value;

use crate::project::{CHAT_AND_JUDGES, Project, QUESTIONS, agreeable, model_lines, models, provider, replaced};

/// A row in two parts: its text up to what differs between runs, and its trace without times.
fn comparable(line: &str) -> (String, Value) {
    let end = line.find(",\"timing\":").unwrap();
    let mut row: Value = serde_json::from_str(line).unwrap();
    let mut trace = row["trace"].take();
    for span in trace["spans"].as_array_mut().unwrap() {
        for time in ["start_time_unix_nano", "end_time_unix_nano"] {
            assert!(span.as_object_mut().unwrap().remove(time).is_some(), "{span}");
        }
    }
    (line[..end].to_owned(), trace)
}

fn comparable_rows(project: &Project) -> Vec<(String, Value)> {
    project.file_of_last_run("results.jsonl").lines().map(comparable).collect()
}

#[test]
fn a_recorded_run_is_replayed_without_a_provider_and_without_a_key() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--record", "replies.jsonl"]);
    let recorded = comparable_rows(&project);
    assert_eq!(recorded.len(), 3);
    assert_eq!(fs::read_to_string(project.path("replies.jsonl")).unwrap().lines().count(), 1 + 9);
    drop(provider);

    project.run(&["cache", "clear"]);
    let replayed = project.keyless(&["eval", "--replay", "replies.jsonl"]).output().unwrap();
    assert_eq!(replayed.status.code(), Some(0), "{}", String::from_utf8_lossy(&replayed.stderr));
    assert_eq!(comparable_rows(&project), recorded);
    insta::assert_snapshot!(model_lines(&String::from_utf8_lossy(&replayed.stdout)), @r"
    model fake:/app-1 · 3 replayed
    model fake:/judge-1 · 6 replayed
    ");
}

#[test]
fn what_is_recorded_already_is_not_asked_again() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--record", "replies.jsonl", "--limit", "2"]);
    let first = fs::read_to_string(project.path("replies.jsonl")).unwrap();
    project.run(&["cache", "clear"]);
    project.eval(&["--quiet", "--record", "replies.jsonl"]);
    assert_eq!(provider.counts().requests, 9);
    let second = fs::read_to_string(project.path("replies.jsonl")).unwrap();
    assert!(first.lines().all(|line| second.lines().any(|other| other == line)));
    assert_eq!(second.lines().count(), 1 + 9);
}

#[test]
fn what_is_not_in_the_cassette_is_an_error_of_its_row() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--record", "replies.jsonl"]);
    drop(provider);

    let project = project.with("data.jsonl", &replaced(QUESTIONS, "has snow?", "has fresh snow?"));
    let rows = project.rows_of_eval(&["--replay", "replies.jsonl"]);
    assert_eq!(rows[1]["predict_error"]["kind"], "gateway");
    insta::assert_snapshot!(rows[1]["predict_error"]["message"].as_str().unwrap(), @r#"model: unavailable: the cassette replies.jsonl has no reply for what was asked: fake:/app-1 asked "Which colour has fresh snow?"; record it with --record"#);
    assert_eq!(rows[1]["scores"]["correctness"]["skipped"], "prediction_failed");
    for row in [&rows[0], &rows[2]] {
        assert_eq!(row["scores"]["guidelines"]["feedback"][0]["value"], true, "{row}");
    }
}

#[test]
fn a_recorded_failure_is_replayed_until_the_model_answers() {
    let provider = provider(|builder| builder.fail_first(vec![Failure::status(503)]));
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--jobs", "1", "--record", "replies.jsonl"]);
    let failed = comparable_rows(&project);
    assert!(failed[0].0.contains("\"predict_error\""), "{}", failed[0].0);
    project.eval(&["--quiet", "--replay", "replies.jsonl"]);
    assert_eq!(comparable_rows(&project), failed);

    let rows = project.rows_of_eval(&["--record", "replies.jsonl"]);
    assert!(rows.iter().all(|row| row["outputs"] == "The answer is 42."));
    assert_eq!(project.rows_of_eval(&["--replay", "replies.jsonl"])[0]["outputs"], "The answer is 42.");
    assert_eq!(provider.counts().requests, 1 + 9);
}

/// Replays a cassette that cannot be, and says why.
fn refused(cassette: &str) -> String {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS).with("replies.jsonl", cassette);
    let ran = project.run(&["eval", "--replay", "replies.jsonl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    assert!(!project.has_runs());
    assert_eq!(provider.counts().requests, 0);
    ran.stderr
}

#[test]
fn a_broken_cassette_is_refused_with_the_line() {
    insta::assert_snapshot!(refused("{\"scorebox_cassette\":1}\n\n{\"asked\":{\n"), @"error: replies.jsonl:3: not an exchange: EOF while parsing an object at line 1 column 10; remove the line, or record it again");
    insta::assert_snapshot!(refused(QUESTIONS), @r#"error: replies.jsonl:1: this is no cassette: its first line is not {"scorebox_cassette":1}"#);
    insta::assert_snapshot!(refused(""), @"error: replies.jsonl:1: the cassette is empty; record one with --record");
}

#[test]
fn a_cassette_that_is_not_there_is_refused() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    let ran = project.run(&["eval", "--replay", "other.jsonl"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @"error: other.jsonl: the cassette cannot be read: No such file or directory (os error 2)");
}

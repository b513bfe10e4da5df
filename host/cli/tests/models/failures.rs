//! What goes wrong with models is an error of its row, and the run goes on.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use scorebox_fakes::{Answer, Failure, default_answer};
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::project::{
    CHAT_AND_JUDGE, CHAT_AND_JUDGES, Project, QUESTIONS, block_on, models, models_at, provider, replaced, scripted,
};

#[test]
fn a_verdict_that_cannot_be_read_is_an_error_and_no_value() {
    let provider = scripted(|asked| match asked.model.as_str() {
        "judge-1" if asked.prompt.contains("snow") => Answer::text("The output is quite correct, I would say."),
        _ => default_answer(asked),
    });
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let rows = project.rows_of_eval(&[]);
    let score = &rows[1]["scores"]["correctness"];
    assert_eq!(score.get("feedback"), None);
    assert_eq!(score["error"]["kind"], "gateway");
    insta::assert_snapshot!(score["error"]["message"].as_str().unwrap(), @"model: invalid reply: fake:/judge-1 gave no valid JSON in two attempts: it is no JSON: expected value at line 1 column 1");
    for row in [&rows[0], &rows[2]] {
        assert_eq!(row["scores"]["correctness"]["feedback"][0]["value"], true, "{row}");
    }
    // Three answers, two verdicts, and one that was asked for twice.
    assert_eq!(provider.counts().answered, 3 + 2 + 2);
    assert_eq!(project.record()["summary"]["scorers"][0]["feedback"][0]["n"], 2);
}

#[test]
fn a_verdict_that_is_repaired_counts_with_what_both_attempts_took() {
    let provider = scripted(|asked| match asked.model.as_str() {
        "judge-1" if !asked.prompt.contains("does not satisfy the JSON Schema") => Answer::text("Correct."),
        _ => default_answer(asked),
    });
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let rows = project.rows_of_eval(&["--limit", "1"]);
    assert_eq!(rows[0]["scores"]["correctness"]["feedback"][0]["value"], true);
    assert_eq!(rows[0]["usage"]["scores"]["correctness"]["requests"], 2);
}

#[test]
fn a_provider_that_is_down_fails_the_rows_and_not_the_run() {
    // A port that is taken, but on which nobody listens.
    let closed = block_on(async { TcpSocket::new_v4() }).unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed_at = closed.local_addr().unwrap();
    let project = Project::new(&(models_at(&format!("http://{closed_at}/v1")) + CHAT_AND_JUDGES), QUESTIONS);
    let ran = project.eval(&[]);
    let rows = project.rows();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        assert_eq!(row["predict_error"]["kind"], "gateway", "{row}");
        assert_eq!(row["scores"]["guidelines"]["skipped"], "prediction_failed", "{row}");
    }
    let message = rows[0]["predict_error"]["message"].as_str().unwrap();
    assert!(message.contains("cannot connect: Connection refused"), "{message}");
    assert!(ran.stdout.contains("errors on 3 of 3 rows"), "{}", ran.stdout);
    assert_eq!(project.record()["summary"]["rows_with_errors"], 3);
}

#[test]
fn a_provider_that_fails_now_and_then_is_asked_again() {
    let provider = provider(|builder| {
        builder.fail_first(vec![
            Failure::status(503),
            Failure::Reset,
            Failure::MalformedJson,
            Failure::RateLimited(None),
        ])
    });
    let config = replaced(&(models(&provider) + CHAT_AND_JUDGES), "retries = 0", "retries = 5");
    let project = Project::new(&config, QUESTIONS);
    let ran = project.eval(&[]);
    assert!(ran.stdout.contains("no errors"), "{}", ran.stdout);
    let counts = provider.counts();
    assert_eq!((counts.answered, counts.requests), (9, 13));
    let gateway = &project.record()["gateway"]["models"];
    let retries = |model: &str| gateway[model]["retries"].as_u64().unwrap_or(0);
    assert_eq!(retries("fake:/app-1") + retries("fake:/judge-1"), 4, "{gateway}");
}

#[test]
fn a_model_that_refuses_is_an_error_of_its_row() {
    let provider = scripted(|asked| match asked.model.as_str() {
        "judge-1" => Answer::refusal("I cannot help with that."),
        _ => default_answer(asked),
    });
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let rows = project.rows_of_eval(&[]);
    assert!(rows.iter().all(|row| row["scores"]["correctness"]["error"]["kind"] == "gateway"), "{:#}", rows[0]);
}

#[test]
fn an_interrupted_run_keeps_the_rows_that_models_have_answered() {
    let provider = provider(|builder| builder.latency(Duration::from_millis(50)));
    let row = QUESTIONS.lines().next().unwrap();
    let rows: String = (0..400).map(|number| replaced(row, "sky", &format!("sky of day {number}")) + "\n").collect();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), &rows);
    let mut command = project.command(&["eval", "--json", "--jobs", "2"]);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();

    let began = Instant::now();
    while !crate::common::has_rows(&project.path("")) {
        assert!(began.elapsed() < Duration::from_secs(60), "no results came");
        thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &command.id().to_string()]).status().unwrap().success());
    let ended = command.wait_with_output().unwrap();

    assert_eq!(ended.status.code(), Some(130));
    let record: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(record["status"], "interrupted");
    let rows = project.rows();
    assert_eq!(record["folder"], project.only_run().to_str().unwrap());
    assert_eq!(record["summary"]["rows"], rows.len());
    assert!((1..400).contains(&rows.len()), "{}", rows.len());
    assert!(rows.iter().all(|row| row["scores"]["correctness"]["feedback"][0]["value"] == true));
    assert_eq!(provider.counts().abandoned, 0);
}

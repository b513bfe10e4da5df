//! The `scorebox` command as a user meets it: exit codes, messages, files.
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Sandbox;
use serde_json::{Value, json};

const DATASET: &str = "[dataset]\npath = \"data.jsonl\"\n";
const SCORER: &str = "[[scorers]]\nuse = \"text/exact_match\"\n";
const ROW: &str = r#"{"inputs":{"q":"?"},"outputs":"a","expectations":{"expected_response":"a"}}"#;

/// The rows without the one field that differs between two runs.
fn rows_without_timing(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("results.jsonl")).unwrap();
    let rows = text.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        assert!(row.as_object_mut().unwrap().remove("timing").is_some());
        row
    });
    rows.collect()
}

#[test]
fn a_new_project_runs_at_once_and_is_never_overwritten() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["init", "qa"]).code, Some(0));
    let ran = sandbox.run(["eval", "qa"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("lenient_match"), "{}", ran.stdout);
    assert!(ran.stdout.contains("no errors"), "{}", ran.stdout);
    assert_eq!(rows_without_timing(&sandbox.only_run("qa/runs")).len(), 10);

    let again = sandbox.run(["init", "qa"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("qa/scorebox.toml: already there"), "{}", again.stderr);
}

#[test]
fn the_demo_gives_the_same_results_twice() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(["demo", "--output", "first"]);
    let second = sandbox.run(["demo", "--output", "second"]);
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}{}", first.stderr, second.stderr);
    assert!(first.stdout.contains("trap"), "{}", first.stdout);
    let rows = rows_without_timing(&sandbox.only_run("first/runs"));
    assert!(rows.len() >= 100);
    assert_eq!(rows, rows_without_timing(&sandbox.only_run("second/runs")));
    assert_eq!(rows.iter().filter(|row| row.get("predict_error").is_some()).count(), 1);
    assert_eq!(rows.iter().filter(|row| row.pointer("/scores/shouting/error/kind") == Some(&"trap".into())).count(), 4);
}

#[test]
fn the_demo_s_judges_give_the_verdicts_that_were_written_for_them() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["demo", "--output", "demo"]);
    assert!(ran.stderr.contains("written for this demo: no model is asked"), "{}", ran.stderr);
    let written = include_str!("../demo/verdicts.jsonl").lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let judged = ["correctness", "guidelines"].map(|judge| verdict[judge].clone());
        (verdict["id"].clone(), judged)
    });
    let run = sandbox.only_run("demo/runs");
    let rows = rows_without_timing(&run);
    let given = rows.iter().filter(|row| row.get("predict_error").is_none()).map(|row| {
        let judged = ["correctness", "guidelines"].map(|judge| {
            let feedback = &row["scores"][judge]["feedback"][0];
            let advice = "if what judges ask has changed, run `cargo xtask demo-replies`";
            assert_eq!(feedback["metadata"]["model"], "written-for-the-demo", "{advice}: {row}");
            json!({ "rationale": feedback["rationale"], "result": feedback["value"] })
        });
        (row["id"].clone(), judged)
    });
    assert_eq!(given.collect::<Vec<_>>(), written.collect::<Vec<_>>());
    // None was sent, and none lacked a reply.
    let record: Value = serde_json::from_str(&fs::read_to_string(run.join("run.json")).unwrap()).unwrap();
    let model = &record["gateway"]["models"]["demo:/written-for-the-demo"];
    assert_eq!((&model["from_cassette"], &model["sent"]), (&json!(2 * (rows.len() - 1)), &json!(0)), "{record}");

    let again = sandbox.run(["eval", "demo", "--replay", "demo/replies.jsonl", "--output", "again"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(rows_without_timing(&sandbox.only_run("again")), rows);
}

#[test]
fn the_judge_that_a_new_project_shows_works_when_it_is_uncommented() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["init", "qa"]).code, Some(0));
    let config = fs::read_to_string(sandbox.path("qa/scorebox.toml")).unwrap();
    let (before, block) = config.split_once("\n# [models]\n").unwrap();
    let (block, after) = block.split_once("\n\n").unwrap();
    let block: Vec<_> = block.lines().map(|line| line.trim_start_matches(['#', ' '])).collect();
    let uncommented = format!("{before}\n[models]\n{}\n\n{after}", block.join("\n"));
    fs::write(sandbox.path("qa/scorebox.toml"), uncommented).unwrap();
    let ran = sandbox.run(["eval", "qa", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("correctness   openai:/gpt-4o-mini"), "{}", ran.stdout);
}

#[test]
fn a_json_report_is_one_document_and_nothing_else_is_on_standard_output() {
    let sandbox = Sandbox::new().with("scorebox.toml", &format!("{DATASET}{SCORER}")).with("data.jsonl", ROW);
    let ran = sandbox.run(["eval", "--json", "--limit", "1"]);
    let record: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(record["status"], "finished");
    assert_eq!(record["summary"]["scorers"][0]["feedback"][0]["booleans"]["passed"], 1);
    assert_eq!(record["config"]["scorers"][0]["name"], "exact_match");
    assert!(ran.stderr.contains("Evaluating"), "{}", ran.stderr);
    assert_eq!(sandbox.run(["eval", "--json", "--quiet"]).stderr, "");
}

#[test]
fn what_is_no_terminal_gets_no_colours() {
    let sandbox = Sandbox::new().with("scorebox.toml", &format!("{DATASET}{SCORER}")).with("data.jsonl", ROW);
    let ran = sandbox.run(["eval"]);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{}{}", ran.stdout, ran.stderr);
}

/// Refused with exit code 2, with the message, and with nothing written.
fn refused(sandbox: &Sandbox) -> String {
    let ran = sandbox.run(["eval"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert!(!sandbox.path("runs").exists() && !sandbox.path(".scorebox").exists());
    ran.stderr
}

#[test]
fn a_folder_without_a_config_is_refused() {
    let message = refused(&Sandbox::new());
    insta::assert_snapshot!(message, @r"
    error: scorebox.toml: there is no such file
    help: name a folder with a scorebox.toml, or make one with `scorebox init DIR`
    ");
}

#[test]
fn an_unknown_field_is_refused_with_its_place() {
    let config = format!("{DATASET}{SCORER}conifg = {{}}\n");
    insta::assert_snapshot!(refused(&Sandbox::new().with("scorebox.toml", &config)), @r"
    error: scorebox.toml:5:1: unknown field `conifg`, expected one of `use`, `name`, `config`, `isolation`, `limits`, `permissions`, `budget`
       |
     5 | conifg = {}
       | ^^^^^^
    help: did you mean `config`?
    ");
}

#[test]
fn a_missing_dataset_is_refused_with_its_place() {
    let config = format!("{DATASET}{SCORER}");
    insta::assert_snapshot!(refused(&Sandbox::new().with("scorebox.toml", &config)), @r#"
    error: scorebox.toml:2:8: there is no dataset data.jsonl
       |
     2 | path = "data.jsonl"
       |        ^^^^^^^^^^^^
    help: the path is relative to this file
    "#);
}

#[test]
fn a_broken_line_of_the_dataset_is_refused_with_its_place() {
    let sandbox = Sandbox::new().with("scorebox.toml", &format!("{DATASET}{SCORER}"));
    let sandbox = sandbox.with("data.jsonl", &format!("{ROW}\n{{\"inputs\": {{\"q\": 1}}, \"output\": 2}}\n"));
    insta::assert_snapshot!(refused(&sandbox), @r#"
    error: data.jsonl:2:29: unknown field "output", expected one of id, inputs, outputs, expectations, trace, tags; put your own data into inputs, expectations or tags
    "#);
}

#[test]
fn a_misspelled_scorer_is_refused_with_a_suggestion() {
    let config = format!("{DATASET}[[scorers]]\nuse = \"text/exact_mtach\"\n");
    insta::assert_snapshot!(refused(&Sandbox::new().with("scorebox.toml", &config).with("data.jsonl", ROW)), @r#"
    error: scorebox.toml:4:7: there is no scorer `exact_mtach` in text
       |
     4 | use = "text/exact_mtach"
       |       ^^^^^^^^^^^^^^^^^^
    help: did you mean `exact_match`?
    "#);
}

#[test]
fn a_config_that_breaks_the_scorer_s_schema_is_refused() {
    let config = format!("{DATASET}{SCORER}config = {{ ignore_case = \"yes\" }}\n");
    insta::assert_snapshot!(refused(&Sandbox::new().with("scorebox.toml", &config).with("data.jsonl", ROW)), @r#"
    error: scorebox.toml:5:10: the config of text/exact_match is wrong:
      /ignore_case: "yes" is not of type "boolean"
       |
     5 | config = { ignore_case = "yes" }
       |          ^^^^^^^^^^^^^^^^^^^^^^^
    help: `scorebox plugin inspect text/exact_match` describes its config
    "#);
}

#[test]
fn a_file_that_is_no_plugin_is_refused() {
    let config = format!("{DATASET}[[scorers]]\nuse = \"./broken.wasm#tone\"\n");
    let sandbox = Sandbox::new().with("scorebox.toml", &config).with("data.jsonl", ROW).with("broken.wasm", "hello");
    let message = refused(&sandbox);
    assert!(message.starts_with("error: scorebox.toml:4:7: not a valid component"), "{message}");
}

#[test]
fn every_plugin_can_be_inspected_and_listed() {
    let sandbox = Sandbox::new();
    let inspected: Value = serde_json::from_str(&sandbox.run(["plugin", "inspect", "demo", "--json"]).stdout).unwrap();
    assert_eq!(inspected["is_pure"], true);
    assert_eq!(inspected["scorers"][0]["name"], "shouting");
    let one = sandbox.run(["plugin", "inspect", "text/contains"]);
    assert!(one.stdout.contains("ignore_case"), "{}", one.stdout);
    let listed: Value = serde_json::from_str(&sandbox.run(["scorers", "--json"]).stdout).unwrap();
    assert!(listed["scorers"].as_array().unwrap().iter().any(|scorer| scorer["use"] == "text/exact_match"));
    assert_eq!(sandbox.run(["plugin", "inspect", "txet"]).code, Some(2));
}

#[test]
fn the_config_schema_and_the_completions_are_printed() {
    let sandbox = Sandbox::new();
    let schema: Value = serde_json::from_str(&sandbox.run(["config-schema"]).stdout).unwrap();
    assert!(schema["properties"]["scorers"].is_object());
    assert!(sandbox.run(["completions", "bash"]).stdout.contains("scorebox"));
}

#[cfg(unix)]
#[test]
fn an_unusable_compile_cache_is_a_warning() {
    let sandbox = Sandbox::new().with("file", "");
    let ran = Command::new(env!("CARGO_BIN_EXE_scorebox"))
        .args(["plugin", "inspect", "demo"])
        .env("SCOREBOX_CACHE_DIR", sandbox.path("file"))
        .output()
        .unwrap();
    assert!(ran.status.success());
    assert!(String::from_utf8_lossy(&ran.stderr).starts_with("warning: the compile cache"));
}

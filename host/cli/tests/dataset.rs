//! `scorebox dataset`, as a person at a terminal has it.

mod common;

use std::fs;

use serde_json::Value;

use crate::common::{Ran, Sandbox};

const DATA: &str = r#"{"id":"capital","inputs":{"question":"What is the capital of France?"},"expectations":{"expected_response":"Paris"},"tags":{"topic":"geography"}}
{"id":"author","inputs":{"question":"Who wrote Emma?"},"expectations":{"expected_response":"Jane Austin"},"tags":{"topic":"books"}}
{"id":"sum","inputs":{"question":"What is 2 + 2?"},"outputs":4}
"#;

const CORRECTIONS: &str = "inputs.question,expectations.expected_response,tags.checked\n\
    Who wrote Emma?,Jane Austen,yes\n\
    Who wrote Ulysses?,James Joyce,yes\n";

/// A sandbox with the dataset `qa`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new().with("data.jsonl", DATA).with("corrections.csv", CORRECTIONS);
    assert_eq!(sandbox.run(["dataset", "create", "qa", "data.jsonl"]).code, Some(0));
    sandbox
}

/// A sandbox with two versions of it.
fn two_versions() -> Sandbox {
    let sandbox = sandbox();
    said(&sandbox, &["merge", "qa", "corrections.csv"]);
    sandbox
}

/// What a command that works prints, with every time the same.
fn said(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let Ran { code, stdout, stderr } = sandbox.run([&["dataset"], arguments].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    same_times(&stdout)
}

/// What a command that is refused says.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let Ran { code, stdout, stderr } = sandbox.run([&["dataset"], arguments].concat());
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    stderr
}

/// `2024-11-24 12:01` is what a person sees of a time.
fn same_times(text: &str) -> String {
    let is_time = |bytes: &[u8]| {
        let form = b"0000-00-00 00:00";
        bytes.len() == form.len()
            && bytes.iter().zip(form).all(|(byte, form)| byte == form || byte.is_ascii_digit() && *form == b'0')
    };
    let mut text = text.as_bytes().to_vec();
    for start in 0..text.len().saturating_sub(15) {
        if is_time(&text[start..start + 16]) {
            text[start..start + 16].copy_from_slice(b"2024-11-24 12:00");
        }
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn every_change_says_which_version_it_made() {
    let sandbox = Sandbox::new().with("data.jsonl", DATA).with("corrections.csv", CORRECTIONS);
    insta::assert_snapshot!(said(&sandbox, &["create", "empty"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["create", "qa", "data.jsonl"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["merge", "qa", "corrections.csv"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["merge", "qa", "corrections.csv"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["import", "qa", "data.jsonl"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa@2", "stable"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa", "stable"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa", "stable", "--delete"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["delete", "qa", "--yes"]), @"");
}

#[test]
fn datasets_and_their_versions_are_shown() {
    let sandbox = sandbox();
    let empty = Sandbox::new();
    insta::assert_snapshot!(said(&empty, &["list"]), @"");
    said(&sandbox, &["merge", "qa", "corrections.csv"]);
    said(&sandbox, &["tag", "qa@1", "stable"]);
    said(&sandbox, &["create", "regressions"]);
    insta::assert_snapshot!(said(&sandbox, &["list"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["show", "qa"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["show", "qa@stable", "--limit", "1"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["show", "regressions"]), @"");
}

#[test]
fn versions_are_compared() {
    let sandbox = two_versions();
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@1", "qa"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@2", "qa@1", "--limit", "0"]), @"");
    let reversed: String = DATA.lines().rev().map(|line| format!("{line}\n")).collect();
    fs::write(sandbox.path("reversed.jsonl"), reversed).unwrap();
    said(&sandbox, &["import", "qa", "data.jsonl"]);
    insta::assert_snapshot!(said(&sandbox, &["import", "qa", "reversed.jsonl"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@3", "qa@4"]), @"");
}

#[test]
fn everything_that_is_shown_is_there_as_json() {
    let sandbox = two_versions();
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(&said(&sandbox, arguments)).unwrap() };
    let listed = json(&["list", "--json"]);
    assert_eq!(listed[0]["name"], "qa");
    assert_eq!(listed[0]["latest"]["rows"], 4);
    let shown = json(&["show", "qa@1", "--json", "--limit", "2"]);
    assert_eq!(shown["dataset"]["versions"], 2);
    assert_eq!(shown["versions"][1]["action"], "merge");
    assert_eq!(shown["versions"][1]["origin"], "corrections.csv");
    assert_eq!(shown["version"]["version"], 1);
    assert_eq!(shown["examples"].as_array().unwrap().len(), 2);
    assert_eq!(shown["examples"][0]["inputs"]["question"], "What is the capital of France?");
    let diff = json(&["diff", "qa@1", "qa@2", "--json"]);
    assert_eq!(diff["changed"]["count"], 1);
    assert_eq!(diff["changed"]["first"][0]["fields"][0]["field"], "expectations.expected_response");
    assert_eq!(diff["changed"]["first"][0]["fields"][0]["after"], "Jane Austen");
    assert_eq!(diff["unchanged"], 2);
}

#[test]
fn a_version_is_written_to_a_file_or_to_standard_output() {
    let sandbox = two_versions();
    assert_eq!(said(&sandbox, &["export", "qa@1"]), DATA);
    assert_eq!(said(&sandbox, &["export", "qa@1", "-"]), DATA);
    let ran = sandbox.run(["dataset", "export", "qa", "out.jsonl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stderr, @"");
    insta::assert_snapshot!(fs::read_to_string(sandbox.path("out.jsonl")).unwrap(), @"");
    insta::assert_snapshot!(said(&sandbox, &["export", "qa", "--format", "csv"]), @"");
}

#[test]
fn columns_are_mapped_by_flags() {
    let sandbox = Sandbox::new().with("data.txt", "question,zip,note\nWhere?,01234,x\n");
    let flags = ["--format", "csv", "--column", "question=inputs.q", "--column", "zip=inputs.zip"];
    let more = ["--type", "inputs.zip=integer", "--ignore-column", "note"];
    let message = refused(&sandbox, &[&["create", "qa", "data.txt"], &flags[..], &more[..]].concat());
    insta::assert_snapshot!(message, @"");
    said(&sandbox, &[&["create", "qa", "data.txt"], &flags[..], &more[2..]].concat());
    assert_eq!(said(&sandbox, &["export", "qa"]), "{\"id\":\"1\",\"inputs\":{\"q\":\"Where?\",\"zip\":\"01234\"}}\n");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_changes_nothing() {
    let sandbox = two_versions().with("wrong.jsonl", "{\"inputs\":{\"q\":1}}\n{\"inputs\":{\"q\":2},\"output\":3}\n");
    let sandbox = sandbox.with("empty.jsonl", "\n");
    let before = said(&sandbox, &["show", "qa"]);
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "wrong.jsonl"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "empty.jsonl"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "none.jsonl"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["import", "aq", "data.jsonl"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["create", "qa", "data.jsonl"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["show", "qa@7"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["export", "qa@stabel"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["delete", "qa"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["tag", "qa", "latest"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["from-run", "qa", "last"]), @"");
    assert_eq!(said(&sandbox, &["show", "qa"]), before);
}

#[test]
fn failures_of_a_run_become_a_dataset() {
    let config = "[dataset]\npath = \"data.jsonl\"\n[[scorers]]\nuse = \"text/exact_match\"\n";
    let answers = DATA.lines().take(2).zip(["Paris", "Jane Austen"]);
    let answered: String =
        answers.map(|(line, answer)| format!("{},\"outputs\":\"{answer}\"}}\n", &line[..line.len() - 1])).collect();
    let sandbox = Sandbox::new().with("scorebox.toml", config).with("data.jsonl", &answered);
    let ran = sandbox.run(["eval"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let none = said(&sandbox, &["from-run", "regressions", "last", "--where", "tags.topic=geography", "--errors"]);
    assert!(none.ends_with("has no such row: nothing to add\n"), "{none}");
    insta::assert_snapshot!(said(&sandbox, &["from-run", "regressions", "last"]), @"");
    let exported = said(&sandbox, &["export", "regressions"]);
    assert!(exported.starts_with(r#"{"id":"author","inputs":{"question":"Who wrote Emma?"}"#), "{exported}");
    assert!(exported.contains(r#""source_run":"run_"#), "{exported}");
    let message = refused(&sandbox, &["from-run", "regressions", "last", "--failed", "exact"]);
    assert!(message.contains("has no scorer or feedback `exact`: it has `exact_match`"), "{message}");
    let message = refused(&sandbox, &["from-run", "regressions", "last", "--where", "exact_match"]);
    assert!(message.contains("is no condition"), "{message}");
}

#[test]
fn traces_become_a_dataset() {
    let trace = r#"{"trace_id":"t-1","spans":[{"span_id":"a","name":"app","start_time_unix_nano":1,"inputs":{"question":"Why?"},"outputs":"Because."}]}"#;
    let sandbox = Sandbox::new().with("traces.jsonl", trace).with("wrong.jsonl", "{\"trace_id\":\"t-1\"}");
    insta::assert_snapshot!(said(&sandbox, &["from-traces", "production", "traces.jsonl"]), @"");
    insta::assert_snapshot!(said(&sandbox, &["show", "production"]), @"");
    insta::assert_snapshot!(refused(&sandbox, &["from-traces", "production", "wrong.jsonl"]), @"");
}

#[test]
fn a_version_is_evaluated_by_its_name() {
    let config = "dataset = \"qa@stable\"\n[[scorers]]\nuse = \"text/exact_match\"\n";
    let answered = DATA.lines().next().unwrap().replacen('{', "{\"outputs\":\"Paris\",", 1);
    let sandbox = Sandbox::new().with("scorebox.toml", config).with("data.jsonl", &answered);
    said(&sandbox, &["create", "qa", "data.jsonl"]);
    said(&sandbox, &["tag", "qa@1", "stable"]);
    let ran = sandbox.run(["eval", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let record: Value = serde_json::from_str(&ran.stdout).unwrap();
    let shown: Value = serde_json::from_str(&said(&sandbox, &["show", "qa", "--json"])).unwrap();
    assert_eq!(record["dataset"]["version"], "qa@1");
    assert_eq!(record["dataset"]["digest"], shown["version"]["digest"]);
    assert_eq!(record["dataset"]["snapshot"], shown["version"]["digest"]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let lines: String = (0..20_000).map(|number| format!("{{\"inputs\":{{\"q\":{number}}}}}\n")).collect();
    let sandbox = Sandbox::new().with("data.jsonl", &lines);
    said(&sandbox, &["create", "qa", "data.jsonl"]);
    let mut export = sandbox.command(["dataset", "export", "qa"]);
    let mut export = export.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(export.stdout.take());
    let ran: Ran = export.wait_with_output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

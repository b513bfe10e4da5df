//! `scorebox dataset`, as a person at a terminal has it.
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod common;

use std::fs;
use std::process::Stdio;

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
    insta::assert_snapshot!(said(&sandbox, &["create", "empty"]), @"  made empty, to be filled with `scorebox dataset import empty FILE`");
    insta::assert_snapshot!(said(&sandbox, &["create", "qa", "data.jsonl"]), @"  made qa@1 · 3 examples · 3 added");
    insta::assert_snapshot!(said(&sandbox, &["merge", "qa", "corrections.csv"]), @"  made qa@2 · 4 examples · 1 added, 1 changed");
    insta::assert_snapshot!(said(&sandbox, &["merge", "qa", "corrections.csv"]), @"  qa@2 is the newest still: nothing changed · 4 examples");
    insta::assert_snapshot!(said(&sandbox, &["import", "qa", "data.jsonl"]), @"  made qa@3 · 3 examples · 1 changed, 1 removed");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa@2", "stable"]), @"  qa@2 is stable");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa", "stable"]), @"  qa@3 is stable; before, version 2 was");
    insta::assert_snapshot!(said(&sandbox, &["tag", "qa", "stable", "--delete"]), @"  qa@3 is no longer stable");
    insta::assert_snapshot!(said(&sandbox, &["delete", "qa", "--yes"]), @"  deleted qa with its 3 versions");
}

#[test]
fn datasets_and_their_versions_are_shown() {
    let sandbox = sandbox();
    let empty = Sandbox::new();
    let nowhere = empty.run(["dataset", "list"]);
    assert!(nowhere.code == Some(2) && nowhere.stderr.contains("there is no store in this folder"), "{nowhere:?}");
    assert!(!empty.path(".scorebox").exists());
    said(&empty, &["create", "short-lived"]);
    said(&empty, &["delete", "short-lived", "--yes"]);
    insta::assert_snapshot!(said(&empty, &["list"]), @"  There is none yet: make one with `scorebox dataset create NAME FILE`");
    said(&sandbox, &["merge", "qa", "corrections.csv"]);
    said(&sandbox, &["tag", "qa@1", "stable"]);
    said(&sandbox, &["create", "regressions"]);
    insta::assert_snapshot!(said(&sandbox, &["list"]), @r"
     dataset       version   examples   changed            tags
    ──────────────────────────────────────────────────────────────────
     qa                  2          4   2024-11-24 12:00   stable → 1
     regressions         –          –   –
    ");
    insta::assert_snapshot!(said(&sandbox, &["show", "qa"]), @r#"
     qa 2 versions · stable → 1

     version   examples   added   changed   removed   made               by                      digest
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────
           2          4       1         1         0   2024-11-24 12:00   merge corrections.csv   ddfa36ef9fab
           1          3       3         0         0   2024-11-24 12:00   create data.jsonl       15f398b799e9

     qa@2 the first 3 of 4

     capital
       inputs       {"question":"What is the capital of France?"}
       expectations {"expected_response":"Paris"}
       tags         topic=geography

     author
       inputs       {"question":"Who wrote Emma?"}
       expectations {"expected_response":"Jane Austen"}
       tags         checked=yes topic=books

     sum
       inputs       {"question":"What is 2 + 2?"}
       outputs      4
    "#);
    insta::assert_snapshot!(said(&sandbox, &["show", "qa@stable", "--limit", "1"]), @r#"
     qa 2 versions · stable → 1

     version   examples   added   changed   removed   made               by                      digest
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────
           2          4       1         1         0   2024-11-24 12:00   merge corrections.csv   ddfa36ef9fab
           1          3       3         0         0   2024-11-24 12:00   create data.jsonl       15f398b799e9

     qa@1 the first 1 of 3

     capital
       inputs       {"question":"What is the capital of France?"}
       expectations {"expected_response":"Paris"}
       tags         topic=geography
    "#);
    insta::assert_snapshot!(said(&sandbox, &["show", "regressions"]), @r"
    regressions 0 versions
    fill it with `scorebox dataset import regressions FILE`
    ");
}

#[test]
fn versions_are_compared() {
    let sandbox = two_versions();
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@1", "qa"]), @r#"
    qa@1 → qa@2
    1 added · 0 removed · 1 changed · 2 the same

    + 2 {"question":"Who wrote Ulysses?"}

    ~ author
        expectations.expected_response
          - "Jane Austin"
          + "Jane Austen"
        tags.checked
          + "yes"
    "#);
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@2", "qa@1", "--limit", "0"]), @r"
    qa@2 → qa@1
    0 added · 1 removed · 1 changed · 2 the same
      … 1 more removed, shown with a higher --limit
      … 1 more changed, shown with a higher --limit
    ");
    let reversed: String = DATA.lines().rev().map(|line| format!("{line}\n")).collect();
    fs::write(sandbox.path("reversed.jsonl"), reversed).unwrap();
    said(&sandbox, &["import", "qa", "data.jsonl"]);
    insta::assert_snapshot!(said(&sandbox, &["import", "qa", "reversed.jsonl"]), @"  made qa@4 · 3 examples · the same examples in another order, or written differently");
    insta::assert_snapshot!(said(&sandbox, &["diff", "qa@3", "qa@4"]), @r"
    qa@3 → qa@4
    0 added · 0 removed · 0 changed · 3 the same
    the examples are the same, in another order or written differently
    ");
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
    insta::assert_snapshot!(ran.stderr, @"  wrote out.jsonl · 4 examples of qa@2");
    insta::assert_snapshot!(fs::read_to_string(sandbox.path("out.jsonl")).unwrap(), @r#"
    {"id":"capital","inputs":{"question":"What is the capital of France?"},"expectations":{"expected_response":"Paris"},"tags":{"topic":"geography"}}
    {"id":"author","inputs":{"question":"Who wrote Emma?"},"expectations":{"expected_response":"Jane Austen"},"tags":{"checked":"yes","topic":"books"}}
    {"id":"sum","inputs":{"question":"What is 2 + 2?"},"outputs":4}
    {"id":"2","inputs":{"question":"Who wrote Ulysses?"},"expectations":{"expected_response":"James Joyce"},"tags":{"checked":"yes"}}
    "#);
    insta::assert_snapshot!(said(&sandbox, &["export", "qa", "--format", "csv"]), @r"
    id,inputs.question,outputs,expectations.expected_response,tags.checked,tags.topic
    capital,What is the capital of France?,,Paris,,geography
    author,Who wrote Emma?,,Jane Austen,yes,books
    sum,What is 2 + 2?,4,,,
    2,Who wrote Ulysses?,,James Joyce,yes,
    ");
    assert_eq!(sandbox.run(["dataset", "export", "qa", "out.csv"]).code, Some(0));
    assert_eq!(
        fs::read_to_string(sandbox.path("out.csv")).unwrap(),
        said(&sandbox, &["export", "qa", "--format", "csv"])
    );
}

#[test]
fn columns_are_mapped_by_flags() {
    let sandbox = Sandbox::new().with("data.txt", "question,zip,note\nWhere?,01234,x\n");
    let flags = ["--format", "csv", "--column", "question=inputs.q", "--column", "zip=inputs.zip"];
    let more = ["--type", "inputs.zip=integer", "--ignore-column", "note"];
    let message = refused(&sandbox, &[&["create", "qa", "data.txt"], &flags[..], &more[..]].concat());
    insta::assert_snapshot!(message, @r#"error: data.txt:2:2 (zip): expected an integer, found "01234""#);
    said(&sandbox, &[&["create", "qa", "data.txt"], &flags[..], &more[2..]].concat());
    assert_eq!(said(&sandbox, &["export", "qa"]), "{\"id\":\"1\",\"inputs\":{\"q\":\"Where?\",\"zip\":\"01234\"}}\n");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_changes_nothing() {
    let sandbox = two_versions().with("wrong.jsonl", "{\"inputs\":{\"q\":1}}\n{\"inputs\":{\"q\":2},\"output\":3}\n");
    let sandbox = sandbox.with("empty.jsonl", "\n");
    let before = said(&sandbox, &["show", "qa"]);
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "wrong.jsonl"]), @r#"error: wrong.jsonl:2:26: unknown field "output", expected one of id, inputs, outputs, expectations, trace, tags; put your own data into inputs, expectations or tags"#);
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "empty.jsonl"]), @"error: empty.jsonl: there is no example in it, and a version needs one");
    insta::assert_snapshot!(refused(&sandbox, &["import", "qa", "none.jsonl"]), @"error: none.jsonl: cannot be read: No such file or directory (os error 2)");
    insta::assert_snapshot!(refused(&sandbox, &["import", "aq", "data.jsonl"]), @"error: there is no dataset `aq` in the store (did you mean `qa`?): `scorebox dataset list` shows what there is, `scorebox dataset create aq FILE` makes it");
    insta::assert_snapshot!(refused(&sandbox, &["create", "qa", "data.jsonl"]), @"error: there is a dataset `qa` already: take another name, or add a version to it with `scorebox dataset import qa FILE` (replaces its examples) or `scorebox dataset merge qa FILE` (updates them)");
    insta::assert_snapshot!(refused(&sandbox, &["show", "qa@7"]), @"error: the dataset `qa` has no version 7: it has versions 1 to 2");
    insta::assert_snapshot!(refused(&sandbox, &["export", "qa@stabel"]), @"error: no version of the dataset `qa` has the tag `stabel`; it has no tags");
    insta::assert_snapshot!(refused(&sandbox, &["delete", "qa"]), @r"
    error: the dataset `qa` with its 2 versions would be deleted for good; runs keep the examples that they evaluated
    help: say so with `scorebox dataset delete qa --yes`
    ");
    insta::assert_snapshot!(refused(&sandbox, &["tag", "qa", "latest"]), @r#"
    error: invalid value 'latest' for '<TAG>': "latest" cannot be a tag: numbers name versions, and latest is always the newest one; take another word

    For more information, try '--help'.
    "#);
    assert!(refused(&sandbox, &["from-run", "qa", "last"]).contains("there is no run `last`"));
    insta::assert_snapshot!(refused(&sandbox, &["export", "qa", "qa.parquet"]), @"error: qa.parquet: Parquet cannot be written: name the file .jsonl or .csv, or say --format");
    assert!(refused(&sandbox, &["create", "new", "--format", "csv"]).contains("required arguments were not provided"));
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
    insta::assert_snapshot!(said(&sandbox, &["from-run", "regressions", "last"]), @"  made regressions@1 · 1 example · 1 added");
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
    insta::assert_snapshot!(said(&sandbox, &["from-traces", "production", "traces.jsonl"]), @"  made production@1 · 1 example · 1 added");
    insta::assert_snapshot!(said(&sandbox, &["show", "production"]), @r#"
     production 1 version

     version   examples   added   changed   removed   made               by                         digest
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
           1          1       1         0         0   2024-11-24 12:00   from traces traces.jsonl   a129223d45fe

     production@1 the first 1 of 1

     t-1
       inputs       {"question":"Why?"}
       outputs      "Because."
       trace        {"trace_id":"t-1","spans":[{"span_id":"a","name":"app","start_time_unix_nano":1,"inputs":{…
    "#);
    insta::assert_snapshot!(refused(&sandbox, &["from-traces", "production", "wrong.jsonl"]), @r#"error: wrong.jsonl:1:18: not a trace: missing field `spans`; each line must be a trace such as {"trace_id": "…", "spans": [{"span_id": "…", "name": "…", "start_time_unix_nano": 0}]}"#);
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

#[test]
fn processes_that_merge_at_once_lose_nothing() {
    const PROCESSES: usize = 4;
    let sandbox = sandbox();
    let merges: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let file = format!("{number}.jsonl");
            fs::write(sandbox.path(&file), format!(r#"{{"id":"p{number}","inputs":{{"q":{number}}}}}"#)).unwrap();
            sandbox.command(["dataset", "merge", "qa", &file]).stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut merge in merges {
        assert!(merge.wait().unwrap().success());
    }
    let shown: Value = serde_json::from_str(&said(&sandbox, &["show", "qa", "--json"])).unwrap();
    assert_eq!(shown["version"]["version"], 1 + PROCESSES);
    assert_eq!(shown["version"]["rows"], 3 + PROCESSES);
}

#[test]
fn an_import_that_is_killed_leaves_what_was() {
    let sandbox = sandbox();
    let lines: String = (0..100_000).map(|number| format!("{{\"inputs\":{{\"q\":{number}}}}}\n")).collect();
    fs::write(sandbox.path("large.jsonl"), lines).unwrap();
    for milliseconds in [30, 100, 200, 300, 400, 600] {
        let mut import = sandbox.command(["dataset", "import", "qa", "large.jsonl"]);
        let mut import = import.stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        import.kill().unwrap();
        import.wait().unwrap();
        let shown: Value = serde_json::from_str(&said(&sandbox, &["show", "qa", "--json"])).unwrap();
        let rows = match shown["version"]["version"].as_u64() {
            Some(1) => 3,
            _ => 100_000,
        };
        assert_eq!(shown["version"]["rows"], rows);
        // An export also checks the digest.
        assert_eq!(said(&sandbox, &["export", "qa"]).lines().count(), rows);
    }
    said(&sandbox, &["import", "qa", "large.jsonl"]);
    let shown: Value = serde_json::from_str(&said(&sandbox, &["show", "qa", "--json"])).unwrap();
    assert_eq!((&shown["version"]["version"], &shown["version"]["rows"]), (&2.into(), &100_000.into()));
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let lines: String = (0..20_000).map(|number| format!("{{\"inputs\":{{\"q\":{number}}}}}\n")).collect();
    let sandbox = Sandbox::new().with("data.jsonl", &lines);
    said(&sandbox, &["create", "qa", "data.jsonl"]);
    let mut export = sandbox.command(["dataset", "export", "qa"]);
    let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(export.stdout.take());
    let ran: Ran = export.wait_with_output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

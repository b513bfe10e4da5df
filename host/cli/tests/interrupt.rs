//! Ctrl-C: the first ends the run cleanly and keeps what is done.
#![cfg(unix)]

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn an_interrupted_run_keeps_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let row = r#"{"inputs":{"q":"?"},"outputs":"a","expectations":{"expected_response":"a"}}"#;
    fs::write(folder.path().join("data.jsonl"), format!("{row}\n").repeat(400_000)).unwrap();
    let config = "[dataset]\npath = \"data.jsonl\"\n[[scorers]]\nuse = \"text/bleu\"\n";
    fs::write(folder.path().join("scorebox.toml"), config).unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_scorebox"))
        .args(["eval", "--json"])
        .arg(folder.path())
        .args(["--output".as_ref(), folder.path().join("runs").as_os_str()])
        .env("SCOREBOX_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();

    let began = Instant::now();
    while !common::has_rows(folder.path()) {
        assert!(began.elapsed() < Duration::from_secs(120), "no results came");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &command.id().to_string()]).status().unwrap().success());

    let ended = command.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let record: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(record["status"], "interrupted");
    let results = fs::read_to_string(format!("{}/results.jsonl", record["folder"].as_str().unwrap())).unwrap();
    assert_eq!(record["summary"]["rows"], results.lines().count());
}

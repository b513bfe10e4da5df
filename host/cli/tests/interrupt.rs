//! Ctrl-C: the first ends the run cleanly and keeps what is done.
#![cfg(unix)]

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
        .env("SCOREBOX_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();

    let began = Instant::now();
    while !has_results(&folder.path().join("runs")) {
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

fn has_results(runs: &std::path::Path) -> bool {
    let Ok(mut entries) = fs::read_dir(runs) else { return false };
    let results = entries.next().and_then(Result::ok).map(|run| run.path().join("results.jsonl"));
    results.and_then(|path| fs::metadata(path).ok()).is_some_and(|metadata| metadata.len() > 0)
}

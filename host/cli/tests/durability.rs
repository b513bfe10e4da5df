//! kill -9 at any moment: what is reported done stays, nothing is done twice, and the sums are those of a run that nobody
//! killed. `SCOREBOX_KILLS` says how often, for each database.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use common::Sandbox;
use scorebox_fakes::PostgresServer;
use serde_json::Value;

const ROWS: u32 = 30_000;
const CONFIG: &str = r#"
[dataset]
path = "data.jsonl"

[predict]
use = "predictors/template"
config = { template = "{{ draft }}" }

[[scorers]]
use = "text/exact_match"

[[scorers]]
use = "text/token_f1"

[[scorers]]
use = "text/length"
config = { unit = "words", max = 3 }
"#;

fn kills() -> u32 {
    std::env::var("SCOREBOX_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

/// Evaluates in a sandbox whose results go to one store.
struct Project {
    sandbox: Sandbox,
    store: String,
}

impl Project {
    fn new(store: Option<String>) -> Self {
        let mut rows = String::new();
        for row in 0..ROWS {
            let draft = if row % 3 == 0 { "Paris" } else { "it is Lyon, I think" };
            // Now and then a row of which the prediction fails, and one that a scorer cannot judge.
            let inputs =
                if row % 997 == 5 { "{}".to_owned() } else { format!(r#"{{"draft": "{draft}", "n": {row}}}"#) };
            let expected = if row % 499 == 7 { "null" } else { r#"{"expected_response": "Paris"}"# };
            writeln!(rows, r#"{{"id": "r{row}", "inputs": {inputs}, "expectations": {expected}}}"#).unwrap();
        }
        let sandbox = Sandbox::new().with("scorebox.toml", CONFIG).with("data.jsonl", &rows);
        let store = store.unwrap_or_else(|| sandbox.path("store.db").to_str().unwrap().to_owned());
        Self { sandbox, store }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        // Without the run folder, which only tests want.
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_scorebox"));
        command.args(arguments).current_dir(self.sandbox.path("")).env("SCOREBOX_CACHE_DIR", common::CACHE);
        command.env("SCOREBOX_STORE", &self.store).stdin(Stdio::null());
        command
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The runs of an experiment, the newest first.
    fn runs(&self, experiment: &str) -> Vec<Value> {
        let runs = self.json(&["runs", "list", "--experiment", experiment, "--json"]);
        runs.as_array().unwrap().clone()
    }

    /// The rows of a run without what differs between runs.
    fn rows(&self, run: &str) -> Vec<Value> {
        let file = self.sandbox.path("rows.jsonl");
        let report = format!("jsonl={}", file.display());
        assert!(self.command(&["report", run, &report]).output().unwrap().status.success());
        let text = fs::read_to_string(file).unwrap();
        let row = |line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            row.as_object_mut().unwrap().remove("timing");
            row
        };
        text.lines().map(row).collect()
    }

    /// Begins or goes on with a run, and kills it after a while; says whether it was still running.
    fn killed(&self, experiment: &str, resume: Option<&str>, after: Duration) -> bool {
        let mut arguments = vec!["eval", "--quiet"];
        match resume {
            Some(run) => arguments.extend(["--resume", run]),
            None => arguments.extend(["--experiment", experiment, "--no-reuse"]),
        }
        let mut child = self.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(after);
        let was_running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        was_running
    }
}

/// The summary without times, which differ between runs.
fn timeless(record: &Value) -> Value {
    fn without_times(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("latency");
                members.values_mut().for_each(without_times);
            }
            Value::Array(items) => items.iter_mut().for_each(without_times),
            _ => {}
        }
    }
    let mut summary = record["summary"].clone();
    without_times(&mut summary);
    summary
}

/// Numbers between 0 and 1 that are the same in every run of the test.
struct Fractions(u64);

impl Fractions {
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 2f64.powi(32)
    }
}

fn a_killed_run_loses_nothing(project: &Project) {
    let began = Instant::now();
    let whole = project.json(&["eval", "--json", "--quiet", "--experiment", "whole", "--no-reuse"]);
    let takes = began.elapsed();
    assert_eq!(whole["summary"]["rows"], ROWS);
    let expected = project.rows(whole["run_id"].as_str().unwrap());
    assert_eq!(expected.len(), ROWS as usize);

    let (mut fractions, mut killed, mut attempt) = (Fractions(7), 0, 0);
    while killed < kills() {
        attempt += 1;
        assert!(attempt <= 4 * kills() + 8, "runs end before they are killed");
        let experiment = format!("killed-{attempt}");
        // Up to three times in one run.
        let mut run: Option<String> = None;
        for _ in 0..3 {
            let after = takes.mul_f64(fractions.next());
            killed += u32::from(project.killed(&experiment, run.as_deref(), after));
            let known = project.runs(&experiment);
            assert!(known.len() <= 1, "{known:?}");
            run = known.first().map(|run| run["run_id"].as_str().unwrap().to_owned());
            if known.first().is_some_and(|run| run["status"] == "finished") {
                break;
            }
        }
        let Some(run) = run else { continue };
        let status = project.json(&["runs", "show", &run, "--json"])["status"].clone();
        if status != "finished" {
            let resumed = project.json(&["eval", "--resume", &run, "--json", "--quiet"]);
            assert_eq!((&resumed["status"], &resumed["run_id"]), (&"finished".into(), &run.as_str().into()));
        }
        let record = project.json(&["runs", "show", &run, "--json"]);
        assert_eq!(timeless(&record), timeless(&whole), "{run}");
        assert!(project.rows(&run) == expected, "the rows of {run} are others");
        assert!(project.command(&["runs", "delete", &run]).output().unwrap().status.success());
    }
}

#[test]
fn a_killed_run_loses_nothing_in_sqlite() {
    a_killed_run_loses_nothing(&Project::new(None));
}

#[test]
fn a_killed_run_loses_nothing_in_postgresql() {
    let Some(server) = PostgresServer::shared() else { return };
    a_killed_run_loses_nothing(&Project::new(Some(server.new_database().unwrap())));
}

#[test]
fn a_finished_run_is_not_gone_on_with() {
    let project = Project::new(None);
    let run = project.json(&["eval", "--json", "--quiet", "--limit", "20"]);
    let again = project.command(&["eval", "--resume", run["run_id"].as_str().unwrap()]).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("is complete: there is nothing to go on with"),
        "{again:?}"
    );
}

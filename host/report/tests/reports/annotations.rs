use scorebox_core::{FailureKind, Value};
use scorebox_eval::RowResult;
use scorebox_report::{Annotations, Places, ReportContext};

use crate::HOSTILE;
use crate::fixture::{Row, record, row, small_run};

fn places() -> Places {
    Places { config: "evals/scorebox.toml".to_owned(), dataset: Some("evals/data.jsonl".to_owned()) }
}

fn gathered(rows: &[RowResult], places: Places) -> Annotations<fn(u64) -> Option<u64>> {
    let mut annotations = Annotations::new(places, (|index| Some(index + 1)) as fn(u64) -> Option<u64>);
    rows.iter().for_each(|row| annotations.add(row));
    annotations
}

fn github(rows: &[RowResult]) -> String {
    let mut bytes = Vec::new();
    gathered(rows, places()).write_github(&ReportContext::new(&record(rows)), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn gitlab(rows: &[RowResult]) -> Vec<serde_json::Value> {
    let mut bytes = Vec::new();
    gathered(rows, places()).write_gitlab(&ReportContext::new(&record(rows)), &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn failing(count: u64) -> Vec<RowResult> {
    let failing = |index| row(index).with_value("correct", Value::Boolean(false), None);
    (0..count).map(|index| failing(index).with_error("tone", FailureKind::Trap, "it crashed").row).collect()
}

#[test]
fn failing_rows_are_marked_where_they_stand_in_the_dataset() {
    insta::assert_snapshot!(github(&small_run()), @r#"
::error file=evals/data.jsonl,line=3,title=q-2%3A tone (gateway)::judge: the provider answered 503 three times; try again later
::error file=evals/data.jsonl,line=4,title=q-3%3A predict (deadline)::predict took longer than 30 s; raise `limits.deadline`
::warning file=evals/data.jsonl,line=2,title=q-1%3A correct failed::Lyon is not the capital.
"#);
}

#[test]
fn github_gets_as_many_as_it_shows_and_is_told_of_the_others() {
    let commands = github(&failing(25));
    let count = |level: &str| commands.lines().filter(|line| line.starts_with(level)).count();
    assert_eq!([count("::error "), count("::warning "), count("::notice ")], [10, 10, 1]);
    let notice = commands.lines().last().unwrap();
    assert!(notice.contains("15 errors and 15 failed verdicts are not among them"), "{notice}");
}

#[test]
fn no_text_of_a_row_becomes_a_command_of_its_own() {
    let rows: Vec<_> = HOSTILE
        .iter()
        .zip(0..)
        .map(|(hostile, index)| Row::of(hostile, index).with_value("correct", Value::Boolean(false), Some(hostile)).row)
        .collect();
    for batch in rows.chunks(10) {
        let commands = github(batch);
        assert_eq!(commands.lines().count(), batch.len(), "{commands}");
        for line in commands.lines() {
            let properties = line.strip_prefix("::warning ").unwrap().split("::").next().unwrap();
            let names: Vec<_> = properties.split(',').map(|property| property.split('=').next().unwrap()).collect();
            assert_eq!(names, ["file", "line", "title"], "{line}");
        }
    }
}

#[test]
fn without_a_file_of_the_dataset_the_config_is_marked() {
    let rows = small_run();
    let mut bytes = Vec::new();
    let annotations = gathered(&rows, Places { dataset: None, ..places() });
    annotations.write_github(&ReportContext::new(&record(&rows)), &mut bytes).unwrap();
    let commands = String::from_utf8(bytes).unwrap();
    assert!(commands.lines().all(|line| line.contains("file=evals/scorebox.toml,title=")), "{commands}");
}

#[test]
fn gitlab_gets_a_list_of_issues() {
    let rows = small_run();
    insta::assert_snapshot!(serde_json::to_string_pretty(&gitlab(&rows)[2]).unwrap(), @r#"
{
  "check_name": "scorebox/correct",
  "description": "q-1: correct failed: Lyon is not the capital.",
  "fingerprint": "cfc49d34b760ed81aaf3188bf7378388d53c0bfa5f3f37d84f39f9d3e0cadd14",
  "location": {
    "lines": {
      "begin": 2
    },
    "path": "evals/data.jsonl"
  },
  "severity": "major"
}
"#);
}

#[test]
fn gitlab_recognises_an_issue_whose_message_changed() {
    let fingerprint = |rationale: &str| {
        let rows = [row(0).with_value("correct", Value::Boolean(false), Some(rationale)).row];
        gitlab(&rows)[0]["fingerprint"].clone()
    };
    assert_eq!(fingerprint("It is Lyon."), fingerprint("It says Lyon."));
}

#[test]
fn no_two_issues_of_gitlab_are_the_same() {
    let mut rows = failing(3);
    rows.push(row(0).with_repeat(1).with_value("correct", Value::Boolean(false), None).row);
    let issues = gitlab(&rows);
    let fingerprints: std::collections::HashSet<_> =
        issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
    assert_eq!(fingerprints.len(), issues.len());
}

#[test]
fn a_run_in_which_everything_fails_gives_a_bounded_report() {
    let issues = gitlab(&failing(1_500));
    assert_eq!(issues.len(), 2_001);
    let last = issues.last().unwrap();
    assert_eq!(last["severity"], "info");
    assert_eq!(last["description"], "1,000 findings left out here; the other reports have them");
}

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use quick_junit::{Report, TestCaseStatus};
use scorebox_core::{FailureKind, Value};
use scorebox_eval::RowResult;
use scorebox_report::{ReportContext, ReportFormat};

use crate::fixture::{Row, failed_gate, record, row, small_run, text};
use crate::{HOSTILE, report};

fn junit(rows: &[RowResult]) -> String {
    report(ReportFormat::Junit, rows, &ReportContext::new(&record(rows)))
}

/// The document as quick-junit reads it and, where there is a Python, as Python does.
fn parsed(document: &str) -> Report {
    let parsed = Report::deserialize_from_str(document).unwrap();
    let cases: usize = parsed.test_suites.iter().map(|suite| suite.test_cases.len()).sum();
    if let Some(counted) = counted_by_python(document) {
        assert_eq!(counted, cases);
    }
    parsed
}

fn counted_by_python(document: &str) -> Option<usize> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("junit.xml");
    std::fs::write(&path, document).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/junit_structure.py");
    let Ok(output) = Command::new("python3").arg(script).arg(&path).output() else {
        eprintln!("not checked with Python's parser: there is no python3");
        return None;
    };
    assert!(output.status.success(), "{}\n{document}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap())
}

#[test]
fn each_function_is_a_suite_and_each_of_its_rows_a_case() {
    let document = junit(&small_run());
    parsed(&document);
    insta::assert_snapshot!(document, @r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="support-qa" tests="12" skipped="2" failures="1" errors="2" time="60.000">
    <testsuite name="predict" tests="4" skipped="0" errors="1" failures="0" time="0.480" timestamp="2026-01-02T03:04:05Z">
        <properties>
            <property name="run_id" value="run_01890a5d-ac96-774b-bcce-b302099a8057"/>
            <property name="dataset" value="evals/data.jsonl"/>
            <property name="dataset_digest" value="sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"/>
            <property name="git_commit" value="0123456789abcdef0123456789abcdef01234567"/>
            <property name="plugin_digest" value="sha256:a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333"/>
            <property name="function" value="predict"/>
        </properties>
        <testcase name="q-0" classname="support-qa.predict" time="0.120"/>
        <testcase name="q-1" classname="support-qa.predict" time="0.120"/>
        <testcase name="q-2" classname="support-qa.predict" time="0.120"/>
        <testcase name="q-3" classname="support-qa.predict" time="0.120">
            <error message="predict took longer than 30 s; raise `limits.deadline`" type="deadline">predict took longer than 30 s; raise `limits.deadline`

inputs:
{&quot;question&quot;:&quot;Which city?&quot;}

expectations:
{&quot;expected_response&quot;:&quot;Paris&quot;}</error>
        </testcase>
    </testsuite>
    <testsuite name="correct" tests="4" skipped="1" errors="0" failures="1" time="0.006" timestamp="2026-01-02T03:04:05Z">
        <properties>
            <property name="run_id" value="run_01890a5d-ac96-774b-bcce-b302099a8057"/>
            <property name="dataset" value="evals/data.jsonl"/>
            <property name="dataset_digest" value="sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"/>
            <property name="git_commit" value="0123456789abcdef0123456789abcdef01234567"/>
            <property name="plugin_digest" value="sha256:6e9ecebecad2741ac4d3603facccad42b232b1c088281b3973f6c62d2b1ef135"/>
            <property name="function" value="correct"/>
        </properties>
        <testcase name="q-0" classname="support-qa.correct" time="0.002">
            <system-out>correct = true</system-out>
        </testcase>
        <testcase name="q-1" classname="support-qa.correct" time="0.002">
            <failure message="Lyon is not the capital." type="false">correct = false

rationale of correct:
Lyon is not the capital.

inputs:
{&quot;question&quot;:&quot;Which city?&quot;}

outputs:
&quot;Lyon&quot;

expectations:
{&quot;expected_response&quot;:&quot;Paris&quot;}</failure>
        </testcase>
        <testcase name="q-2" classname="support-qa.correct" time="0.002">
            <system-out>correct = true</system-out>
        </testcase>
        <testcase name="q-3" classname="support-qa.correct" time="0.002">
            <skipped message="the prediction failed"/>
        </testcase>
    </testsuite>
    <testsuite name="tone" tests="4" skipped="1" errors="1" failures="0" time="0.006" timestamp="2026-01-02T03:04:05Z">
        <properties>
            <property name="run_id" value="run_01890a5d-ac96-774b-bcce-b302099a8057"/>
            <property name="dataset" value="evals/data.jsonl"/>
            <property name="dataset_digest" value="sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"/>
            <property name="git_commit" value="0123456789abcdef0123456789abcdef01234567"/>
            <property name="plugin_digest" value="sha256:6e9ecebecad2741ac4d3603facccad42b232b1c088281b3973f6c62d2b1ef135"/>
            <property name="function" value="tone"/>
        </properties>
        <testcase name="q-0" classname="support-qa.tone" time="0.002">
            <system-out>tone = formal
tone/score = 4.5</system-out>
        </testcase>
        <testcase name="q-1" classname="support-qa.tone" time="0.002">
            <system-out>tone = casual
tone/score = 2.0</system-out>
        </testcase>
        <testcase name="q-2" classname="support-qa.tone" time="0.002">
            <error message="judge: the provider answered 503 three times; try again later" type="gateway">judge: the provider answered 503 three times; try again later

inputs:
{&quot;question&quot;:&quot;Which city?&quot;}

outputs:
&quot;Nice&quot;

expectations:
{&quot;expected_response&quot;:&quot;Paris&quot;}</error>
        </testcase>
        <testcase name="q-3" classname="support-qa.tone" time="0.002">
            <skipped message="the prediction failed"/>
        </testcase>
    </testsuite>
</testsuites>
"#);
}

#[test]
fn the_checks_of_the_gate_are_a_suite() {
    let rows = small_run();
    let (record, gate) = (record(&rows), failed_gate());
    let document = report(ReportFormat::Junit, &rows, &ReportContext::new(&record).with_gate(&gate));
    let suite = parsed(&document).test_suites.pop().unwrap();
    assert_eq!((suite.name.as_str(), suite.tests, suite.failures, suite.errors), ("gate", 3, 1, 1));
    let from = document.find(r#"<testcase name="error rate"#).unwrap();
    insta::assert_snapshot!(&document[from..], @r#"
<testcase name="error rate &lt;= 0.50" classname="support-qa.gate">
            <system-out>2 of 4 rows</system-out>
        </testcase>
        <testcase name="correct mean &gt;= 0.90" classname="support-qa.gate">
            <failure message="0.667 [0.208, 0.939], n = 3" type="failed">rule: correct.mean &gt;= 0.9
0.667 [0.208, 0.939], n = 3</failure>
        </testcase>
        <testcase name="correct no worse than main" classname="support-qa.gate">
            <error message="there is no run on main; evaluate main first" type="not_decidable">rule: baseline correct
there is no run on main; evaluate main first</error>
        </testcase>
    </testsuite>
</testsuites>
"#);
}

#[test]
fn hostile_texts_are_read_back_by_real_parsers() {
    let hostile = |(hostile, index): (&&str, u64)| {
        Row::of(hostile, index)
            .with_inputs(&serde_json::json!({ "question": hostile }).to_string())
            .with_outputs(&serde_json::Value::from(*hostile).to_string())
            .with_value("correct", Value::Boolean(false), Some(hostile))
            .with_value("label", text(hostile), None)
            .with_error("judge", FailureKind::Failed, hostile)
            .row
    };
    let rows: Vec<_> = HOSTILE.iter().zip(0..).map(hostile).collect();
    let report = parsed(&junit(&rows));
    let names: Vec<_> = report.test_suites[0].test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names[0], HOSTILE[0]);
    assert_eq!(names[1], HOSTILE[1]);
    assert_eq!(names[2], "\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(names[12], HOSTILE[12]);
    let TestCaseStatus::NonSuccess { description, .. } = &report.test_suites[1].test_cases[1].status else {
        panic!("a false boolean is a failure")
    };
    assert!(description.as_ref().unwrap().contains(HOSTILE[1]), "{description:?}");
}

#[test]
fn long_texts_are_cut_and_say_so() {
    let long = "é".repeat(1_000_000);
    let rows = [Row::of(&long, 0)
        .with_outputs(&serde_json::Value::from(long.as_str()).to_string())
        .with_value("correct", Value::Boolean(false), Some(&long))
        .with_error("judge", FailureKind::Failed, &long)
        .row];
    let document = junit(&rows);
    parsed(&document);
    assert!(document.len() < 60_000, "{}", document.len());
    assert!(document.contains("(996,000 characters left out)"));
}

#[test]
fn beyond_its_bound_a_document_lists_failures_only_and_counts_everything() {
    const ROWS: u64 = 120_000;
    let rows: Vec<_> =
        (0..ROWS).map(|index| row(index).with_value("correct", Value::Boolean(index % 1_000 != 0), None).row).collect();
    let report = Report::deserialize_from_str(&junit(&rows)).unwrap();
    let suite = &report.test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.test_cases.len()), (120_000, 120, 120));
    assert_eq!((report.tests, report.failures), (120_000, 120));
    let properties: BTreeMap<_, _> = suite.properties.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
    assert_eq!(properties["left_out"], "119880 cases, first those that did not fail; the counts are of all");
}

#[test]
fn repeats_have_names_of_their_own() {
    let rows: Vec<_> =
        (0..3).map(|repeat| row(0).with_repeat(repeat).with_value("correct", Value::Boolean(true), None).row).collect();
    let report = parsed(&junit(&rows));
    let names: Vec<_> = report.test_suites[0].test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["q-0", "q-0#1", "q-0#2"]);
}

#[test]
fn a_scorer_may_be_called_like_a_suite_of_another_kind() {
    let rows = [row(0)
        .with_outputs("1")
        .with_value("predict", Value::Boolean(true), None)
        .with_value("gate", Value::Boolean(true), None)
        .row];
    let report = parsed(&junit(&rows));
    let names: Vec<_> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["predict", "scorer predict", "scorer gate"]);
}

#[test]
fn a_run_without_rows_has_a_document() {
    let report = parsed(&junit(&[]));
    assert_eq!((report.tests, report.test_suites.len()), (0, 0));
}

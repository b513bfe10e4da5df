use scorebox_core::{Digest, Json};
use scorebox_eval::{FunctionRecord, RunStatus};
use scorebox_verdict::{ComparisonReport, Severity};

use crate::support::{Run, compare, feedback};

fn run() -> Run {
    Run::new(2).predicted(|_| 1, |_| 1).scorer("correct", [true, false]).scorer("tone", ["kind", "kind"])
}

fn scorer(run: &mut Run, name: &str, change: impl FnOnce(&mut FunctionRecord)) {
    change(run.record.functions.iter_mut().find(|function| function.name == name).unwrap());
}

fn shown(report: &ComparisonReport) -> String {
    let line = |it: &scorebox_verdict::Difference| format!("{:?}: {}", it.severity, it.message);
    report.differences.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_plan_twice_differs_in_nothing() {
    let report = compare(&run(), &run());
    assert!(report.differences.is_empty() && report.changed.is_empty() && report.is_comparable());
}

#[test]
fn another_scorer_is_not_comparable_and_the_others_are() {
    let mut b = run();
    scorer(&mut b, "correct", |it| it.plugin = Digest::of(b"newer"));
    let report = compare(&run(), &b);
    insta::assert_snapshot!(shown(&report), @"NotComparable: `correct` is another scorer: correct of text 1.2.0 (982d9e3eb996), then correct of 804f51f71254; score run A again with it: `scorebox score run_01900000-0000-7000-8000-000000000001 --scorer correct`");
    assert!(!report.is_comparable());
    assert!(!feedback(&report, "correct").comparable && feedback(&report, "tone").comparable);
}

#[test]
fn another_config_or_model_of_a_scorer_is_not_comparable() {
    let mut b = run();
    scorer(&mut b, "correct", |it| it.config = Json::parse(r#"{"ignore_case":true}"#).unwrap());
    scorer(&mut b, "tone", |it| drop(it.models.insert("judge".into(), "openai:/gpt-4o-mini".into())));
    let mut a = run();
    scorer(&mut a, "tone", |it| drop(it.models.insert("judge".into(), "openai:/gpt-4o".into())));
    insta::assert_snapshot!(shown(&compare(&a, &b)), @r"
    NotComparable: `correct` has another config (ignore_case: absent → true); score run A again with it: `scorebox score run_01900000-0000-7000-8000-000000000001 --scorer correct`
    NotComparable: `tone` asks another model (judge: openai:/gpt-4o → openai:/gpt-4o-mini); score run A again with it: `scorebox score run_01900000-0000-7000-8000-000000000001 --scorer tone`
    ");
}

#[test]
fn datasets_that_differ_in_part_call_for_caution() {
    let b = run().on_another_dataset().with(|record| record.dataset.version = Some("support-qa@4".into()));
    let a = run().with(|record| record.dataset.version = Some("support-qa@3".into()));
    let report = compare(&a, &b);
    insta::assert_snapshot!(shown(&report), @"Caution: the datasets differ (support-qa@3 and support-qa@4): examples were paired by their inputs, 2 examples in both, 0 only in A, 0 only in B. Expectations may differ as well; for a clean comparison evaluate both on one version of the dataset");
    assert!(report.is_comparable());
}

#[test]
fn datasets_without_a_common_example_are_not_comparable() {
    let b = run().on_another_dataset().examples(|example| example.inputs = Json::parse(r#"{"new":1}"#).unwrap());
    let report = compare(&run(), &b);
    insta::assert_snapshot!(shown(&report), @"NotComparable: no example is in both runs (data.jsonl and data.jsonl), so nothing can be paired: evaluate both on the same dataset");
    assert_eq!(report.differences[0].severity, Severity::NotComparable);
}

#[test]
fn circumstances_are_noted_and_unfinished_runs_call_for_caution() {
    let b = run().with(|record| {
        record.seed = 8;
        record.host_version = "0.2.0".into();
        record.status = RunStatus::Interrupted;
    });
    insta::assert_snapshot!(shown(&compare(&run(), &b)), @r"
    Caution: run B (run_01900000-0000-7000-8000-000000000001) was interrupted: `scorebox eval --resume run_01900000-0000-7000-8000-000000000001` finishes it
    Note: the seeds differ (7 and 8): plugins that use randomness may differ by chance. Set the same `seed` for both
    Note: Scorebox 0.1.0 made A and 0.2.0 made B: where that may matter, evaluate A again
    ");
}

#[test]
fn a_shorter_run_is_compared_on_what_is_common() {
    let b = Run::new(1).predicted(|_| 1, |_| 1).scorer("correct", [true]).scorer("tone", ["kind"]);
    insta::assert_snapshot!(shown(&compare(&run(), &b)), @"Caution: the runs hold 1 example in both, 1 only in A, 0 only in B: only what is in both is compared. Evaluate both to the same limit to compare all");
}

#[test]
fn another_number_of_repeats_is_noted() {
    let repeated = |repeats: u32| {
        let rows = repeats as usize * 2;
        Run::repeated(2, repeats).scorer("correct", vec![true; rows])
    };
    insta::assert_snapshot!(shown(&compare(&repeated(1), &repeated(3))), @"Note: A evaluated each example once, B 3 times: the means of the repeats are compared. The side with fewer is the noisier");
}

#[test]
fn what_is_meant_to_differ_is_listed_as_what_changed() {
    let mut b = run().with(|record| {
        record.git_commit = Some("c0ffee".into());
        record.git_branch = Some("faster".into());
    });
    scorer(&mut b, "predict", |it| {
        it.config = Json::parse(r#"{"temperature":0.7,"model":"m"}"#).unwrap();
        it.models.insert("m".into(), "openai:/gpt-5".into());
    });
    let report = compare(&run(), &b);
    let shown: Vec<_> = report.changed.iter().map(|it| format!("{}: {} -> {}", it.what, it.a, it.b)).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    predict config model: absent -> "m"
    predict config temperature: absent -> 0.7
    predict model m: none -> openai:/gpt-5
    git branch: unknown -> faster
    git commit: unknown -> c0ffee
    "#);
    assert!(report.differences.is_empty());
}

#[test]
fn a_new_predict_function_is_a_change() {
    let without = Run::new(2).scorer("correct", [true, false]).scorer("tone", ["kind", "kind"]);
    let report = compare(&without, &run());
    let shown: Vec<_> = report.changed.iter().map(|it| format!("{}: {} -> {}", it.what, it.a, it.b)).collect();
    insta::assert_snapshot!(shown.join("\n"), @"predict function: none: the dataset's outputs -> predict");
}

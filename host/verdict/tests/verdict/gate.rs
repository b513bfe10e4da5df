use scorebox_core::Value;
use scorebox_eval::RunStatus;
use scorebox_verdict::{AgainstBaseline, CheckOutcome, Gate, GateConfig, GateReport};

use crate::support::{Run, Said, compare_with};

fn config(json: &str) -> GateConfig {
    serde_json::from_str(json).unwrap()
}

fn require(rules: &[&str]) -> Gate {
    Gate::new(GateConfig { require: rules.iter().map(|rule| rule.parse().unwrap()).collect(), baseline: None })
}

fn evaluate(gate: &Gate, run: &Run) -> GateReport {
    gate.evaluate(&run.record, &run.summary(), None, run.record.status)
}

fn explained(report: &GateReport) -> String {
    report.checks.iter().map(scorebox_verdict::Check::explain).collect::<Vec<_>>().join("\n")
}

/// The verdict over a run and a baseline.
fn against(settings: &str, a: &Run, b: &Run) -> GateReport {
    let config = config(&format!(r#"{{"baseline": {{"against": "branch:main"{settings}}}}}"#));
    let options = config.baseline.as_ref().unwrap().compare_options();
    let comparison = compare_with(a, b, options);
    Gate::new(config).evaluate(&b.record, &b.summary(), Some(&comparison), RunStatus::Finished)
}

fn outcome(report: &GateReport) -> CheckOutcome {
    assert_eq!(report.checks.len(), 1, "{report:?}");
    report.checks[0].outcome
}

/// A run of a thousand rows of which so many pass.
fn passing(passed: u32) -> Run {
    Run::new(1000).scorer("correct", (0..1000).map(|index| index < passed))
}

#[test]
fn each_requirement_is_checked_and_explained_in_one_line() {
    let run = Run::new(1000)
        .predicted(|index| 500 + index, |_| 100)
        .scorer("correct", (0..1000).map(|index| index < 912))
        .scorer("tone", (0..1000).map(|index| f64::from(1 + index % 5)));
    let gate = require(&[
        "correct.mean >= 0.9",
        "correct.rate >= 95%",
        "tone.max == 5",
        "tone.p90 >= 4.5",
        "error_rate <= 0.01",
        "cost_usd <= 2",
        "rows >= 1000",
        "tokens < 100000",
        "requests <= 1000",
        "duration <= 2m",
        "predict.latency.p90 <= 1s",
        "correct.latency.max <= 20ms",
        "correct.n >= 1001",
        "correct.skipped <= 0",
        "predict.error_rate <= 0%",
        "predict.cost_usd <= 0.5",
    ]);
    let report = evaluate(&gate, &run);
    assert!(!report.passed);
    assert_eq!(report.not_passed().count(), 6);
    insta::assert_snapshot!(explained(&report), @r"
    correct mean >= 0.90   passed   0.912 [0.893, 0.928], n = 1,000
    correct rate >= 95 %   failed   91.2 % [89.3 %, 92.8 %], n = 1,000
    tone max == 5.00   failed   `tone` has no max: it has mean, min, median, p90; a scorer's `aggregations` say which there are
    tone p90 >= 4.50   passed   5.000, n = 1,000
    error_rate <= 0.01   passed   0.000 (0 of 1,000 rows)
    cost_usd <= $2.00   passed   $1.00
    rows >= 1,000   passed   1,000
    tokens < 100,000   failed   100,000
    requests <= 1,000   passed   1,000
    duration <= 120s   passed   60.0 s
    predict latency p90 <= 1s   failed   1.40 s (1,000 calls)
    correct latency max <= 20ms   passed   20.0 ms (1,000 calls)
    correct n >= 1,001   failed   1,000
    correct skipped <= 0   passed   0
    predict error_rate <= 0 %   passed   0.0 % (0 of 1,000 calls)
    predict cost_usd <= $0.50   failed   $1.00
    ");
}

#[test]
fn the_ends_of_the_interval_of_a_mean_can_be_required() {
    let run = Run::new(100)
        .scorer("correct", (0..100).map(|index| index < 90))
        .scorer("tone", (0..100).map(|index| f64::from(3 + index % 3)))
        .scorer("same", [5.0; 100])
        .scorer("once", (0..100).map(|index| if index == 0 { 1.0.into() } else { Said::Error }));
    let gate = require(&[
        "correct.low >= 0.82",
        "correct.low >= 0.9",
        "correct.high <= 95%",
        "tone.low >= 3.8",
        "tone.median >= 4",
        "same.low >= 5",
        "once.low >= 1",
    ]);
    insta::assert_snapshot!(explained(&evaluate(&gate, &run)), @r"
    correct low >= 0.82   passed   0.826, n = 100
    correct low >= 0.90   failed   0.826, n = 100
    correct high <= 95 %   passed   94.5 %, n = 100
    tone low >= 3.80   passed   3.827, n = 100
    tone median >= 4.00   passed   4.000 [4.000, 4.000], n = 100
    same low >= 5.00   passed   5.000, n = 100
    once low >= 1.00   not decidable   1 value of `once` are too few for an interval
    ");
}

#[test]
fn pass_at_k_and_pass_pow_k_can_be_required_of_repeats() {
    let run = Run::repeated(4, 3).scorer("correct", (0..12).map(|row| row % 4 != 0));
    let gate = require(&["correct.pass_at_3 >= 0.95", "correct.pass_pow_3 >= 70%", "correct.pass_at_4 >= 0.5"]);
    insta::assert_snapshot!(explained(&evaluate(&gate, &run)), @r"
    correct pass_at_3 >= 0.95   passed   1.000 [0.510, 1.000] (4 examples)
    correct pass_pow_3 >= 70 %   failed   25.0 % [4.6 %, 69.9 %] (4 examples)
    correct pass_at_4 >= 0.50   failed   `correct` has no pass_at_4: it needs booleans and a run with at least so many `repeats`
    ");
}

#[test]
fn a_run_passes_when_all_that_is_required_holds() {
    let report = evaluate(&require(&["correct.mean >= 0.9", "correct.errors <= 0"]), &passing(900));
    assert!(report.passed);
    assert!(evaluate(&require(&[]), &passing(0)).passed);
}

#[test]
fn what_does_not_exist_fails_and_says_what_does() {
    let run = Run::new(2).scorer("tone", ["kind", "rude"]).scorer("number", [1.0, 2.0]).scorer(
        "judge",
        [1, 2].map(|value| Said::Values(vec![("a", Value::Boolean(true)), ("b", Value::Integer(value))])),
    );
    let gate = require(&[
        "correctness.mean >= 1",
        "tone.mean >= 1",
        "number.variance >= 1",
        "number.rate >= 1",
        "number.pass_at_3 >= 1",
        "judge.mean >= 1",
        "judge:c.mean >= 1",
        "predict.latency.p90 <= 1s",
    ]);
    let report = evaluate(&gate, &run);
    assert!(report.checks.iter().all(|check| check.outcome == CheckOutcome::Failed));
    insta::assert_snapshot!(explained(&report), @r"
    correctness mean >= 1.00   failed   there is no scorer `correctness` in the run; it has tone, number, judge
    tone mean >= 1.00   failed   `tone` has no mean: its values are no numbers
    number variance >= 1.00   failed   `number` has no variance: it has mean, min, median, p90; a scorer's `aggregations` say which there are
    number rate >= 1.00   failed   `number` is not all booleans, so it has no rate; `mean` may be meant
    number pass_at_3 >= 1.00   failed   `number` has no pass_at_3: it needs booleans and a run with at least so many `repeats`
    judge mean >= 1.00   failed   `judge` gives several feedbacks; name one as `judge:feedback`: it gives a, b
    judge:c mean >= 1.00   failed   `judge` gives no feedback `c`; it gives a, b
    predict latency p90 <= 1s   failed   the run has no predict function; leave the rule out
    ");
}

#[test]
fn a_feedback_is_named_by_itself_where_one_scorer_gives_it() {
    let judge = || [Said::Values(vec![("faithful", Value::Boolean(true)), ("fluent", Value::Boolean(false))])];
    let run = Run::new(1).scorer("judge", judge());
    let rules = ["faithful.mean >= 1", "judge:faithful.mean >= 1", "judge:fluent.mean <= 0", "judge.errors <= 0"];
    let report = evaluate(&require(&rules[..3]), &run);
    assert!(report.passed, "{}", explained(&report));
    // Two scorers give it, so it is nobody's.
    let run = run.scorer("other", judge());
    assert!(!evaluate(&require(&rules[..1]), &run).passed);
}

#[test]
fn without_values_nothing_can_be_decided() {
    let run = Run::new(2).scorer("correct", [Said::Error, Said::NotCalled]);
    let report = evaluate(&require(&["correct.mean >= 0.5", "correct.n >= 1", "correct.errors <= 1"]), &run);
    let outcomes: Vec<_> = report.checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [CheckOutcome::NotDecidable, CheckOutcome::Failed, CheckOutcome::Passed]);
    assert!(!report.passed);
    insta::assert_snapshot!(report.checks[0].explain(), @"correct mean >= 0.50   not decidable   no values: 1 of 1 call failed, and 1 row had no prediction");
}

#[test]
fn a_run_that_did_not_finish_never_passes() {
    for status in [RunStatus::Running, RunStatus::Interrupted, RunStatus::OverBudget, RunStatus::Failed] {
        let run = passing(1000).with(|record| record.status = status);
        let report = evaluate(&require(&["correct.mean >= 0.9"]), &run);
        assert!(!report.passed, "{status:?}");
    }
    let interrupted = passing(1000).with(|record| record.status = RunStatus::Interrupted);
    insta::assert_snapshot!(explained(&evaluate(&require(&[]), &interrupted)), @"the run finished   failed   it was interrupted after 1,000 rows; `--resume` goes on with it");
}

#[test]
fn not_worse_passes_when_the_interval_lies_above_the_margin() {
    let report = against(r#", "margin": 0.02"#, &passing(900), &passing(912));
    assert!(report.passed);
    insta::assert_snapshot!(explained(&report), @"correct no worse than main   passed   paired difference +0.012 [+0.007, +0.021], margin 0.02");
}

#[test]
fn not_worse_fails_when_the_interval_lies_below_the_margin() {
    let report = against(r#", "margin": 0.02"#, &passing(900), &passing(850));
    assert_eq!(outcome(&report), CheckOutcome::Failed);
    insta::assert_snapshot!(explained(&report), @"correct no worse than main   failed   paired difference -0.050 [-0.065, -0.038], margin 0.02");
}

/// Rows change in both directions, and so many more up.
fn changing(up: u32, down: u32) -> (Run, Run) {
    let a = Run::new(200).scorer("correct", (0..200).map(|index| index >= up));
    let b = Run::new(200).scorer("correct", (0..200).map(|index| index < up || index >= up + down));
    (a, b)
}

#[test]
fn what_is_not_shown_does_not_pass_and_says_how_many_rows_would_decide() {
    let (a, b) = changing(20, 20);
    let report = against(r#", "margin": 0.02"#, &a, &b);
    assert_eq!(outcome(&report), CheckOutcome::NotDecidable);
    insta::assert_snapshot!(explained(&report), @"correct no worse than main   not decidable   paired difference 0.000 [-0.064, +0.064], margin 0.02; undecided: about 3,947 pairs would show it if the difference stays");
    let (a, b) = changing(20, 26);
    insta::assert_snapshot!(explained(&against(r#", "margin": 0.02"#, &a, &b)), @"correct no worse than main   not decidable   paired difference -0.030 [-0.098, +0.037], margin 0.02; undecided: the difference itself is at the margin or beyond, so more rows are unlikely to pass");
}

#[test]
fn worse_fails_only_what_is_shown_to_be_worse() {
    let (a, b) = changing(20, 26);
    let report = against(r#", "decide": "worse""#, &a, &b);
    assert!(report.passed);
    insta::assert_snapshot!(explained(&report), @"correct not shown to be worse than main   passed   paired difference -0.030 [-0.098, +0.037], margin 0.00");
    let report = against(r#", "decide": "worse""#, &passing(900), &passing(850));
    assert_eq!(outcome(&report), CheckOutcome::Failed);
}

#[test]
fn a_run_that_repeats_the_baseline_passes_with_any_margin() {
    let report = against("", &passing(900), &passing(900));
    assert!(report.passed);
    insta::assert_snapshot!(explained(&report), @"correct no worse than main   passed   all 1,000 pairs are equal, margin 0.00");
}

#[test]
fn where_less_is_better_a_rise_is_worse() {
    let a = Run::new(50).scorer("ter", (0..50).map(|index| f64::from(index % 5)));
    let b = Run::new(50).scorer("ter", (0..50).map(|index| f64::from(index % 5) + f64::from(index % 3) * 0.5));
    assert_eq!(outcome(&against(r#", "lower_is_better": ["ter"]"#, &a, &b)), CheckOutcome::Failed);
    assert_eq!(outcome(&against(r#", "lower_is_better": ["ter"]"#, &b, &a)), CheckOutcome::Passed);
    assert_eq!(outcome(&against("", &a, &b)), CheckOutcome::Passed);
    assert_eq!(outcome(&against(r#", "lower_is_better": ["ter"], "margin": 0.8"#, &a, &b)), CheckOutcome::Passed);
}

#[test]
fn margins_and_scorers_are_chosen_by_name() {
    let run = |shift: f64| {
        let value = move |index: i32| f64::from(index % 7) - shift * f64::from(index % 2);
        Run::new(100).scorer("x", (0..100).map(value)).scorer("y", (0..100).map(value))
    };
    let (a, b) = (run(0.0), run(1.0));
    let report = against(r#", "margins": {"x": 1.0}"#, &a, &b);
    let outcomes: Vec<_> = report.checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [CheckOutcome::Passed, CheckOutcome::Failed]);
    let report = against(r#", "scorers": ["x"], "margin": 1.0"#, &a, &b);
    assert!(report.passed && report.checks.len() == 1);
    let report = against(r#", "scorers": ["z"]"#, &a, &b);
    assert!(!report.passed);
    insta::assert_snapshot!(explained(&report), @"z no worse than main   failed   nothing of `z` can be compared; the two runs have booleans or numbers of x, y");
}

#[test]
fn a_scorer_that_changed_decides_nothing() {
    let b = passing(950).with(|record| record.functions[0].plugin = scorebox_core::Digest::of(b"newer"));
    let report = against("", &passing(900), &b);
    assert_eq!(outcome(&report), CheckOutcome::NotDecidable);
    insta::assert_snapshot!(explained(&report), @"correct no worse than main   not decidable   not comparable: `correct` is another scorer: correct of text 1.2.0 (982d9e3eb996), then correct of 804f51f71254; score run A again with it: `scorebox score run_01900000-0000-7000-8000-000000000001 --scorer correct`");
}

#[test]
fn rows_left_out_for_errors_are_said() {
    let a = Run::new(4).scorer("s", [1.0, 1.0, 1.0, 1.0]);
    let b = Run::new(4).scorer("s", [1.0.into(), 1.0.into(), 1.0.into(), Said::Error]);
    insta::assert_snapshot!(explained(&against("", &a, &b)), @"s no worse than main   passed   all 3 pairs are equal, margin 0.00; 1 pair without a value on both sides left out");
}

#[test]
fn without_a_baseline_the_config_decides() {
    let evaluate = |settings: &str| {
        let gate = Gate::new(config(&format!(r#"{{"baseline": {{"against": "branch:main"{settings}}}}}"#)));
        evaluate(&gate, &passing(1))
    };
    let (failed, passed) = (evaluate(""), evaluate(r#", "missing": "pass""#));
    assert!(!failed.passed && passed.passed);
    insta::assert_snapshot!(format!("{}\n{}", explained(&failed), explained(&passed)), @r#"
    the run no worse than main   failed   there is nothing yet that `branch:main` names: make it first, or set `missing = "pass"` to pass until it is there
    the run no worse than main   passed   there is none yet, so there is nothing to compare with
    "#);
}

#[test]
fn a_comparison_at_another_level_decides_nothing() {
    let gate = Gate::new(config(r#"{"baseline": {"against": "branch:main", "confidence": 0.9}}"#));
    let (a, b) = (passing(900), passing(900));
    let comparison = compare_with(&a, &b, scorebox_verdict::CompareOptions::default());
    let report = gate.evaluate(&b.record, &b.summary(), Some(&comparison), RunStatus::Finished);
    assert_eq!(outcome(&report), CheckOutcome::NotDecidable);
}

#[test]
fn runs_with_nothing_in_common_decide_nothing() {
    let a = Run::new(2).scorer("old", [true, true]);
    let b = Run::new(2).scorer("new", [true, true]);
    insta::assert_snapshot!(explained(&against("", &a, &b)), @"the run no worse than main   not decidable   the two runs have no booleans or numbers in common");
}

#[test]
fn unknown_keys_and_wrong_values_are_refused() {
    let baseline = |settings: &str| format!(r#"{{"baseline": {{"against": "branch:main", {settings}}}}}"#);
    for json in [
        r#"{"requires": []}"#.to_owned(),
        r#"{"require": ["correct >= 1"]}"#.to_owned(),
        r#"{"baseline": {}}"#.to_owned(),
        r#"{"baseline": {"against": "main"}}"#.to_owned(),
        baseline(r#""margin": -0.1"#),
        baseline(r#""margins": {"a b": 0.1}"#),
        baseline(r#""confidence": 95"#),
        baseline(r#""decide": "better""#),
        baseline(r#""missing": true"#),
        baseline(r#""scorer": []"#),
    ] {
        assert!(serde_json::from_str::<GateConfig>(&json).is_err(), "{json}");
    }
}

#[test]
fn a_baseline_is_a_branch_a_run_or_a_file() {
    for text in ["branch:main", "branch:feature/x:y", "run:last~1", "file:reports/baseline.jsonl"] {
        assert_eq!(text.parse::<AgainstBaseline>().unwrap().to_string(), text);
    }
    insta::assert_snapshot!("main".parse::<AgainstBaseline>().unwrap_err(), @r#""main" names no baseline: write "branch:main" for the last run on a branch, "run:last~1" or "run:run_…" for a run, or "file:baseline.jsonl" for a file of `scorebox baseline`"#);
    assert!("branch:".parse::<AgainstBaseline>().is_err());
}

#[test]
fn a_config_and_a_report_survive_json() {
    let full = config(
        r#"{"require": ["correct.mean >= 0.9", "predict.latency.p90 <= 2s"], "baseline": {"against": "file:b.jsonl",
            "scorers": ["correct", "a:b"], "margin": 0.02, "margins": {"tone": 0.1}, "lower_is_better": ["ter"],
            "decide": "worse", "confidence": 0.9, "missing": "pass"}}"#,
    );
    let json = serde_json::to_string(&full).unwrap();
    assert_eq!(serde_json::from_str::<GateConfig>(&json).unwrap(), full);
    let report = against("", &passing(900), &passing(800));
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<GateReport>(&json).unwrap(), report);
}

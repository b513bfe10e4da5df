use proptest::prelude::*;
use scorebox_core::Value;
use scorebox_verdict::{CompareOptions, ComparisonError, IntervalMethod, NumericKind, PairedBy, Sides, TestMethod};

use crate::support::{Run, Said, compare, compare_with, feedback, numbers};

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
}

#[test]
fn booleans_are_compared_pair_by_pair_with_mcnemars_test() {
    // 10 pairs: 6 that both pass, 1 only A, 3 only B.
    let a = Run::new(10).scorer("correct", [true, true, true, true, true, true, true, false, false, false]);
    let b = Run::new(10).scorer("correct", [true, true, true, true, true, true, false, true, true, true]);
    let report = compare(&a, &b);
    let it = numbers(&report, "correct");
    assert_eq!((it.kind, it.n, it.better, it.worse, it.equal), (NumericKind::Boolean, 10, 3, 1, 6));
    close(it.mean.a, 0.7);
    close(it.mean.b, 0.9);
    close(it.difference, 0.2);
    assert_eq!(it.interval.unwrap().method, IntervalMethod::Tango);
    let test = it.test.unwrap();
    // scipy.stats.binomtest(1, 4).pvalue
    assert_eq!(test.method, TestMethod::McNemar);
    close(test.p_value, 0.625);
}

#[test]
fn numbers_are_compared_with_the_interval_of_the_paired_t_test_and_a_permutation_test() {
    let a = Run::new(5).scorer("score", [1.0, 2.0, 3.0, 4.0, 5.0]);
    let b = Run::new(5).scorer("score", [1.5, 2.0, 4.0, 4.5, 6.5]);
    let report = compare(&a, &b);
    let it = numbers(&report, "score");
    close(it.difference, 0.7);
    // scipy.stats.ttest_rel(b, a).confidence_interval()
    let interval = it.interval.unwrap();
    assert_eq!(interval.method, IntervalMethod::PairedT);
    close(interval.interval.low, -0.007_857_388_491_136);
    close(interval.interval.high, 1.407_857_388_491_136);
    // Four differences, all up: 2 of 16 ways to flip their signs reach as far.
    let test = it.test.unwrap();
    assert_eq!(test.method, TestMethod::SignFlips);
    close(test.p_value, 0.125);
}

#[test]
fn many_numbers_are_tested_with_students_t() {
    let value = |index: u32| f64::from(index % 7);
    let a = Run::new(3000).scorer("score", (0..3000).map(value));
    let b = Run::new(3000).scorer("score", (0..3000).map(|index| value(index) + f64::from(index % 3) - 1.0));
    let report = compare(&a, &b);
    assert_eq!(numbers(&report, "score").test.unwrap().method, TestMethod::PairedT);
}

#[test]
fn errors_never_enter_a_mean_and_are_counted() {
    let a = Run::new(5).scorer("s", [Said::Error, 1.0.into(), 1.0.into(), Said::NotCalled, 1.0.into()]);
    let b = Run::new(5).scorer("s", [5.0.into(), Said::Error, 2.0.into(), 4.0.into(), 3.0.into()]);
    let report = compare(&a, &b);
    let of = feedback(&report, "s");
    assert_eq!((of.errors, of.skipped, of.left_out), (Sides { a: 1, b: 1 }, Sides { a: 1, b: 0 }, 3));
    let it = numbers(&report, "s");
    assert_eq!((it.n, it.mean), (2, Sides { a: 1.0, b: 2.5 }));
}

#[test]
fn earlier_turns_of_a_session_are_not_missing() {
    let said = || [Said::EarlierTurn, Said::EarlierTurn, true.into()];
    let report = compare(&Run::new(3).scorer("s", said()), &Run::new(3).scorer("s", said()));
    assert_eq!((feedback(&report, "s").left_out, numbers(&report, "s").n), (0, 1));
}

#[test]
fn repeats_are_averaged_so_that_the_example_is_the_unit() {
    let a = Run::repeated(3, 2).scorer("s", [true, false, true, true, false, false]);
    let b =
        Run::repeated(3, 4).scorer("s", [true, true, true, false, true, true, true, true, true, false, false, false]);
    let report = compare(&a, &b);
    let it = numbers(&report, "s");
    assert_eq!((it.kind, it.n), (NumericKind::Number, 3));
    close(it.mean.a, 0.5);
    close(it.mean.b, 2.0 / 3.0);
    assert_eq!((it.better, it.worse, it.equal), (2, 0, 1));
}

#[test]
fn a_failed_repeat_leaves_the_mean_of_the_others() {
    let a = Run::repeated(1, 2).scorer("s", [2.0, 4.0]);
    let b = Run::repeated(1, 2).scorer("s", [Said::Error, 5.0.into()]);
    let report = compare(&a, &b);
    assert_eq!(numbers(&report, "s").mean, Sides { a: 3.0, b: 5.0 });
    assert_eq!((feedback(&report, "s").errors.b, feedback(&report, "s").left_out), (1, 0));
}

#[test]
fn several_verdicts_of_one_name_on_a_row_count_as_their_mean() {
    let spans = |values: [bool; 3]| Said::Values(values.map(|value| ("", Value::Boolean(value))).into());
    let a = Run::new(1).scorer("s", [spans([true, true, true])]);
    let b = Run::new(1).scorer("s", [spans([true, false, false])]);
    let report = compare(&a, &b);
    assert_eq!(numbers(&report, "s").mean.a, 1.0);
    close(numbers(&report, "s").mean.b, 1.0 / 3.0);
}

#[test]
fn other_datasets_are_paired_by_inputs_first_with_first() {
    let inputs = |text: &str| scorebox_core::Json::parse(text).unwrap();
    let a = Run::new(3).scorer("s", [1.0, 2.0, 3.0]).examples(|example| {
        // The second and the third ask the same.
        if example.id != "q-0" {
            example.inputs = inputs(r#"{"q": "same", "n": 1}"#);
        }
    });
    let b = Run::new(3).scorer("s", [20.0, 10.0, 99.0]).on_another_dataset().examples(|example| {
        example.inputs = match example.id.as_str() {
            "q-0" => inputs(r#"{"n":1,"q":"same"}"#),
            "q-1" => inputs(r#"{"question":"0?"}"#),
            _ => inputs(r#"{"question":"new"}"#),
        };
    });
    let report = compare(&a, &b);
    assert_eq!(report.pairing.by, PairedBy::Inputs);
    assert_eq!((report.pairing.pairs, report.pairing.only_a, report.pairing.only_b), (2, 1, 1));
    assert_eq!(numbers(&report, "s").mean, Sides { a: 1.5, b: 15.0 });
}

#[test]
fn rows_that_only_one_run_has_are_counted_and_left_out() {
    let a = Run::new(3).scorer("s", [1.0, 2.0, 3.0]);
    let b = Run::new(2).scorer("s", [1.0, 2.0]);
    let report = compare(&a, &b);
    assert_eq!((report.pairing.by, report.pairing.only_a, report.pairing.only_b), (PairedBy::Index, 1, 0));
    assert_eq!(numbers(&report, "s").n, 2);
}

#[test]
fn feedback_of_one_run_only_is_named() {
    let a = Run::new(1).scorer("old", [true]).scorer("both", [true]);
    let b = Run::new(1).scorer("both", [Said::Values(vec![("", Value::Boolean(true)), ("extra", Value::Integer(1))])]);
    let report = compare(&a, &b);
    assert_eq!((report.only_a, report.only_b), (vec!["old".to_owned()], vec!["both:extra".to_owned()]));
}

#[test]
fn labels_are_compared_by_their_transitions() {
    let a = Run::new(5).scorer("tone", ["kind", "kind", "kind", "rude", "flat"]);
    let b = Run::new(5).scorer("tone", ["rude", "rude", "kind", "rude", "kind"]);
    let report = compare(&a, &b);
    let labels = feedback(&report, "tone").labels.as_ref().unwrap();
    assert_eq!((labels.n, labels.changed, labels.other_changes), (5, 3, 0));
    let shown: Vec<_> = labels.transitions.iter().map(|it| format!("{} > {} {}", it.from, it.to, it.count)).collect();
    assert_eq!(shown, ["kind > rude 2", "flat > kind 1"]);
    assert!(feedback(&report, "tone").numbers.is_none());
}

#[test]
fn clusters_widen_the_interval_of_pairs_that_depend_on_each_other() {
    // Within a document all differences are the same, so there are but five independent ones.
    let document = |example: &mut scorebox_core::Example| {
        let index: usize = example.id[2..].parse().unwrap();
        example.tags.insert("document".into(), (index / 10).to_string());
    };
    let shift = |index: u32| f64::from(index / 10) - 1.0;
    let a = Run::new(50).scorer("s", (0..50).map(f64::from)).examples(document);
    let b = Run::new(50).scorer("s", (0..50).map(|index| f64::from(index) + shift(index))).examples(document);
    let plain = compare(&a, &b);
    let options = CompareOptions { clusters: Some("tags.document".parse().unwrap()), ..CompareOptions::default() };
    let clustered = compare_with(&a, &b, options);
    let (plain, clustered) = (numbers(&plain, "s"), numbers(&clustered, "s"));
    assert_eq!((clustered.clusters, clustered.interval.unwrap().method), (Some(5), IntervalMethod::Clustered));
    assert_eq!(clustered.test.unwrap().method, TestMethod::ClusteredT);
    close(plain.difference, clustered.difference);
    assert!(plain.interval.unwrap().interval.low > 0.0 && clustered.interval.unwrap().interval.low < 0.0);
    assert!(clustered.detectable.unwrap() > plain.detectable.unwrap());
}

#[test]
fn the_group_of_a_runs_dataset_is_the_cluster_unless_another_is_named() {
    let topic = |example: &mut scorebox_core::Example| drop(example.tags.insert("topic".into(), "one".into()));
    let grouped = |run: Run| run.examples(topic).with(|it| it.dataset.group = Some("tags.topic".parse().unwrap()));
    let a = grouped(Run::new(4).scorer("s", [1.0, 2.0, 3.0, 4.0]));
    let b = grouped(Run::new(4).scorer("s", [2.0, 2.0, 4.0, 4.0]));
    assert_eq!(numbers(&compare(&a, &b), "s").clusters, Some(1));
    let options = CompareOptions { clusters: Some("id".parse().unwrap()), ..CompareOptions::default() };
    assert_eq!(numbers(&compare_with(&a, &b, options), "s").clusters, Some(4));
}

#[test]
fn p_values_are_corrected_for_the_number_of_scorers() {
    let a = Run::new(12).scorer("x", [false; 12]).scorer("y", [false; 12]);
    let b = Run::new(12).scorer("x", [true; 12]).scorer("y", (0..12).map(|index| index < 8));
    let report = compare(&a, &b);
    let (x, y) = (numbers(&report, "x").test.unwrap(), numbers(&report, "y").test.unwrap());
    close(x.p_adjusted, 2.0 * x.p_value);
    close(y.p_adjusted, y.p_value);
}

#[test]
fn equal_differences_have_an_interval_without_width() {
    let a = Run::new(3).scorer("s", [1.0, 2.0, 3.0]);
    let b = Run::new(3).scorer("s", [1.5, 2.5, 3.5]);
    let report = compare(&a, &b);
    let interval = numbers(&report, "s").interval.unwrap();
    assert_eq!(interval.method, IntervalMethod::Constant);
    assert_eq!((interval.interval.low, interval.interval.high), (0.5, 0.5));
    let one = compare(&Run::new(1).scorer("s", [1.0]), &Run::new(1).scorer("s", [2.0]));
    assert!(numbers(&one, "s").interval.is_none() && numbers(&one, "s").test.is_none());
}

#[test]
fn cost_tokens_and_latency_are_compared() {
    let a = Run::new(4).predicted(|index| 100 + 10 * index, |_| 1000).scorer("s", [true; 4]);
    let b = Run::new(4).predicted(|index| 200 + 20 * index, |index| 1000 + index).scorer("s", [true; 4]);
    let spending = compare(&a, &b).spending;
    assert_eq!(spending.tokens, Sides { a: 4000, b: 4006 });
    assert_eq!(spending.requests, Sides { a: 4, b: 4 });
    close(spending.cost_usd.a, 0.04);
    let cost = spending.cost_per_row_usd.unwrap();
    close(cost.mean.a, 0.01);
    close(cost.difference, 0.000_015);
    let latency = spending.predict_latency.unwrap();
    close(latency.p50_ns.a, 115e6);
    close(latency.p50_ns.b, 230e6);
    close(latency.paired_ns.unwrap().difference, 115e6);
    assert!(latency.paired_ns.unwrap().interval.unwrap().low > 0.0);
}

#[test]
fn rows_must_come_in_their_order_and_with_what_is_needed() {
    use scorebox_verdict::Comparison;
    let run = Run::new(2).scorer("s", [true; 2]);
    let mut comparison = Comparison::new(run.record.clone(), run.record.clone(), CompareOptions::default());
    assert!(!comparison.needs_examples());
    comparison.add_a(&run.rows[1]).unwrap();
    let late = comparison.add_a(&run.rows[0]).unwrap_err();
    assert_eq!(late, ComparisonError::OutOfOrder { side: "A", position: 0 });

    let other = run.clone().on_another_dataset();
    let mut comparison = Comparison::new(run.record.clone(), other.record, CompareOptions::default());
    assert!(comparison.needs_examples());
    let bare = scorebox_eval::RowResult { content: None, ..run.rows[0].clone() };
    assert_eq!(comparison.add_b(&bare).unwrap_err(), ComparisonError::NoInputs { side: "B", index: 0 });
}

#[test]
fn what_was_found_is_said_in_a_sentence() {
    let a = Run::new(12)
        .scorer("up", [false; 12])
        .scorer("same", [1.0; 12])
        .scorer("noise", (0..12).map(|index| f64::from(index % 4)));
    let b = Run::new(12)
        .scorer("up", [true; 12])
        .scorer("same", [1.0; 12])
        .scorer("noise", (0..12).map(|index| f64::from(index % 3)));
    let report = compare(&a, &b);
    insta::assert_snapshot!(numbers(&report, "up").sentence(), @"Better: +1.000 [+0.515, +1.000] (p < 0.001, McNemar's exact test).");
    insta::assert_snapshot!(numbers(&report, "same").sentence(), @"No difference: all 12 pairs have the same value in both runs.");
    insta::assert_snapshot!(numbers(&report, "noise").sentence(), @"No difference shown: -0.500 [-1.419, +0.419] (p = 0.344, sign-flip permutation test). 12 pairs show a true difference of 1.284 or more four times out of five.");
    insta::assert_snapshot!(report.pairing.sentence(), @"12 examples, paired by their place in the dataset.");
}

#[test]
fn a_report_survives_json() {
    let a =
        Run::new(4).predicted(|index| index, |_| 9).scorer("s", [1.0, 2.0, 3.0, 5.0]).scorer("t", ["a", "b", "c", "d"]);
    let b = Run::new(4).predicted(|_| 3, |_| 7).scorer("s", [1.5, 2.0, 1.0, 5.0]).scorer("t", ["a", "b", "x", "d"]);
    let options = CompareOptions { by: Some("tags.topic".parse().unwrap()), ..CompareOptions::default() };
    let report = compare_with(&a, &b, options);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<scorebox_verdict::ComparisonReport>(&json).unwrap(), report);
}

proptest! {
    #[test]
    fn swapping_the_runs_turns_every_sign_round(
        pairs in proptest::collection::vec((-5_i32..5, -5_i32..5, any::<bool>(), any::<bool>()), 2..60),
    ) {
        let run = |second: bool| {
            Run::new(pairs.len() as u64)
                .scorer("n", pairs.iter().map(|it| f64::from(if second { it.1 } else { it.0 })))
                .scorer("b", pairs.iter().map(|it| if second { it.3 } else { it.2 }))
        };
        let (there, back) = (compare(&run(false), &run(true)), compare(&run(true), &run(false)));
        for name in ["n", "b"] {
            let (one, other) = (numbers(&there, name), numbers(&back, name));
            prop_assert!((one.difference + other.difference).abs() < 1e-12);
            prop_assert_eq!((one.better, one.worse), (other.worse, other.better));
            prop_assert_eq!((one.mean.a, one.mean.b), (other.mean.b, other.mean.a));
            let p = |it: &scorebox_verdict::NumericComparison| it.test.unwrap().p_value;
            prop_assert!((p(one) - p(other)).abs() < 1e-9);
            let (one, other) = (one.interval.unwrap().interval, other.interval.unwrap().interval);
            prop_assert!((one.low + other.high).abs() < 1e-9 && (one.high + other.low).abs() < 1e-9);
        }
    }
}

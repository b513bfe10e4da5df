use scorebox_core::{Json, Value};
use scorebox_verdict::{CompareOptions, Comparison, Direction, Excerpt, FeedbackFlips, Sides};

use crate::support::{Run, compare, compare_with, number};

fn ids(flips: &FeedbackFlips) -> Vec<&str> {
    flips.kept.iter().map(|flip| flip.id.as_str()).collect()
}

#[test]
fn booleans_that_changed_are_listed_worse_ones_first_with_both_sides() {
    let a = Run::new(4).predicted(|_| 1, |_| 1).scorer("correct", [false, true, true, false]);
    let b = Run::new(4).predicted(|_| 1, |_| 1).scorer("correct", [true, true, false, false]);
    let report = compare(&a, &b);
    let flips = &report.flips[0];
    assert_eq!((flips.worse, flips.better, flips.count()), (1, 1, 2));
    assert_eq!(ids(flips), ["q-2", "q-0"]);
    let worse = &flips.kept[0];
    assert_eq!((worse.direction, worse.change), (Direction::Worse, Some(-1.0)));
    assert_eq!(worse.value, Sides { a: Value::Boolean(true), b: Value::Boolean(false) });
    assert_eq!(worse.inputs, Some(Excerpt { text: r#"{"question":"2?"}"#.into(), truncated: false }));
    assert_eq!(worse.outputs.a.as_ref().unwrap().text, "\"answer 2\"");
    assert_eq!(worse.rationale.b.as_ref().unwrap().text, "because false");
    assert!(worse.inputs_key.is_some());
}

#[test]
fn without_flips_there_is_no_list() {
    let run = Run::new(2).scorer("correct", [true, false]);
    assert!(compare(&run, &run).flips.is_empty());
}

#[test]
fn of_numbers_the_twenty_largest_moves_are_kept_and_all_are_counted() {
    let a = Run::new(50).scorer("s", [0.0; 50]);
    let b = Run::new(50).scorer("s", (0..50).map(|index| f64::from(index) * if index % 2 == 0 { 1.0 } else { -1.0 }));
    let report = compare(&a, &b);
    let flips = &report.flips[0];
    assert_eq!((flips.worse, flips.better, flips.kept.len()), (25, 24, 20));
    // Odd ones fell, the furthest first; then even ones rose.
    assert_eq!(ids(flips)[..2], ["q-49", "q-47"]);
    assert_eq!(ids(flips)[10..12], ["q-48", "q-46"]);
    assert_eq!(flips.kept[0].value.b, number(-49.0));
}

#[test]
fn a_least_move_decides_what_a_flip_of_a_number_is() {
    let a = Run::new(3).scorer("s", [0.0, 0.0, 0.0]);
    let b = Run::new(3).scorer("s", [0.1, -0.5, 0.5]);
    let options = CompareOptions { least_move: Some(0.5), ..CompareOptions::default() };
    let report = compare_with(&a, &b, options);
    assert_eq!((report.flips[0].worse, report.flips[0].better), (1, 1));
}

#[test]
fn where_less_is_better_a_rise_is_worse() {
    let a = Run::new(2).scorer("ter", [1.0, 1.0]);
    let b = Run::new(2).scorer("ter", [2.0, 0.5]);
    let options = CompareOptions { lower_is_better: vec!["ter".parse().unwrap()], ..CompareOptions::default() };
    let report = compare_with(&a, &b, options);
    assert_eq!(report.flips[0].kept[0].direction, Direction::Worse);
    assert_eq!(ids(&report.flips[0]), ["q-0", "q-1"]);
    let numbers = report.feedback[0].numbers.as_ref().unwrap();
    assert_eq!((numbers.better, numbers.worse, numbers.lower_is_better), (1, 1, true));
}

#[test]
fn no_more_flips_are_kept_than_asked_for_and_worse_ones_have_priority() {
    let a = Run::new(300).scorer("s", (0..300).map(|index| index % 3 == 0));
    let b = Run::new(300).scorer("s", (0..300).map(|index| index % 3 != 0));
    let report = compare(&a, &b);
    let flips = &report.flips[0];
    assert_eq!((flips.worse, flips.better, flips.kept.len()), (100, 200, 100));
    assert!(flips.kept.iter().all(|flip| flip.direction == Direction::Worse));
    assert_eq!(ids(flips)[..2], ["q-0", "q-3"]);
}

#[test]
fn labels_that_changed_are_listed() {
    let a = Run::new(2).scorer("tone", ["kind", "kind"]);
    let b = Run::new(2).scorer("tone", ["kind", "rude"]);
    let report = compare(&a, &b);
    let flip = &report.flips[0].kept[0];
    assert_eq!((flip.direction, flip.change, &*flip.id), (Direction::Relabelled, None, "q-1"));
    assert_eq!(flip.value.b, Value::Text("rude".into()));
}

#[test]
fn of_repeats_the_rows_that_show_the_move_best_are_listed() {
    let a = Run::repeated(1, 3).scorer("s", [false, true, true]);
    let b = Run::repeated(1, 3).scorer("s", [true, false, false]);
    let report = compare(&a, &b);
    let flip = &report.flips[0].kept[0];
    assert_eq!(flip.position, Sides { a: 1, b: 1 });
    assert_eq!(flip.value, Sides { a: Value::Boolean(true), b: Value::Boolean(false) });
    assert!((flip.change.unwrap() + 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn texts_are_cut_at_the_limit() {
    let long = |example: &mut scorebox_core::Example| {
        example.inputs = Json::from_value(&std::collections::BTreeMap::from([("q", "é".repeat(100))])).unwrap();
        example.outputs = Some(Json::from_value(&"x".repeat(100)).unwrap());
    };
    let a = Run::new(1).scorer("s", [true]).examples(long);
    let b = Run::new(1).scorer("s", [false]).examples(long);
    let options = CompareOptions { max_text_chars: 10, ..CompareOptions::default() };
    let report = compare_with(&a, &b, options);
    let flip = &report.flips[0].kept[0];
    assert_eq!(flip.inputs, Some(Excerpt { text: "{\"q\":\"éééé".into(), truncated: true }));
    assert_eq!(flip.outputs.b, Some(Excerpt { text: "\"xxxxxxxxx".into(), truncated: true }));
}

#[test]
fn only_rows_of_flips_are_wanted_and_ids_are_known_without_them() {
    let a = Run::new(3).scorer("s", [true, true, false]).scorer("t", [1.0, 1.0, 1.0]);
    let b = Run::new(3).scorer("s", [true, false, false]).scorer("t", [1.0, 0.0, 2.0]);
    let mut comparison = Comparison::new(a.record.clone(), b.record.clone(), CompareOptions::default());
    a.rows.iter().for_each(|row| comparison.add_a(row).unwrap());
    b.rows.iter().for_each(|row| comparison.add_b(row).unwrap());
    let details = comparison.compare();
    assert_eq!((details.wanted().a, details.wanted().b), (vec![1, 2], vec![1, 2]));
    let report = details.finish();
    assert_eq!(ids(&report.flips[0]), ["q-1"]);
    assert_eq!(report.flips[0].kept[0].inputs, None);
}

use scorebox_core::Example;
use scorebox_verdict::{CompareOptions, SliceComparison};

use crate::support::{Run, compare_with};

fn by_topic(a: &Run, b: &Run) -> SliceComparison {
    let options = CompareOptions { by: Some("tags.topic".parse().unwrap()), ..CompareOptions::default() };
    compare_with(a, b, options).slices.unwrap()
}

fn topic(of: impl Fn(u64) -> Option<String>) -> impl Fn(&mut Example) {
    move |example| {
        if let Some(topic) = of(example.id[2..].parse().unwrap()) {
            example.tags.insert("topic".into(), topic);
        }
    }
}

#[test]
fn each_value_of_a_field_is_compared_on_its_own() {
    let topics = |index| (index < 5).then(|| if index < 3 { "billing" } else { "login" }.to_owned());
    let a = Run::new(6).scorer("s", [1.0, 1.0, 1.0, 2.0, 2.0, 9.0]).examples(topic(topics));
    let b = Run::new(6).scorer("s", [2.0, 2.0, 2.0, 1.0, 1.0, 9.0]).examples(topic(topics));
    let slices = by_topic(&a, &b);
    assert_eq!(slices.by, "tags.topic");
    let found: Vec<_> =
        slices.slices.iter().map(|it| (it.value.as_str(), it.pairs, it.feedback[0].1.difference)).collect();
    assert_eq!(found, [("billing", 3, 1.0), ("login", 2, -1.0), ("(none)", 1, 0.0)]);
    assert_eq!((slices.merged_values, slices.slices[0].feedback[0].0.as_str()), (0, "s"));
}

#[test]
fn values_beyond_fifty_stand_together() {
    let topics = |index: u64| Some(format!("t{:02}", index % 60));
    let a = Run::new(180).scorer("s", (0..180).map(f64::from)).examples(topic(topics));
    let slices = by_topic(&a, &a);
    assert_eq!((slices.slices.len(), slices.merged_values), (51, 10));
    let last = slices.slices.last().unwrap();
    assert_eq!((last.value.as_str(), last.pairs), ("…other", 30));
    assert_eq!(slices.slices.iter().map(|slice| slice.pairs).sum::<u64>(), 180);
}

#[test]
fn p_values_of_slices_are_corrected_for_all_of_them_and_a_warning_says_so() {
    let topics = |index: u64| Some((index % 4).to_string());
    let a = Run::new(40).scorer("s", [false; 40]).examples(topic(topics));
    let b = Run::new(40).scorer("s", (0..40).map(|index| index % 4 == 0)).examples(topic(topics));
    let slices = by_topic(&a, &b);
    let test = slices.slices.iter().find(|slice| slice.value == "0").unwrap().feedback[0].1.test.unwrap();
    assert!((test.p_adjusted - 4.0 * test.p_value).abs() < 1e-12, "{test:?}");
    assert_eq!(slices.tests, 4);
    insta::assert_snapshot!(slices.warning().unwrap(), @"4 tests slice by slice: about 0.2 of them come out below 5 % by chance alone. Look at adjusted p-values.");
}

#[test]
fn without_a_field_there_are_no_slices() {
    let run = Run::new(1).scorer("s", [true]);
    assert!(compare_with(&run, &run, CompareOptions::default()).slices.is_none());
}

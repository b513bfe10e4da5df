//! What rows come to, through the collectors.

use std::collections::BTreeMap;
use std::time::Duration;

use scorebox_core::{Aggregation, Example, Failure, FailureKind, Feedback, Json, Number, Usage, Value};

use super::*;
use crate::results::{ContentKey, Outcome, RowContent, RowResult, ScoreResult};

/// A row of a run with one scorer, `s`.
fn row(index: u64, repeat: u32, outcome: Outcome) -> RowResult {
    let score = ScoreResult {
        scorer: "s".into(),
        outcome,
        log: Vec::new(),
        usage: Usage::default(),
        elapsed: Duration::ZERO,
        is_reused: false,
    };
    RowResult {
        index,
        repeat,
        id: format!("q{index}"),
        prediction: None,
        scores: vec![score],
        started: Duration::ZERO,
        content: None,
    }
}

fn verdict(value: Value) -> Outcome {
    Outcome::Feedback(vec![Feedback { name: "s".into(), value, rationale: None, metadata: None, span_id: None }])
}

fn passed(passed: bool) -> Outcome {
    verdict(Value::Boolean(passed))
}

fn number(number: f64) -> Outcome {
    verdict(Value::Number(Number::try_from(number).unwrap()))
}

fn error() -> Outcome {
    Outcome::Error(Failure::new(FailureKind::Trap, "it crashed"))
}

fn tagged(mut row: RowResult, topic: Option<&str>) -> RowResult {
    let tags: BTreeMap<_, _> = topic.map(|topic| ("topic".to_owned(), topic.to_owned())).into_iter().collect();
    let inputs = Json::parse("{}").unwrap();
    let example = Example { id: row.id.clone(), inputs, outputs: None, expectations: None, trace: None, tags };
    let key = ContentKey::of(&example);
    row.content = Some(Box::new(RowContent { example, example_key: key, scored_key: key }));
    row
}

fn scorers() -> [(String, Vec<Aggregation>); 1] {
    [("s".to_owned(), Vec::new())]
}

fn feedback(collector: &SummaryCollector) -> FeedbackSummary {
    collector.summary().scorers[0].feedback[0].clone()
}

fn summed_up(rows: impl IntoIterator<Item = RowResult>) -> FeedbackSummary {
    let mut collector = SummaryCollector::new(scorers());
    rows.into_iter().for_each(|row| collector.add(&row));
    feedback(&collector)
}

#[test]
fn a_rate_has_wilsons_interval_and_errors_do_not_count() {
    let rows = (0..20).map(|index| row(index, 0, passed(index < 17))).chain([row(20, 0, error())]);
    let summary = summed_up(rows);
    let found = summary.intervals[&Aggregation::Mean];
    // statsmodels: proportion_confint(17, 20, method="wilson")
    assert!((found.low - 0.639_581_135_259_243).abs() < 1e-9 && (found.high - 0.947_631_254_103_783_3).abs() < 1e-9);
    assert_eq!((found.method, found.level, found.n, found.clusters), (IntervalMethod::Wilson, 0.95, 20, None));
    assert_eq!((summary.intervals.len(), summary.repeats), (1, None));
}

#[test]
fn numbers_have_intervals_of_their_mean_and_their_median() {
    let summary = summed_up((0..9_u8).map(|index| row(index.into(), 0, number(f64::from(index)))));
    let found = summary.intervals.iter().map(|(of, interval)| (*of, interval.method, interval.n));
    let expected =
        [(Aggregation::Mean, IntervalMethod::T, 9), (Aggregation::Median, IntervalMethod::OrderStatistic, 9)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    // scipy.stats.t.interval(0.95, 8, 4, sem([0, …, 8]))
    assert!((summary.intervals[&Aggregation::Mean].low - 1.894_915_862_414_142_4).abs() < 1e-9, "{summary:?}");
}

#[test]
fn what_nothing_is_known_of_has_no_interval() {
    assert!(summed_up([row(0, 0, number(1.0))]).intervals.is_empty());
    // That more than half of all values are 0.5 is sure enough, but not how far off the others are.
    let equal = summed_up((0..9).map(|index| row(index, 0, number(0.5)))).intervals;
    assert_eq!(equal.keys().collect::<Vec<_>>(), [&Aggregation::Median]);
    assert!(summed_up([row(0, 0, verdict(Value::Text("good".into())))]).intervals.is_empty());
}

#[test]
fn repeats_of_an_example_add_no_certainty() {
    let repeated = (0..30).flat_map(|index| (0..4).map(move |repeat| row(index, repeat, passed(index % 3 > 0))));
    let summary = summed_up(repeated);
    let found = summary.intervals[&Aggregation::Mean];
    assert_eq!((found.method, found.n, found.clusters), (IntervalMethod::Clustered, 120, Some(30)));
    // scipy.stats.t.interval of thirty numbers, of which twenty are 1 and ten 0
    assert!(
        (found.low - 0.487_632_127_541_7).abs() < 1e-9 && (found.high - 0.845_701_205_791_6).abs() < 1e-9,
        "{found:?}"
    );
}

#[test]
fn repeats_that_failed_leave_the_others_of_the_example() {
    let outcomes = [
        [passed(true), passed(true), passed(true)],
        [passed(true), error(), passed(false)],
        [error(), error(), error()],
        [passed(false), passed(false), passed(true)],
    ];
    let rows = (0..).zip(outcomes).flat_map(|(index, outcomes)| {
        (0..).zip(outcomes).map(move |(repeat, outcome)| row(index, repeat, outcome)).collect::<Vec<_>>()
    });
    let summary = summed_up(rows);
    assert_eq!((summary.n, summary.intervals[&Aggregation::Mean].clusters), (8, Some(3)));
    let rates = summary.repeats.unwrap().rates;
    assert_eq!(rates.iter().map(|rate| (rate.k, rate.examples)).collect::<Vec<_>>(), [(1, 3), (2, 3), (3, 2)]);
    assert!((rates[0].pass_at_k - (1.0 + 0.5 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
    assert!((rates[1].pass_at_k - (1.0 + 1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    assert!((rates[2].pass_pow_k - 0.5).abs() < 1e-12);
    assert!(rates[2].pass_pow_k_interval.unwrap().contains(0.5));
}

#[test]
fn numbers_of_repeats_have_no_rate_of_passing() {
    let rows = (0..4).flat_map(|index| (0..2_u8).map(move |repeat| row(index, repeat.into(), number(repeat.into()))));
    assert_eq!(summed_up(rows).repeats, None);
}

#[test]
fn rows_with_the_same_value_are_one_cluster() {
    let topics = [Some("a"), Some("b"), Some("a"), None, None, Some("b")];
    let rows = (0..).zip(topics).map(|(index, topic)| tagged(row(index, 0, passed(index % 2 == 0)), topic));
    let mut collector = SummaryCollector::new(scorers()).with_clusters("tags.topic".parse().unwrap());
    rows.for_each(|row| collector.add(&row));
    let found = feedback(&collector).intervals[&Aggregation::Mean];
    assert_eq!((found.method, found.n, found.clusters), (IntervalMethod::Clustered, 6, Some(4)));

    let apart = (0..).zip(["a", "b", "c"]).map(|(index, topic)| tagged(row(index, 0, passed(index > 0)), Some(topic)));
    let mut collector = SummaryCollector::new(scorers()).with_clusters("tags.topic".parse().unwrap());
    apart.for_each(|row| collector.add(&row));
    assert_eq!(feedback(&collector).intervals[&Aggregation::Mean].method, IntervalMethod::Wilson);
}

#[test]
fn the_interval_of_a_clustered_median_holds_it_often_enough() {
    // Half of the variance is between clusters, drawn by a linear congruential generator (Knuth's MMIX).
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX) - 0.5
    };
    let (mut held, mut held_by_plain) = (0, 0);
    for _ in 0..2000 {
        let mut collector = SummaryCollector::new(scorers());
        let mut values = Vec::new();
        for index in 0..60 {
            let shared = uniform();
            for repeat in 0..4 {
                let value = shared + uniform();
                collector.add(&row(index, repeat, number(value)));
                values.push(value);
            }
        }
        let found = feedback(&collector).intervals[&Aggregation::Median];
        held += u32::from(found.low <= 0.0 && 0.0 <= found.high);
        values.sort_by(f64::total_cmp);
        let plain = scorebox_stats::quantile_interval(&values, 0.5, scorebox_stats::Confidence::default()).unwrap();
        held_by_plain += u32::from(plain.contains(0.0));
    }
    assert!((1860..=1960).contains(&held), "{held}");
    assert!(held_by_plain < 1750, "{held_by_plain}");
}

#[test]
fn many_different_numbers_have_an_interval_of_their_median() {
    let summary = summed_up((0..20_000_u16).map(|index| row(index.into(), 0, number(f64::from(index)))));
    let found = summary.intervals[&Aggregation::Median];
    assert!(summary.approximate);
    assert!((found.low - 9861.0).abs() < 12.0 && (found.high - 10_138.0).abs() < 12.0, "{found:?}");
}

#[test]
fn intervals_survive_a_round_trip_and_older_records_can_be_read() {
    let rows =
        (0..6).flat_map(|index| (0..2).map(move |repeat| row(index, repeat, passed(index + u64::from(repeat) > 2))));
    let summary = summed_up(rows);
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["intervals"]["mean"]["method"], "clustered");
    assert_eq!(json["intervals"]["mean"]["clusters"], 6);
    assert_eq!(json["repeats"]["rates"][1]["k"], 2);
    assert_eq!(serde_json::from_value::<FeedbackSummary>(json).unwrap(), summary);

    let older = r#"{"name":"s","n":2,"aggregates":{"mean":0.5},"booleans":{"passed":1,"failed":1}}"#;
    let read: FeedbackSummary = serde_json::from_str(older).unwrap();
    assert!(read.intervals.is_empty() && read.repeats.is_none());
    assert_eq!(serde_json::to_string(&read).unwrap(), older);
}

#[test]
fn slices_are_sorted_by_size_and_then_by_name() {
    let topics = [Some("b"), Some("a"), None, Some("c"), Some("c"), Some("")];
    let mut slices = SliceCollector::new(scorers(), "tags.topic".parse().unwrap());
    for (index, topic) in (0..).zip(topics) {
        slices.add(&tagged(row(index, 0, passed(true)), topic));
    }
    slices.add(&row(6, 0, passed(true)));
    let found: Vec<_> = slices.summaries().into_iter().map(|(name, summary)| (name, summary.rows)).collect();
    let expected = [("(none)", 3), ("c", 2), ("a", 1), ("b", 1)].map(|(name, rows)| (name.to_owned(), rows));
    assert_eq!(found, expected);
}

#[test]
fn values_beyond_the_first_200_are_one_slice() {
    let mut slices = SliceCollector::new(scorers(), "tags.topic".parse().unwrap());
    for index in 0..500 {
        slices.add(&tagged(row(index, 0, passed(true)), Some(&format!("topic {}", index % 250))));
    }
    let found = slices.summaries();
    assert_eq!(found.len(), 201);
    let (name, other) = found.last().unwrap();
    assert_eq!((name.as_str(), other.rows), ("…other", 100));
    assert!(found[..200].iter().all(|(_, summary)| summary.rows == 2));
}

#[test]
fn slices_have_intervals_of_clusters_too() {
    let mut slices = SliceCollector::new(scorers(), "tags.topic".parse().unwrap()).with_clusters("id".parse().unwrap());
    for index in 0..10 {
        let mut row = row(index, 0, passed(index % 4 == 0));
        row.id = format!("q{}", index / 2);
        slices.add(&tagged(row, Some("a")));
    }
    let found = slices.summaries()[0].1.scorers[0].feedback[0].intervals[&Aggregation::Mean];
    assert_eq!((found.n, found.clusters), (10, Some(5)));
}

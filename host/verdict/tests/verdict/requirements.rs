use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;
use scorebox_core::Aggregation;
use scorebox_verdict::{
    Bound, LatencyMetric, Metric, Operator, PredictMetric, Requirement, RunMetric, Subject, Target,
};

fn parse(text: &str) -> Requirement {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn problem(text: &str) -> String {
    text.parse::<Requirement>().unwrap_err().to_string()
}

fn scorer(subject: &str, metric: Metric) -> Target {
    Target::Scorer(subject.parse().unwrap(), metric)
}

#[test]
fn every_form_of_a_requirement_is_read() {
    let k = |count| NonZeroU32::new(count).unwrap();
    let cases = [
        ("correctness.mean >= 0.9", scorer("correctness", Metric::Aggregate(Aggregation::Mean)), Bound::Number(0.9)),
        ("tone.low>=4.0", scorer("tone", Metric::Low), Bound::Number(4.0)),
        ("  error_rate <= 1%  ", Target::Run(RunMetric::ErrorRate), Bound::Percent(1.0)),
        ("cost_usd <= 2.00", Target::Run(RunMetric::CostUsd), Bound::Number(2.0)),
        (
            "predict.latency.p90 <= 2s",
            Target::Run(RunMetric::Predict(PredictMetric::Latency(LatencyMetric::P90))),
            Bound::Time(Duration::from_secs(2)),
        ),
        (
            "correctness.latency.p99 <= 150ms",
            scorer("correctness", Metric::Latency(LatencyMetric::P99)),
            Bound::Time(Duration::from_millis(150)),
        ),
        ("correctness.pass_at_3 >= 95 %", scorer("correctness", Metric::PassAt(k(3))), Bound::Percent(95.0)),
        ("correctness.pass_pow_10 > 0.7", scorer("correctness", Metric::PassPow(k(10))), Bound::Number(0.7)),
        ("correctness.n == 100", scorer("correctness", Metric::N), Bound::Number(100.0)),
        ("duration < 1m 30s", Target::Run(RunMetric::Duration), Bound::Time(Duration::from_secs(90))),
        ("acme/tone.v1.2.rate >= 0", scorer("acme/tone.v1.2", Metric::Rate), Bound::Number(0.0)),
        ("judge:citations.errors <= 0", scorer("judge:citations", Metric::Errors), Bound::Number(0.0)),
    ];
    for (text, target, bound) in cases {
        let requirement = parse(text);
        assert_eq!((&requirement.target, requirement.bound), (&target, bound), "{text}");
    }
}

#[test]
fn the_longest_ending_that_is_a_metric_is_the_metric_and_backticks_overrule_it() {
    assert_eq!(parse("a.latency.mean >= 1s").target, scorer("a", Metric::Latency(LatencyMetric::Mean)));
    let mean = Metric::Aggregate(Aggregation::Mean);
    assert_eq!(parse("`a.latency`.mean >= 1").target, scorer("a.latency", mean));
    assert_eq!(parse("`a`:`b.latency`.mean >= 1").target, scorer("a:b.latency", mean));
    let p90 = Metric::Latency(LatencyMetric::P90);
    assert_eq!(parse("`predict`.latency.p90 <= 1s").target, scorer("predict", p90));
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_may_stand_there() {
    let short = |text: &str| problem(text).split(" A scorer has ").next().unwrap().to_owned();
    insta::assert_snapshot!(problem("correctness.maen >= 0.9"), @r#""correctness.maen >= 0.9", at character 13: there is no metric `maen`; did you mean `mean`? A scorer has mean, min, max, median, p90, variance, rate, low, high, n, errors, error_rate, skipped, cost_usd, tokens, requests, pass_at_K, pass_pow_K and latency.X. A run has rows, errors, error_rate, cost_usd, tokens, requests, duration, and predict.X with errors, error_rate, cost_usd, tokens, requests and latency.X. A latency is its mean, median, p90, p99, max, total"#);
    insta::assert_snapshot!(short("correctness.average >= 0.9"), @r#""correctness.average >= 0.9", at character 13: there is no metric `average`; did you mean `mean`?"#);
    insta::assert_snapshot!(short("correctness.latency.p95 <= 1s"), @r#""correctness.latency.p95 <= 1s", at character 13: there is no metric `latency.p95`; did you mean `latency.p90`?"#);
    insta::assert_snapshot!(short("erorr_rate <= 0.1"), @r#""erorr_rate <= 0.1", at character 1: there is no metric `erorr_rate`; did you mean `error_rate`?"#);
    insta::assert_snapshot!(short("correctness >= 0.9"), @r#""correctness >= 0.9", at character 1: what of correctness? Name a metric, such as correctness.mean."#);
    insta::assert_snapshot!(short("`a.b` >= 0.9"), @r#""`a.b` >= 0.9", at character 6: what of `a.b`? Name a metric, such as `a.b`.mean."#);
    insta::assert_snapshot!(problem("correctness.mean 0.9"), @r#""correctness.mean 0.9", at character 21: nothing is compared; write one of >=, <=, >, <, == and a bound, such as "correctness.mean >= 0.9""#);
    insta::assert_snapshot!(problem("correctness.mean => 0.9"), @r#""correctness.mean => 0.9", at character 18: there is no operator `=>`; write one of >=, <=, >, <, =="#);
    insta::assert_snapshot!(problem("très bon.mean >= 0.9"), @r#""très bon.mean >= 0.9", at character 1: `très bon` is no name of a scorer: names have ASCII letters, digits, '_', '-', '.' and '/'. Write `scorer.metric`, `scorer:feedback.metric`, or names between backticks"#);
    insta::assert_snapshot!(problem("correctness.mean >= high"), @r#""correctness.mean >= high", at character 21: `high` is no bound of `correctness.mean`: write a number such as 0.9, or a percentage such as 90%"#);
    insta::assert_snapshot!(problem("correctness.n >= 90%"), @r#""correctness.n >= 90%", at character 18: `90%` is no bound of `correctness.n`: write a count such as 100"#);
    insta::assert_snapshot!(problem("predict.latency.p90 <= 2"), @r#""predict.latency.p90 <= 2", at character 24: `2` is no bound of `predict.latency.p90`: write a time with its unit, such as 2s or 150ms"#);
    insta::assert_snapshot!(problem("cost_usd <= 2s"), @r#""cost_usd <= 2s", at character 13: `2s` is no bound of `cost_usd`: write dollars as a number, such as 2.00"#);
}

#[test]
fn texts_that_are_no_requirements_are_refused_without_a_crash() {
    for text in
        ["", " ", ">=", ">= 1", ".mean >= 1", "a. >= 1", "`", "``.mean >= 1", "`a.mean >= 1", "a.mean >= ", "a.mean >="]
    {
        assert!(text.parse::<Requirement>().is_err(), "{text:?}");
    }
    for text in ["a.mean >= nan", "a.mean >= inf", "a.pass_at_0 >= 1", "a.pass_at_03 >= 1", "a.mean >= 1 >= 2", "é>=1"]
    {
        assert!(text.parse::<Requirement>().is_err(), "{text:?}");
    }
    assert!(format!("{}.mean >= 1", "a".repeat(2000)).parse::<Requirement>().is_err());
}

#[test]
fn names_that_look_like_metrics_are_written_between_backticks() {
    let of = |subject: &str, metric| Requirement {
        target: scorer(subject, metric),
        operator: Operator::AtLeast,
        bound: Bound::Number(1.0),
    };
    let mean = Metric::Aggregate(Aggregation::Mean);
    assert_eq!(of("a.b", mean).to_string(), "a.b.mean >= 1");
    assert_eq!(of("a.latency", mean).to_string(), "`a.latency`.mean >= 1");
    assert_eq!(of("predict", Metric::Errors).to_string(), "`predict`.errors >= 1");
}

fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z0-9_/-]{1,6}",
        Just("predict".to_owned()),
        Just("latency".to_owned()),
        Just("mean".to_owned()),
        Just("errors".to_owned()),
    ];
    proptest::collection::vec(word, 1..4).prop_map(|words| words.join("."))
}

fn subject() -> impl Strategy<Value = Subject> {
    (name(), proptest::option::of(name())).prop_map(|(scorer, feedback)| Subject { scorer, feedback })
}

fn latency() -> impl Strategy<Value = LatencyMetric> {
    use LatencyMetric::{Max, Mean, Median, P90, P99, Total};
    proptest::sample::select(vec![Mean, Median, P90, P99, Max, Total])
}

fn number() -> impl Strategy<Value = Bound> {
    (-1e9..1e9).prop_map(Bound::Number)
}

fn time() -> impl Strategy<Value = Bound> {
    (0_u64..1_000_000_000_000_000).prop_map(|nanos| Bound::Time(Duration::from_nanos(nanos)))
}

fn target_and_bound() -> impl Strategy<Value = (Target, Bound)> {
    use Aggregation::{Max, Mean, Median, Min, P90, Variance};
    let share = prop_oneof![
        proptest::sample::select(vec![Mean, Min, Max, Median, P90, Variance]).prop_map(Metric::Aggregate),
        proptest::sample::select(vec![Metric::Rate, Metric::Low, Metric::High, Metric::ErrorRate]),
        (1_u32..100).prop_map(|k| Metric::PassAt(NonZeroU32::new(k).unwrap())),
        (1_u32..100).prop_map(|k| Metric::PassPow(NonZeroU32::new(k).unwrap())),
    ];
    let share_bound = prop_oneof![number(), (-1e3..1e3).prop_map(Bound::Percent)];
    let count = proptest::sample::select(vec![Metric::N, Metric::Errors, Metric::Skipped, Metric::CostUsd]);
    prop_oneof![
        (subject(), share, share_bound).prop_map(|(of, metric, bound)| (Target::Scorer(of, metric), bound)),
        (subject(), count, number()).prop_map(|(of, metric, bound)| (Target::Scorer(of, metric), bound)),
        (subject(), latency(), time()).prop_map(|(of, it, bound)| (Target::Scorer(of, Metric::Latency(it)), bound)),
        (latency(), time())
            .prop_map(|(it, bound)| (Target::Run(RunMetric::Predict(PredictMetric::Latency(it))), bound)),
        number().prop_map(|bound| (Target::Run(RunMetric::Predict(PredictMetric::Errors)), bound)),
        number().prop_map(|bound| (Target::Run(RunMetric::Tokens), bound)),
        time().prop_map(|bound| (Target::Run(RunMetric::Duration), bound)),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((target, bound) in target_and_bound(), operator in 0_usize..5) {
        use Operator::{Above, AtLeast, AtMost, Below, Exactly};
        let operator = [AtLeast, AtMost, Above, Below, Exactly][operator];
        let requirement = Requirement { target, operator, bound };
        let text = requirement.to_string();
        prop_assert_eq!(text.parse::<Requirement>().unwrap(), requirement.clone(), "{}", text);
        let json = serde_json::to_string(&requirement).unwrap();
        prop_assert_eq!(serde_json::from_str::<Requirement>(&json).unwrap(), requirement);
    }

    #[test]
    fn no_text_crashes_the_parser(text in "\\PC{0,60}") {
        if let Ok(requirement) = text.parse::<Requirement>() {
            prop_assert!(requirement.to_string().parse::<Requirement>().is_ok());
        }
    }

    #[test]
    fn texts_that_nearly_fit_do_not_crash_it(text in "[`:.a ]{0,4}(mean|latency|p90|n)[`. ]{0,2}(>=|<|==|=!)[ 0-9.%smé-]{0,6}") {
        if let Ok(requirement) = text.parse::<Requirement>() {
            prop_assert!(requirement.to_string().parse::<Requirement>().is_ok());
        }
    }
}

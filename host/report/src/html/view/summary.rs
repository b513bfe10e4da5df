use std::time::Duration;

use scorebox_core::Aggregation;
use scorebox_eval::{
    AggregateInterval, CallSummary, FeedbackSummary, FunctionRole, IntervalMethod, Latency, RepeatSummary, RunRecord,
    ScorerSummary, Summary,
};
use serde::Serialize;

use super::drawing::{Bars, IntervalBar, Scale, Share, Stack, number_without_zeros};
use super::{filter, header, percent};
use crate::html::columns::Columns;
use crate::html::histogram::Histogram;
use crate::html::limits::MAX_SUMMARY_FEEDBACKS;
use crate::shown::{self, counted, duration, number, thousands};

/// What the run came to.
#[derive(Serialize)]
pub(super) struct SummaryView {
    is_there: bool,
    errors: Option<String>,
    predict: Option<CallsView>,
    feedback: Vec<FeedbackView>,
    has_costs: bool,
}

/// One line of the table: a feedback of a scorer, or a scorer without any.
#[derive(Serialize)]
struct FeedbackView {
    name: String,
    /// The scorer, where the feedback has another name.
    scorer: Option<String>,
    about: Option<String>,
    estimate: Option<Estimate>,
    stack: Option<Stack>,
    bars: Option<Bars>,
    n: String,
    further: String,
    repeats: Vec<RepeatsView>,
    /// What the calls took; only on the scorer's first line.
    calls: Option<CallsView>,
    left_out: Option<String>,
}

/// The number that stands for a feedback.
#[derive(Serialize)]
struct Estimate {
    what: &'static str,
    value: String,
    interval: Option<String>,
    /// What kind of interval it is.
    method: String,
    bar: Option<IntervalBar>,
}

/// What k repeats of an example come to.
#[derive(Serialize)]
struct RepeatsView {
    k: u64,
    any: String,
    any_title: String,
    all: String,
    all_title: String,
}

#[derive(Serialize)]
struct CallsView {
    errors: Option<String>,
    errors_filter: Option<String>,
    errors_by_kind: String,
    skipped: Option<String>,
    latency: Option<String>,
    latency_p90: Option<String>,
    latency_title: String,
    cost: Option<String>,
    cost_title: String,
}

impl SummaryView {
    pub(super) fn of(record: &RunRecord, columns: &Columns) -> Self {
        let Some(summary) = &record.summary else {
            return Self { is_there: false, errors: None, predict: None, feedback: Vec::new(), has_costs: false };
        };
        let lines = summary.scorers.iter().enumerate();
        Self {
            is_there: true,
            errors: (summary.rows_with_errors > 0).then(|| counted(summary.rows_with_errors, "row")),
            predict: summary.predict.as_ref().map(|calls| CallsView::of(calls, 0, None)),
            feedback: lines.flat_map(|(place, scorer)| scorer_lines(record, place, scorer, columns)).collect(),
            has_costs: has_costs(summary),
        }
    }
}

fn has_costs(summary: &Summary) -> bool {
    !summary.usage.is_none()
}

/// A line for each feedback of a scorer, or one for the scorer if it gave none.
fn scorer_lines(record: &RunRecord, place: usize, scorer: &ScorerSummary, columns: &Columns) -> Vec<FeedbackView> {
    let key = columns.key(place, &scorer.name);
    let calls = CallsView::of(&scorer.calls, scorer.skipped, Some(&key));
    let about = about(record, &scorer.name);
    let shown = scorer.feedback.iter().take(MAX_SUMMARY_FEEDBACKS);
    let mut lines: Vec<_> = shown.map(|feedback| FeedbackView::of(feedback, place, &scorer.name, columns)).collect();
    if lines.is_empty() {
        lines.push(FeedbackView::without_feedback(&scorer.name));
    }
    if let Some(first) = lines.first_mut() {
        first.calls = Some(calls);
        first.about = about;
    }
    let left_out = scorer.feedback.len().saturating_sub(MAX_SUMMARY_FEEDBACKS);
    let last = lines.last_mut().filter(|_| left_out > 0 || scorer.other_feedback > 0);
    if let Some(last) = last {
        last.left_out =
            Some(format!("Feedback with further names is not shown ({})", counted(left_out as u64, "name")));
    }
    lines
}

/// What a scorer is, and the models that it asks.
fn about(record: &RunRecord, scorer: &str) -> Option<String> {
    let function = record.functions.iter().find(|it| it.role == FunctionRole::Scorer && it.name == scorer)?;
    let name = header::full_name(record, function);
    let models: Vec<_> = function.models.values().cloned().collect();
    Some(if models.is_empty() { name } else { format!("{name}, asks {}", models.join(", ")) })
}

impl FeedbackView {
    fn of(feedback: &FeedbackSummary, place: usize, scorer: &str, columns: &Columns) -> Self {
        let key = columns.key(place, &feedback.name);
        let bars = columns.histogram(place, &feedback.name).and_then(Bars::of);
        Self {
            name: feedback.name.clone(),
            scorer: (feedback.name != scorer).then(|| scorer.to_owned()),
            about: None,
            estimate: Estimate::of(feedback, columns.histogram(place, &feedback.name)),
            stack: Stack::of(shares(feedback, &key)),
            bars,
            n: thousands(feedback.n),
            further: further(feedback),
            repeats: feedback.repeats.as_ref().map_or_else(Vec::new, repeats),
            calls: None,
            left_out: None,
        }
    }

    fn without_feedback(scorer: &str) -> Self {
        Self {
            name: scorer.to_owned(),
            scorer: None,
            about: None,
            estimate: None,
            stack: None,
            bars: None,
            n: "0".to_owned(),
            further: String::new(),
            repeats: Vec::new(),
            calls: None,
            left_out: None,
        }
    }
}

impl Estimate {
    /// The mean, or else the first of what was asked for.
    fn of(feedback: &FeedbackSummary, histogram: Option<&Histogram>) -> Option<Self> {
        let mean = feedback.aggregates.get_key_value(&Aggregation::Mean);
        let (&aggregation, &value) = mean.or_else(|| feedback.aggregates.iter().next())?;
        let is_rate = feedback.booleans.is_some_and(|booleans| booleans.passed + booleans.failed == feedback.n);
        let interval = feedback.intervals.get(&aggregation);
        let ends = interval.map(|it| (it.low, it.high));
        let scale = Scale::around(range(feedback, histogram)).filter(|_| aggregation != Aggregation::Variance);
        Some(Self {
            what: if is_rate && aggregation == Aggregation::Mean { "rate" } else { aggregation_name(aggregation) },
            value: number(value),
            interval: interval.map(|it| shown::interval(it.low, it.high)),
            method: interval.map_or_else(String::new, method),
            bar: scale.map(|scale| IntervalBar::of(value, ends, scale)),
        })
    }
}

/// Values between which the feedback lies.
fn range(feedback: &FeedbackSummary, histogram: Option<&Histogram>) -> impl Iterator<Item = f64> {
    let aggregates = feedback.aggregates.iter().filter(|(name, _)| **name != Aggregation::Variance).map(|(_, it)| *it);
    let ends = histogram.and_then(Histogram::ends);
    aggregates.chain(ends.into_iter().flat_map(|(low, high)| [low, high]))
}

fn method(interval: &AggregateInterval) -> String {
    let name = match interval.method {
        IntervalMethod::Wilson => "Wilson's interval",
        IntervalMethod::T => "Student's t interval",
        IntervalMethod::Clustered => "cluster-robust interval",
        IntervalMethod::OrderStatistic => "interval from order statistics",
    };
    let clusters =
        interval.clusters.map_or_else(String::new, |clusters| format!(" in {}", counted(clusters, "cluster")));
    format!("{} {name}, n = {}{clusters}", percent(interval.level), thousands(interval.n))
}

fn repeats(repeats: &RepeatSummary) -> Vec<RepeatsView> {
    let level = percent(repeats.level);
    let rates = repeats.rates.iter().map(|rate| {
        let title = |ends: Option<(f64, f64)>| {
            let interval = ends
                .map_or_else(String::new, |(low, high)| format!("{level} interval {}, ", shown::interval(low, high)));
            format!("{interval}{}", counted(rate.examples, "example"))
        };
        RepeatsView {
            k: rate.k,
            any: number(rate.pass_at_k),
            any_title: title(rate.pass_at_k_interval.map(|it| (it.low, it.high))),
            all: number(rate.pass_pow_k),
            all_title: title(rate.pass_pow_k_interval.map(|it| (it.low, it.high))),
        }
    });
    rates.collect()
}

impl CallsView {
    fn of(calls: &CallSummary, skipped: u64, key: Option<&str>) -> Self {
        let by_kind = calls.errors_by_kind.iter().map(|(kind, count)| format!("{kind}: {}", thousands(*count)));
        Self {
            errors: (calls.errors > 0).then(|| thousands(calls.errors)),
            errors_filter: key.map(|key| filter(key, ":", "error")),
            errors_by_kind: by_kind.collect::<Vec<_>>().join(", "),
            skipped: (skipped > 0).then(|| thousands(skipped)),
            latency: calls.latency.map(|latency| nanoseconds(latency.p50_ns)),
            latency_p90: calls.latency.map(|latency| nanoseconds(latency.p90_ns)),
            latency_title: calls.latency.map(latency_title).unwrap_or_default(),
            cost: (!calls.usage.is_none()).then(|| calls.usage.cost.to_string()),
            cost_title: format!(
                "{}, {}",
                counted(calls.usage.requests, "request"),
                counted(calls.usage.tokens(), "token")
            ),
        }
    }
}

fn nanoseconds(nanoseconds: u64) -> String {
    duration(Duration::from_nanos(nanoseconds))
}

fn latency_title(latency: Latency) -> String {
    let parts = [
        ("median", latency.p50_ns),
        ("p90", latency.p90_ns),
        ("p99", latency.p99_ns),
        ("longest", latency.max_ns),
        ("all calls", latency.total_ns),
    ];
    parts.map(|(name, time)| format!("{name} {}", nanoseconds(time))).join(", ")
}

/// How often each verdict occurred: booleans, then labels from the most frequent one on.
fn shares(feedback: &FeedbackSummary, key: &str) -> Vec<Share> {
    let mut shares = Vec::new();
    if let Some(booleans) = feedback.booleans {
        for (label, count, look) in [("passed", booleans.passed, "good"), ("failed", booleans.failed, "bad")] {
            let filter = Some(filter(key, ":", label));
            shares.push(Share { label: label.to_owned(), count, look: Some(look), filter });
        }
    }
    if let Some(labels) = &feedback.labels {
        let mut counts: Vec<_> = labels.counts.iter().collect();
        counts.sort_by_key(|(label, count)| (std::cmp::Reverse(**count), *label));
        shares.extend(counts.into_iter().map(|(label, count)| Share {
            label: label.clone(),
            count: *count,
            look: None,
            filter: Some(filter(key, ":", label)),
        }));
        let others = Share { label: "other texts".to_owned(), count: labels.others, look: Some("rest"), filter: None };
        shares.extend((labels.others > 0).then_some(others));
    }
    shares
}

/// The aggregates beside the one that stands for the feedback.
fn further(feedback: &FeedbackSummary) -> String {
    let shown = feedback.aggregates.iter().filter(|(name, _)| **name != Aggregation::Mean);
    let mut parts: Vec<_> =
        shown.map(|(name, value)| format!("{} {}", aggregation_name(*name), number_without_zeros(*value))).collect();
    if feedback.json > 0 {
        parts.push(counted(feedback.json, "JSON value"));
    }
    if feedback.approximate {
        parts.push("percentiles within 0.1 %".to_owned());
    }
    parts.join(" · ")
}

fn aggregation_name(aggregation: Aggregation) -> &'static str {
    match aggregation {
        Aggregation::Mean => "mean",
        Aggregation::Min => "min",
        Aggregation::Max => "max",
        Aggregation::Median => "median",
        Aggregation::P90 => "p90",
        Aggregation::Variance => "variance",
    }
}

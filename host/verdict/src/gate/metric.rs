use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use scorebox_core::Aggregation;

/// What is measured of a scorer or of one of its feedbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// An aggregate of the values.
    Aggregate(Aggregation),
    /// The share of `true`.
    Rate,
    /// The lower end of the 95 % interval of the mean.
    Low,
    /// The upper end.
    High,
    /// The values that the mean stands on.
    N,
    /// Calls that failed.
    Errors,
    /// The share of calls that failed.
    ErrorRate,
    /// Rows for which the scorer was not called because there was no prediction.
    Skipped,
    /// How long calls took.
    Latency(LatencyMetric),
    /// Dollars in all.
    CostUsd,
    /// Tokens in all.
    Tokens,
    /// Requests in all.
    Requests,
    /// pass@k: the chance that at least one of k repeats passes.
    PassAt(NonZeroU32),
    /// pass^k: the chance that all of k repeats pass.
    PassPow(NonZeroU32),
}

/// What is measured of a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMetric {
    /// Rows that were evaluated.
    Rows,
    /// Rows on which anything failed.
    Errors,
    /// The share of rows on which anything failed.
    ErrorRate,
    /// Dollars in all.
    CostUsd,
    /// Tokens in all.
    Tokens,
    /// Requests in all.
    Requests,
    /// From the beginning to the end.
    Duration,
    /// Of the predict function.
    Predict(PredictMetric),
}

/// What is measured of the predict function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PredictMetric {
    /// Calls that failed.
    Errors,
    /// The share of calls that failed.
    ErrorRate,
    /// How long calls took.
    Latency(LatencyMetric),
    /// Dollars in all.
    CostUsd,
    /// Tokens in all.
    Tokens,
    /// Requests in all.
    Requests,
}

/// How long calls took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyMetric {
    /// The mean.
    Mean,
    /// The median.
    Median,
    /// The 90th percentile.
    P90,
    /// The 99th percentile.
    P99,
    /// The longest call.
    Max,
    /// All calls together.
    Total,
}

/// What a metric counts in, which decides how a bound is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// The unit of the scorer, or a share: a number or a percentage.
    Value,
    /// A count.
    Count,
    /// Dollars.
    Dollars,
    /// A time with its unit.
    Time,
}

/// What a latency can be.
pub(super) const LATENCIES: [(&str, LatencyMetric); 6] = [
    ("mean", LatencyMetric::Mean),
    ("median", LatencyMetric::Median),
    ("p90", LatencyMetric::P90),
    ("p99", LatencyMetric::P99),
    ("max", LatencyMetric::Max),
    ("total", LatencyMetric::Total),
];

/// The metrics that have one word.
pub(super) const WORDS: [(&str, Metric); 16] = [
    ("mean", Metric::Aggregate(Aggregation::Mean)),
    ("min", Metric::Aggregate(Aggregation::Min)),
    ("max", Metric::Aggregate(Aggregation::Max)),
    ("median", Metric::Aggregate(Aggregation::Median)),
    ("p90", Metric::Aggregate(Aggregation::P90)),
    ("variance", Metric::Aggregate(Aggregation::Variance)),
    ("rate", Metric::Rate),
    ("low", Metric::Low),
    ("high", Metric::High),
    ("n", Metric::N),
    ("errors", Metric::Errors),
    ("error_rate", Metric::ErrorRate),
    ("skipped", Metric::Skipped),
    ("cost_usd", Metric::CostUsd),
    ("tokens", Metric::Tokens),
    ("requests", Metric::Requests),
];

/// The same of a run.
pub(super) const RUN_WORDS: [(&str, RunMetric); 7] = [
    ("rows", RunMetric::Rows),
    ("errors", RunMetric::Errors),
    ("error_rate", RunMetric::ErrorRate),
    ("cost_usd", RunMetric::CostUsd),
    ("tokens", RunMetric::Tokens),
    ("requests", RunMetric::Requests),
    ("duration", RunMetric::Duration),
];

/// The same of the predict function.
pub(super) const PREDICT_WORDS: [(&str, PredictMetric); 5] = [
    ("errors", PredictMetric::Errors),
    ("error_rate", PredictMetric::ErrorRate),
    ("cost_usd", PredictMetric::CostUsd),
    ("tokens", PredictMetric::Tokens),
    ("requests", PredictMetric::Requests),
];

/// The text is no metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMetric;

/// The metrics of scorers, for suggestions.
pub(super) fn metric_names() -> Vec<String> {
    let words = WORDS.iter().map(|(word, _)| (*word).to_owned());
    let latencies = LATENCIES.iter().map(|(word, _)| format!("latency.{word}"));
    words.chain(latencies).chain(["pass_at_K".to_owned(), "pass_pow_K".to_owned()]).collect()
}

/// The metrics of runs, for suggestions.
pub(super) fn run_metric_names() -> Vec<String> {
    let words = RUN_WORDS.iter().map(|(word, _)| (*word).to_owned());
    let predict = PREDICT_WORDS.iter().map(|(word, _)| format!("predict.{word}"));
    let latencies = LATENCIES.iter().map(|(word, _)| format!("predict.latency.{word}"));
    words.chain(predict).chain(latencies).collect()
}

fn lookup<T: Copy>(table: &[(&str, T)], text: &str) -> Option<T> {
    table.iter().find(|(word, _)| *word == text).map(|(_, found)| *found)
}

fn word<T: Copy + PartialEq>(table: &[(&'static str, T)], wanted: T) -> &'static str {
    table.iter().find(|(_, found)| *found == wanted).map_or("", |(word, _)| word)
}

fn latency(text: &str) -> Option<LatencyMetric> {
    lookup(&LATENCIES, text.strip_prefix("latency.")?)
}

impl FromStr for Metric {
    type Err = NoMetric;

    fn from_str(text: &str) -> Result<Self, NoMetric> {
        let repeats = |prefix: &str| text.strip_prefix(prefix).and_then(parse_count);
        lookup(&WORDS, text)
            .or_else(|| latency(text).map(Self::Latency))
            .or_else(|| repeats("pass_at_").map(Self::PassAt))
            .or_else(|| repeats("pass_pow_").map(Self::PassPow))
            .ok_or(NoMetric)
    }
}

/// A count from 1 on, without a sign or leading zeros.
fn parse_count(text: &str) -> Option<NonZeroU32> {
    text.parse().ok().filter(|count: &NonZeroU32| count.to_string() == text)
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency(metric) => write!(formatter, "latency.{}", word(&LATENCIES, *metric)),
            Self::PassAt(k) => write!(formatter, "pass_at_{k}"),
            Self::PassPow(k) => write!(formatter, "pass_pow_{k}"),
            metric => formatter.write_str(word(&WORDS, *metric)),
        }
    }
}

impl FromStr for RunMetric {
    type Err = NoMetric;

    fn from_str(text: &str) -> Result<Self, NoMetric> {
        if let Some(metric) = lookup(&RUN_WORDS, text) {
            return Ok(metric);
        }
        let rest = text.strip_prefix("predict.").ok_or(NoMetric)?;
        let predict = lookup(&PREDICT_WORDS, rest).or_else(|| latency(rest).map(PredictMetric::Latency));
        predict.map(Self::Predict).ok_or(NoMetric)
    }
}

impl fmt::Display for RunMetric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Predict(PredictMetric::Latency(metric)) => {
                write!(formatter, "predict.latency.{}", word(&LATENCIES, *metric))
            }
            Self::Predict(metric) => write!(formatter, "predict.{}", word(&PREDICT_WORDS, *metric)),
            metric => formatter.write_str(word(&RUN_WORDS, *metric)),
        }
    }
}

impl Metric {
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Aggregate(_)
            | Self::Rate
            | Self::Low
            | Self::High
            | Self::ErrorRate
            | Self::PassAt(_)
            | Self::PassPow(_) => Unit::Value,
            Self::N | Self::Errors | Self::Skipped | Self::Tokens | Self::Requests => Unit::Count,
            Self::CostUsd => Unit::Dollars,
            Self::Latency(_) => Unit::Time,
        }
    }
}

impl RunMetric {
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::ErrorRate | Self::Predict(PredictMetric::ErrorRate) => Unit::Value,
            Self::Rows
            | Self::Errors
            | Self::Tokens
            | Self::Requests
            | Self::Predict(PredictMetric::Errors | PredictMetric::Tokens | PredictMetric::Requests) => Unit::Count,
            Self::CostUsd | Self::Predict(PredictMetric::CostUsd) => Unit::Dollars,
            Self::Duration | Self::Predict(PredictMetric::Latency(_)) => Unit::Time,
        }
    }
}

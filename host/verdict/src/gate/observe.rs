//! What a metric of a run is, or why it is nothing.

use std::num::NonZeroU32;

use scorebox_core::{Aggregation, Usage};
use scorebox_eval::{CallSummary, FeedbackSummary, Latency, RunRecord, ScorerSummary, Summary};
use scorebox_stats::{Interval, PassRate};

use super::bound::Bound;
use super::metric::{LatencyMetric, Metric, PredictMetric, RunMetric, Unit};
use super::requirement::Target;
use crate::number::{float, share};
use crate::{Subject, shown};

/// What was measured.
pub(super) struct Observation {
    pub(super) value: f64,
    interval: Option<Interval>,
    /// Values behind it.
    n: Option<u64>,
    /// What it is a part of, such as `10 of 1,000 calls`.
    parts: Option<String>,
}

/// Why nothing was measured.
pub(super) enum Unobserved {
    /// The run has no such thing: the rule is wrong.
    DoesNotExist(String),
    /// The run has it, but no value came of it.
    NothingToMeasure(String),
}

type Observed = Result<Observation, Unobserved>;

impl Observation {
    fn of(value: f64) -> Self {
        Self { value, interval: None, n: None, parts: None }
    }

    fn count(count: u64) -> Self {
        Self::of(float(count))
    }

    fn part(part: u64, whole: u64, noun: &str) -> Observed {
        let nothing = || Unobserved::NothingToMeasure(format!("there were no {noun}s"));
        let value = share(part, whole).ok_or_else(nothing)?;
        let parts = format!("{} of {}", shown::thousands(part), shown::count(whole, noun));
        Ok(Self { parts: Some(parts), ..Self::of(value) })
    }

    /// The observation as it stands beside a bound: `0.912 [0.893, 0.928], n = 1,000`.
    pub(super) fn shown(&self, bound: Bound, unit: Unit) -> String {
        let mut text = bound.shown_beside(self.value, self.interval, unit);
        if let Some(n) = self.n {
            text = format!("{text}, n = {}", shown::thousands(n));
        }
        if let Some(parts) = &self.parts {
            text = format!("{text} ({parts})");
        }
        text
    }
}

pub(super) fn observe(target: &Target, record: &RunRecord, summary: &Summary) -> Observed {
    match target {
        Target::Run(metric) => of_run(*metric, record, summary),
        Target::Scorer(subject, metric) => of_scorer(subject, *metric, summary),
    }
}

fn of_run(metric: RunMetric, record: &RunRecord, summary: &Summary) -> Observed {
    match metric {
        RunMetric::Rows => Ok(Observation::count(summary.rows)),
        RunMetric::Errors => Ok(Observation::count(summary.rows_with_errors)),
        RunMetric::ErrorRate => Observation::part(summary.rows_with_errors, summary.rows, "row"),
        RunMetric::CostUsd => Ok(Observation::of(summary.usage.cost.dollars())),
        RunMetric::Tokens => Ok(Observation::count(summary.usage.tokens())),
        RunMetric::Requests => Ok(Observation::count(summary.usage.requests)),
        RunMetric::Duration => duration(record),
        RunMetric::Predict(metric) => match &summary.predict {
            Some(calls) => of_predict(metric, calls),
            None => Err(Unobserved::DoesNotExist("the run has no predict function; leave the rule out".to_owned())),
        },
    }
}

fn duration(record: &RunRecord) -> Observed {
    let nothing = || Unobserved::NothingToMeasure("the run has not ended".to_owned());
    let ended = record.ended_at.ok_or_else(nothing)?;
    let took = std::time::Duration::try_from(ended.duration_since(record.started_at)).unwrap_or_default();
    Ok(Observation::of(float(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX))))
}

fn of_predict(metric: PredictMetric, calls: &CallSummary) -> Observed {
    match metric {
        PredictMetric::Errors => Ok(Observation::count(calls.errors)),
        PredictMetric::ErrorRate => Observation::part(calls.errors, calls.calls, "call"),
        PredictMetric::Latency(metric) => latency(metric, calls),
        PredictMetric::CostUsd => spent(calls.usage, |usage| usage.cost.dollars()),
        PredictMetric::Tokens => spent(calls.usage, |usage| float(usage.tokens())),
        PredictMetric::Requests => spent(calls.usage, |usage| float(usage.requests)),
    }
}

fn spent(usage: Usage, of: impl Fn(Usage) -> f64) -> Observed {
    Ok(Observation::of(of(usage)))
}

fn latency(metric: LatencyMetric, calls: &CallSummary) -> Observed {
    let nothing = || Unobserved::NothingToMeasure("there were no calls".to_owned());
    let Latency { p50_ns, p90_ns, p99_ns, max_ns, total_ns } = calls.latency.ok_or_else(nothing)?;
    let value = match metric {
        LatencyMetric::Mean => float(total_ns) / float(calls.calls.max(1)),
        LatencyMetric::Median => float(p50_ns),
        LatencyMetric::P90 => float(p90_ns),
        LatencyMetric::P99 => float(p99_ns),
        LatencyMetric::Max => float(max_ns),
        LatencyMetric::Total => float(total_ns),
    };
    Ok(Observation { parts: Some(shown::count(calls.calls, "call")), ..Observation::of(value) })
}

fn of_scorer(subject: &Subject, metric: Metric, summary: &Summary) -> Observed {
    let (scorer, feedback) = resolve(subject, summary)?;
    let calls = &scorer.calls;
    match metric {
        Metric::Errors => Ok(Observation::count(calls.errors)),
        Metric::ErrorRate => Observation::part(calls.errors, calls.calls, "call"),
        Metric::Skipped => Ok(Observation::count(scorer.skipped)),
        Metric::Latency(metric) => latency(metric, calls),
        Metric::CostUsd => spent(calls.usage, |usage| usage.cost.dollars()),
        Metric::Tokens => spent(calls.usage, |usage| float(usage.tokens())),
        Metric::Requests => spent(calls.usage, |usage| float(usage.requests)),
        Metric::N => Ok(Observation::count(feedback.map_or(0, |feedback| feedback.n))),
        metric => match feedback {
            Some(feedback) => of_feedback(metric, feedback),
            None => Err(no_values(scorer)),
        },
    }
}

/// The scorer that is meant, and its feedback where it gave any: that of its own name, or the only one. A name that is no
/// scorer's can be that of a feedback that only one scorer gives.
fn resolve<'s>(
    subject: &Subject,
    summary: &'s Summary,
) -> Result<(&'s ScorerSummary, Option<&'s FeedbackSummary>), Unobserved> {
    if let Some(scorer) = summary.scorers.iter().find(|scorer| scorer.name == subject.scorer) {
        let named = |name: &str| scorer.feedback.iter().find(|feedback| feedback.name == name);
        let feedback = match (&subject.feedback, scorer.feedback.as_slice()) {
            (Some(name), [_, ..]) => Some(named(name).ok_or_else(|| no_such_feedback(scorer, name))?),
            (_, []) => None,
            (None, [only]) => Some(only),
            (None, _) => Some(named(&scorer.name).ok_or_else(|| which_feedback(scorer))?),
        };
        return Ok((scorer, feedback));
    }
    let given = summary.scorers.iter().flat_map(|scorer| scorer.feedback.iter().map(move |it| (scorer, it)));
    let mut given = given.filter(|(_, it)| subject.feedback.is_none() && it.name == subject.scorer);
    match (given.next(), given.next()) {
        (Some((scorer, feedback)), None) => Ok((scorer, Some(feedback))),
        _ => Err(no_such_scorer(subject, summary)),
    }
}

fn of_feedback(metric: Metric, feedback: &FeedbackSummary) -> Observed {
    let all_booleans = feedback.booleans.filter(|counts| counts.passed + counts.failed == feedback.n);
    let interval = |aggregation| interval_of(feedback, aggregation);
    let mean_interval = interval(Aggregation::Mean);
    let with_n = |value| Observation { n: Some(feedback.n), ..Observation::of(value) };
    let found = match metric {
        Metric::Aggregate(aggregation) => {
            let value = feedback.aggregates.get(&aggregation);
            value.map(|value| Observation { interval: interval(aggregation), ..with_n(*value) })
        }
        Metric::Rate => {
            let counts = all_booleans.ok_or_else(|| not_booleans(feedback))?;
            share(counts.passed, feedback.n).map(|value| Observation { interval: mean_interval, ..with_n(value) })
        }
        Metric::Low | Metric::High => {
            let end = |interval: Interval| if metric == Metric::Low { interval.low } else { interval.high };
            match mean_interval {
                None if feedback.aggregates.contains_key(&Aggregation::Mean) => return Err(too_few(feedback)),
                interval => interval.map(|interval| with_n(end(interval))),
            }
        }
        Metric::PassAt(k) => {
            pass_rate(feedback, k).map(|rate| of_examples(rate.pass_at_k, rate.pass_at_k_interval, rate.examples))
        }
        Metric::PassPow(k) => {
            pass_rate(feedback, k).map(|rate| of_examples(rate.pass_pow_k, rate.pass_pow_k_interval, rate.examples))
        }
        _ => None,
    };
    found.ok_or_else(|| no_such_value(metric, feedback))
}

/// The interval of an aggregate. Values that are all the same have one without width.
fn interval_of(feedback: &FeedbackSummary, aggregation: Aggregation) -> Option<Interval> {
    if let Some(found) = feedback.intervals.get(&aggregation) {
        return Some(Interval { low: found.low, high: found.high });
    }
    let of = |aggregation| feedback.aggregates.get(&aggregation).copied();
    let (min, mean) = (of(Aggregation::Min)?, of(Aggregation::Mean)?);
    let is_constant = aggregation == Aggregation::Mean && feedback.n > 1 && mean <= min;
    is_constant.then_some(Interval { low: mean, high: mean })
}

fn pass_rate(feedback: &FeedbackSummary, k: NonZeroU32) -> Option<&PassRate> {
    feedback.repeats.as_ref()?.rates.iter().find(|rate| rate.k == u64::from(k.get()))
}

fn of_examples(value: f64, interval: Option<Interval>, examples: u64) -> Observation {
    let parts = Some(shown::count(examples, "example"));
    Observation { interval, parts, ..Observation::of(value) }
}

fn no_values(scorer: &ScorerSummary) -> Unobserved {
    let errors = shown::thousands(scorer.calls.errors);
    let calls = shown::count(scorer.calls.calls, "call");
    let skipped = shown::count(scorer.skipped, "row");
    Unobserved::NothingToMeasure(format!("no values: {errors} of {calls} failed, and {skipped} had no prediction"))
}

fn no_such_value(metric: Metric, feedback: &FeedbackSummary) -> Unobserved {
    let name = &feedback.name;
    let advice = match metric {
        Metric::PassAt(_) | Metric::PassPow(_) => {
            "it needs booleans and a run with at least so many `repeats`".to_owned()
        }
        _ if feedback.aggregates.is_empty() => "its values are no numbers".to_owned(),
        _ => {
            let known: Vec<_> = feedback.aggregates.keys().map(|it| Metric::Aggregate(*it).to_string()).collect();
            format!("it has {}; a scorer's `aggregations` say which there are", known.join(", "))
        }
    };
    Unobserved::DoesNotExist(format!("`{name}` has no {metric}: {advice}"))
}

fn too_few(feedback: &FeedbackSummary) -> Unobserved {
    let (name, values) = (&feedback.name, shown::count(feedback.n, "value"));
    Unobserved::NothingToMeasure(format!("{values} of `{name}` are too few for an interval"))
}

fn not_booleans(feedback: &FeedbackSummary) -> Unobserved {
    Unobserved::DoesNotExist(format!("`{}` is not all booleans, so it has no rate; `mean` may be meant", feedback.name))
}

fn no_such_feedback(scorer: &ScorerSummary, name: &str) -> Unobserved {
    let scorer_name = &scorer.name;
    Unobserved::DoesNotExist(format!("`{scorer_name}` gives no feedback `{name}`; it gives {}", given(scorer)))
}

fn which_feedback(scorer: &ScorerSummary) -> Unobserved {
    let name = &scorer.name;
    let why = format!("`{name}` gives several feedbacks; name one as `{name}:feedback`: it gives {}", given(scorer));
    Unobserved::DoesNotExist(why)
}

fn given(scorer: &ScorerSummary) -> String {
    shown::list(scorer.feedback.iter().map(|feedback| feedback.name.as_str()), 10)
}

fn no_such_scorer(subject: &Subject, summary: &Summary) -> Unobserved {
    let names = shown::list(summary.scorers.iter().map(|scorer| scorer.name.as_str()), 10);
    Unobserved::DoesNotExist(format!("there is no scorer `{}` in the run; it has {names}", subject.scorer))
}

//! From lines back to results. Everything that comes from a database is checked: another program may have written there.

use std::time::Duration;

use scorebox_core::{Example, Feedback, Json, Number, SpanId, Usage, Value};
use scorebox_engine::LogLine;
use scorebox_eval::{Outcome, Prediction, SkipReason};
use serde::de::DeserializeOwned;

use super::encode::skip_reason;
use super::{Kind, unsigned};
use crate::text::restored;

/// What is wrong with a line.
pub(crate) type Problem = String;

/// A line of `examples`, as far as it was asked for.
#[derive(Debug, Default)]
pub(crate) struct StoredExample {
    pub(crate) id: String,
    pub(crate) content: Vec<u8>,
    pub(crate) inputs: String,
    pub(crate) outputs: Option<String>,
    pub(crate) expectations: Option<String>,
    pub(crate) trace: Option<String>,
    pub(crate) tags: Option<String>,
}

/// A line of `predictions`, as far as it was asked for.
#[derive(Debug, Default)]
pub(crate) struct StoredPrediction {
    pub(crate) position: i64,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) outputs: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) elapsed_ns: i64,
    pub(crate) started_ns: Option<i64>,
    pub(crate) is_reused: bool,
    pub(crate) usage: Option<String>,
    pub(crate) log: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) trace: Option<String>,
}

/// A line of `feedback`, as far as it was asked for.
#[derive(Debug, Default)]
pub(crate) struct StoredFeedback {
    pub(crate) position: i64,
    pub(crate) place: i64,
    pub(crate) kind: String,
    pub(crate) number: Option<f64>,
    pub(crate) elapsed_ns: Option<i64>,
    pub(crate) started_ns: Option<i64>,
    pub(crate) is_reused: bool,
    pub(crate) name: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) rationale: Option<String>,
    pub(crate) metadata: Option<String>,
    pub(crate) span_id: Option<String>,
    pub(crate) usage: Option<String>,
    pub(crate) log: Option<String>,
}

impl StoredExample {
    pub(crate) fn into_example(self) -> Result<Example, Problem> {
        Ok(Example {
            id: restored(self.id)?,
            inputs: json("inputs", self.inputs)?,
            outputs: self.outputs.map(|text| json("outputs", text)).transpose()?,
            expectations: self.expectations.map(|text| json("expectations", text)).transpose()?,
            trace: self.trace.map(|text| json("trace", text)).transpose()?,
            tags: self.tags.map(|text| parsed("tags", &text)).transpose()?.unwrap_or_default(),
        })
    }
}

impl StoredPrediction {
    /// The prediction, with the trace put together again. Where outputs were not asked for, `null` stands for them.
    pub(crate) fn into_prediction(self, trace: Option<String>) -> Result<Prediction, Problem> {
        let outputs = match (self.error, self.outputs) {
            (Some(error), None) => Err(parsed("error", &error)?),
            (None, Some(outputs)) => Ok(json("outputs", outputs)?),
            (None, None) => Ok(json("outputs", "null".to_owned())?),
            (Some(_), Some(_)) => return Err("there are both outputs and an error".to_owned()),
        };
        Ok(Prediction {
            outputs,
            trace: trace.map(|text| json("trace", text)).transpose()?,
            log: log(self.log)?,
            usage: usage(self.usage)?,
            elapsed: Duration::from_nanos(unsigned(self.elapsed_ns)),
            is_reused: self.is_reused,
        })
    }
}

/// What is told of a scorer's call, from the first of its lines.
pub(crate) struct StoredCall {
    pub(crate) log: Vec<LogLine>,
    pub(crate) usage: Usage,
    pub(crate) elapsed: Duration,
    pub(crate) started: Option<Duration>,
    pub(crate) is_reused: bool,
}

/// What a scorer gave for a row, from its lines in their order.
pub(crate) fn assemble_outcome(
    lines: impl Iterator<Item = StoredFeedback>,
    scorer: &str,
) -> Result<(Outcome, StoredCall), Problem> {
    let mut lines = lines.peekable();
    let first = lines.peek_mut().ok_or("there is no line for it")?;
    let call = StoredCall {
        log: log(first.log.take())?,
        usage: usage(first.usage.take())?,
        elapsed: Duration::from_nanos(first.elapsed_ns.map_or(0, unsigned)),
        started: first.started_ns.map(unsigned).map(Duration::from_nanos),
        is_reused: first.is_reused,
    };
    let kind = Kind::parse(&first.kind).ok_or_else(|| format!("there is no kind {:?}", first.kind))?;
    let outcome = match kind {
        Kind::Error => Outcome::Error(parsed("body", &present("body", first.body.take())?)?),
        Kind::Skipped => Outcome::Skipped(skipped(&present("body", first.body.take())?)?),
        Kind::Nothing => Outcome::Feedback(Vec::new()),
        _ => {
            let mut feedback = Vec::with_capacity(1);
            for (place, line) in (0..).zip(lines) {
                if line.place != place {
                    return Err(format!("line {place} of the feedbacks is missing"));
                }
                feedback.push(line.into_feedback(scorer)?);
            }
            return Ok((Outcome::Feedback(feedback), call));
        }
    };
    if lines.count() > 1 {
        return Err("there are more lines than one".to_owned());
    }
    Ok((outcome, call))
}

fn skipped(text: &str) -> Result<SkipReason, Problem> {
    [SkipReason::PredictionFailed, SkipReason::EarlierTurn]
        .into_iter()
        .find(|reason| skip_reason(*reason) == text)
        .ok_or_else(|| format!("there is no reason {text:?} to skip a row"))
}

impl StoredFeedback {
    fn into_feedback(self, scorer: &str) -> Result<Feedback, Problem> {
        let value = value(&self.kind, self.number, self.body)?;
        let span_id = self.span_id.map(SpanId::try_from).transpose().map_err(|error| error.to_string())?;
        Ok(Feedback {
            name: self.name.unwrap_or_else(|| scorer.to_owned()),
            value,
            rationale: self.rationale.map(restored).transpose()?,
            metadata: self.metadata.map(|text| json("metadata", text)).transpose()?,
            span_id,
        })
    }
}

fn value(kind: &str, number: Option<f64>, body: Option<String>) -> Result<Value, Problem> {
    let as_number = || present("number", number);
    Ok(match Kind::parse(kind) {
        Some(Kind::Boolean) => match as_number()? {
            1.0 => Value::Boolean(true),
            0.0 => Value::Boolean(false),
            other => return Err(format!("{other} is no boolean")),
        },
        Some(Kind::Integer) => match body {
            Some(digits) => Value::Integer(digits.parse().map_err(|_| format!("{digits:?} is no integer"))?),
            None => Value::Integer(exact_integer(as_number()?)?),
        },
        Some(Kind::Number) => {
            let number = match body {
                Some(digits) => digits.parse().map_err(|_| format!("{digits:?} is no number"))?,
                None => as_number()?,
            };
            Value::Number(Number::try_from(number).map_err(|error| error.to_string())?)
        }
        Some(Kind::Text) => Value::Text(restored(present("body", body)?)?),
        Some(Kind::Json) => Value::Json(json("body", present("body", body)?)?),
        _ => return Err(format!("a feedback of the kind {kind:?}")),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "it is checked to be exact")]
fn exact_integer(number: f64) -> Result<i64, Problem> {
    let integer = number as i64;
    if integer as f64 == number { Ok(integer) } else { Err(format!("{number} is no integer")) }
}

fn present<T>(column: &str, value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(|| format!("`{column}` is missing"))
}

/// Texts that were JSON when they were written are looked at once, without a limit on their depth.
fn json(column: &str, text: String) -> Result<Json, Problem> {
    Json::parse_bounded(text, usize::MAX).map_err(|error| format!("`{column}` is {error}"))
}

fn parsed<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| format!("`{column}` cannot be understood: {error}"))
}

fn usage(text: Option<String>) -> Result<Usage, Problem> {
    text.map_or_else(|| Ok(Usage::default()), |text| parsed("usage", &text))
}

fn log(text: Option<String>) -> Result<Vec<LogLine>, Problem> {
    text.map_or_else(|| Ok(Vec::new()), |text| parsed("log", &text))
}

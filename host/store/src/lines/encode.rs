use std::borrow::Cow;
use std::time::Duration;

use scorebox_core::{Feedback, Json, Usage, Value};
use scorebox_engine::LogLine;
use scorebox_eval::{Outcome, Prediction, RowContent, ScoreResult, SkipReason};

use super::{CallLine, ExampleLine, FeedbackLine, Kind, PredictionLine, signed};
use crate::text::stored;

/// The greatest magnitude up to which every integer is a float of its own.
const MAX_EXACT: u64 = 1 << 53;

pub(crate) fn example_line(content: &RowContent, index: u64) -> Result<ExampleLine<'_>, serde_json::Error> {
    let example = &content.example;
    let tags = (!example.tags.is_empty()).then(|| serde_json::to_string(&example.tags)).transpose()?;
    Ok(ExampleLine {
        position: signed(index),
        id: stored(&example.id),
        content: content.example_key.as_bytes(),
        inputs: example.inputs.as_str(),
        outputs: example.outputs.as_ref().map(Json::as_str),
        expectations: example.expectations.as_ref().map(Json::as_str),
        trace: example.trace.as_ref().map(Json::as_str),
        tags,
    })
}

/// The line of a prediction, without its trace.
pub(crate) fn prediction_line<'r>(
    prediction: &'r Prediction,
    content: &'r RowContent,
    position: u64,
    started_ns: Option<i64>,
) -> Result<PredictionLine<'r>, serde_json::Error> {
    let Prediction { outputs, log, usage, elapsed, is_reused, .. } = prediction;
    Ok(PredictionLine {
        position: signed(position),
        content: content.scored_key.as_bytes(),
        outputs: outputs.as_ref().ok().map(Json::as_str),
        error: outputs.as_ref().err().map(serde_json::to_string).transpose()?,
        call: call_line(*elapsed, started_ns, *is_reused, usage, log)?,
        trace_id: None,
        trace: None,
    })
}

fn call_line(
    elapsed: Duration,
    started_ns: Option<i64>,
    is_reused: bool,
    usage: &Usage,
    log: &[LogLine],
) -> Result<CallLine, serde_json::Error> {
    Ok(CallLine {
        elapsed_ns: nanoseconds(elapsed),
        started_ns,
        is_reused,
        usage: (!usage.is_none()).then(|| serde_json::to_string(usage)).transpose()?,
        log: (!log.is_empty()).then(|| serde_json::to_string(log)).transpose()?,
    })
}

pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Hands over the lines of what a scorer gave for a row.
pub(crate) fn for_each_feedback(
    score: &ScoreResult,
    position: u64,
    started_ns: Option<i64>,
    mut take: impl FnMut(&FeedbackLine<'_>),
) -> Result<(), serde_json::Error> {
    let call = call_line(score.elapsed, started_ns, score.is_reused, &score.usage, &score.log)?;
    let mut line = FeedbackLine {
        position: signed(position),
        place: 0,
        kind: Kind::Nothing,
        number: None,
        name: None,
        body: None,
        rationale: None,
        metadata: None,
        span_id: None,
        call: Some(call),
    };
    match &score.outcome {
        Outcome::Error(failure) => {
            (line.kind, line.body) = (Kind::Error, Some(Cow::Owned(serde_json::to_string(failure)?)));
        }
        Outcome::Skipped(reason) => {
            (line.kind, line.body) = (Kind::Skipped, Some(Cow::Borrowed(skip_reason(*reason))));
        }
        Outcome::Feedback(feedback) => {
            let mut feedback = feedback.iter();
            let Some(first) = feedback.next() else {
                take(&line);
                return Ok(());
            };
            say(&mut line, first, &score.scorer);
            for next in feedback {
                take(&line);
                line.place += 1;
                line.call = None;
                say(&mut line, next, &score.scorer);
            }
        }
    }
    take(&line);
    Ok(())
}

fn say<'r>(line: &mut FeedbackLine<'r>, feedback: &'r Feedback, scorer: &str) {
    line.name = (feedback.name != scorer).then_some(&feedback.name);
    line.rationale = feedback.rationale.as_deref().map(stored);
    line.metadata = feedback.metadata.as_ref().map(Json::as_str);
    line.span_id = feedback.span_id.as_ref().map(scorebox_core::SpanId::as_str);
    line.number = feedback.value.as_f64();
    (line.kind, line.body) = match &feedback.value {
        Value::Boolean(_) => (Kind::Boolean, None),
        Value::Integer(integer) if integer.unsigned_abs() <= MAX_EXACT => (Kind::Integer, None),
        Value::Integer(integer) => (Kind::Integer, Some(Cow::Owned(integer.to_string()))),
        // SQLite keeps a whole number as an integer, which has no negative zero.
        Value::Number(number) if number.get() == 0.0 && number.get().is_sign_negative() => {
            (Kind::Number, Some(Cow::Borrowed("-0.0")))
        }
        Value::Number(_) => (Kind::Number, None),
        Value::Text(text) => (Kind::Text, Some(stored(text))),
        Value::Json(json) => (Kind::Json, Some(Cow::Borrowed(json.as_str()))),
    };
}

pub(super) fn skip_reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::PredictionFailed => "prediction_failed",
        SkipReason::EarlierTurn => "earlier_turn",
    }
}

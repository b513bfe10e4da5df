//! A row as the page shows it when it is opened. Texts stand in the page's list; here are their numbers.

use std::time::Duration;

use scorebox_core::{Cost, Failure, Feedback, Json, Usage, Value};
use scorebox_eval::{Outcome, Prediction, RowResult, ScoreResult, SkipReason};
use serde::Serialize;

use super::limits::{MAX_FEEDBACKS, MAX_LOG_LINES, MAX_TEXT_CHARACTERS};
use super::texts::{RowTexts, TextId};
use super::trace::TraceForm;
use crate::rows::{outputs, value_text};

/// The greatest integer up to which a script tells all integers apart.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

#[derive(Serialize)]
pub(super) struct DetailForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expectations: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predict: Option<PredictForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceForm>,
    scores: Vec<ScoreForm>,
}

/// What the call of a function took, and what it logged.
#[derive(Serialize)]
struct CallForm {
    ns: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageForm>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reused: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<(&'static str, TextId)>,
}

/// Requests, tokens read, tokens written, dollars.
#[derive(Serialize)]
struct UsageForm(u64, u64, u64, Cost);

#[derive(Serialize)]
struct PredictForm {
    #[serde(flatten)]
    call: CallForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureForm>,
}

#[derive(Serialize)]
struct FailureForm {
    kind: &'static str,
    message: TextId,
    #[serde(skip_serializing_if = "Option::is_none")]
    backtrace: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<TextId>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ScoreForm {
    Skipped {
        skipped: SkipReason,
    },
    Failed {
        error: FailureForm,
        #[serde(flatten)]
        call: CallForm,
    },
    Given {
        feedback: Vec<FeedbackForm>,
        /// How many there are in all, if some were left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        all: Option<usize>,
        #[serde(flatten)]
        call: CallForm,
    },
}

#[derive(Serialize)]
struct FeedbackForm {
    /// None where it is the scorer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<TextId>,
    #[serde(flatten)]
    value: ValueForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    rationale: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<TextId>,
}

/// A value; integers that a script would round stand as JSON.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ValueForm {
    Value(Value),
    Label(TextId),
    Json(TextId),
}

impl DetailForm {
    pub(super) fn of(row: &RowResult, texts: &mut RowTexts<'_>) -> Result<Self, serde_json::Error> {
        let example = row.content.as_ref().map(|content| &content.example);
        let predicted_trace = row.prediction.as_ref().and_then(|prediction| prediction.trace.as_ref());
        let trace = predicted_trace.or_else(|| example.and_then(|example| example.trace.as_ref()));
        let mut json = |json: &Json| texts.keep(json.as_str(), MAX_TEXT_CHARACTERS);
        Ok(Self {
            inputs: example.map(|example| json(&example.inputs)),
            outputs: outputs(row).map(&mut json),
            expectations: example.and_then(|example| example.expectations.as_ref()).map(&mut json),
            predict: row.prediction.as_ref().map(|prediction| PredictForm::of(prediction, texts)),
            trace: trace.map(|trace| TraceForm::of(trace, texts)),
            scores: row.scores.iter().map(|score| ScoreForm::of(score, texts)).collect::<Result<_, _>>()?,
        })
    }
}

impl PredictForm {
    fn of(prediction: &Prediction, texts: &mut RowTexts<'_>) -> Self {
        let log = prediction.log.iter().take(MAX_LOG_LINES);
        Self {
            call: CallForm {
                ns: nanoseconds(prediction.elapsed),
                usage: UsageForm::of(prediction.usage),
                reused: prediction.is_reused,
                log: log.map(|line| (line.level.as_str(), texts.keep(&line.message, MAX_TEXT_CHARACTERS))).collect(),
            },
            error: prediction.outputs.as_ref().err().map(|failure| FailureForm::of(failure, texts)),
        }
    }
}

impl UsageForm {
    /// None where no model was asked.
    fn of(usage: Usage) -> Option<Self> {
        let form = Self(usage.requests, usage.input_tokens, usage.output_tokens, usage.cost);
        (!usage.is_none()).then_some(form)
    }
}

impl CallForm {
    fn of(score: &ScoreResult, texts: &mut RowTexts<'_>) -> Self {
        let log = score.log.iter().take(MAX_LOG_LINES);
        Self {
            ns: nanoseconds(score.elapsed),
            usage: UsageForm::of(score.usage),
            reused: score.is_reused,
            log: log.map(|line| (line.level.as_str(), texts.keep(&line.message, MAX_TEXT_CHARACTERS))).collect(),
        }
    }
}

/// Nanoseconds in 64 bits: enough for five centuries.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl FailureForm {
    fn of(failure: &Failure, texts: &mut RowTexts<'_>) -> Self {
        let mut keep = |text: &String| texts.keep(text, MAX_TEXT_CHARACTERS);
        Self {
            kind: failure.kind.as_str(),
            message: keep(&failure.message),
            backtrace: failure.backtrace.as_ref().map(&mut keep),
            output: failure.guest_output.as_ref().map(&mut keep),
        }
    }
}

impl ScoreForm {
    fn of(score: &ScoreResult, texts: &mut RowTexts<'_>) -> Result<Self, serde_json::Error> {
        Ok(match &score.outcome {
            Outcome::Skipped(skipped) => Self::Skipped { skipped: *skipped },
            Outcome::Error(failure) => {
                Self::Failed { error: FailureForm::of(failure, texts), call: CallForm::of(score, texts) }
            }
            Outcome::Feedback(feedback) => {
                let shown = feedback.iter().take(MAX_FEEDBACKS);
                let all = (feedback.len() > MAX_FEEDBACKS).then_some(feedback.len());
                let forms = shown.map(|feedback| FeedbackForm::of(feedback, &score.scorer, texts));
                Self::Given { feedback: forms.collect::<Result<_, _>>()?, all, call: CallForm::of(score, texts) }
            }
        })
    }
}

impl FeedbackForm {
    fn of(feedback: &Feedback, scorer: &str, texts: &mut RowTexts<'_>) -> Result<Self, serde_json::Error> {
        let mut keep = |text: &str| texts.keep(text, MAX_TEXT_CHARACTERS);
        let value = match &feedback.value {
            Value::Text(label) => ValueForm::Label(keep(label)),
            Value::Integer(integer) if integer.unsigned_abs() > MAX_SAFE_INTEGER => {
                ValueForm::Json(keep(&value_text(&feedback.value)?))
            }
            Value::Json(json) => ValueForm::Json(keep(json.as_str())),
            Value::Boolean(_) | Value::Integer(_) | Value::Number(_) => ValueForm::Value(feedback.value.clone()),
        };
        Ok(Self {
            name: (feedback.name != scorer).then(|| keep(&feedback.name)),
            value,
            rationale: feedback.rationale.as_deref().map(&mut keep),
            metadata: feedback.metadata.as_ref().map(|metadata| keep(metadata.as_str())),
            span: feedback.span_id.as_ref().map(|span| keep(span.as_str())),
        })
    }
}

//! What stands in one line of the wide tables, the same for both databases, and how results become lines and lines results.

mod decode;
mod encode;
mod trace;

use std::borrow::Cow;

pub(crate) use decode::{StoredCall, StoredExample, StoredFeedback, StoredPrediction, assemble_outcome};
pub(crate) use encode::{example_line, for_each_feedback, nanoseconds, prediction_line};
pub(crate) use trace::{joined_trace, split_trace};

/// A line of `examples`.
pub(crate) struct ExampleLine<'r> {
    pub(crate) position: i64,
    pub(crate) id: Cow<'r, str>,
    pub(crate) content: &'r [u8; 16],
    pub(crate) inputs: &'r str,
    pub(crate) outputs: Option<&'r str>,
    pub(crate) expectations: Option<&'r str>,
    pub(crate) trace: Option<&'r str>,
    pub(crate) tags: Option<String>,
}

/// A line of `predictions`.
pub(crate) struct PredictionLine<'r> {
    pub(crate) position: i64,
    pub(crate) content: &'r [u8; 16],
    pub(crate) outputs: Option<&'r str>,
    pub(crate) error: Option<String>,
    pub(crate) call: CallLine,
    pub(crate) trace_id: Option<Cow<'r, str>>,
    pub(crate) trace: Option<&'r str>,
}

/// A line of `spans`.
pub(crate) struct SpanLine<'r> {
    pub(crate) place: i64,
    pub(crate) span_id: Cow<'r, str>,
    pub(crate) parent_span_id: Option<Cow<'r, str>>,
    pub(crate) name: Cow<'r, str>,
    pub(crate) kind: Cow<'r, str>,
    pub(crate) start_time_unix_nano: i64,
    pub(crate) end_time_unix_nano: Option<i64>,
    pub(crate) body: &'r str,
}

/// A line of `feedback`.
pub(crate) struct FeedbackLine<'r> {
    pub(crate) position: i64,
    pub(crate) place: i64,
    pub(crate) kind: Kind,
    pub(crate) number: Option<f64>,
    pub(crate) name: Option<&'r str>,
    pub(crate) body: Option<Cow<'r, str>>,
    pub(crate) rationale: Option<Cow<'r, str>>,
    pub(crate) metadata: Option<&'r str>,
    pub(crate) span_id: Option<&'r str>,
    /// On the first line of a row.
    pub(crate) call: Option<CallLine>,
}

/// What is told of a call.
#[derive(Default)]
pub(crate) struct CallLine {
    pub(crate) elapsed_ns: i64,
    pub(crate) started_ns: Option<i64>,
    pub(crate) is_reused: bool,
    pub(crate) usage: Option<String>,
    pub(crate) log: Option<String>,
}

impl FeedbackLine<'_> {
    /// Whether it is a number and the time that the call took, as most lines are.
    pub(crate) fn is_narrow(&self) -> bool {
        let call_is_narrow = |call: &CallLine| !call.is_reused && call.usage.is_none() && call.log.is_none();
        self.name.is_none()
            && self.body.is_none()
            && self.rationale.is_none()
            && self.metadata.is_none()
            && self.span_id.is_none()
            && self.call.as_ref().is_some_and(call_is_narrow)
    }
}

/// What a line of `feedback` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Number,
    Text,
    Json,
    Error,
    Skipped,
    /// The scorer said nothing.
    Nothing,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] =
        [Self::Boolean, Self::Integer, Self::Number, Self::Text, Self::Json, Self::Error, Self::Skipped, Self::Nothing];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "b",
            Self::Integer => "i",
            Self::Number => "n",
            Self::Text => "t",
            Self::Json => "j",
            Self::Error => "e",
            Self::Skipped => "s",
            Self::Nothing => "z",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Counts and times as the databases keep them.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What [`signed`] made; a store that was tampered with may hold others, which count as none.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

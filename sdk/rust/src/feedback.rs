use serde::Serialize;

use crate::JsonText;

/// One thing that a scorer has to say about an example.
///
/// ```
/// # use scorebox_sdk::Feedback;
/// let feedback = Feedback::new(0.75).with_rationale("3 of 4 facts are there").with_metadata("missing", ["date"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// Tells several feedbacks of one scorer apart; `None` stands for the scorer's own name.
    pub name: Option<String>,
    /// The verdict.
    pub value: Value,
    /// Why, for a person to read.
    pub rationale: Option<String>,
    /// Details for programs to read.
    pub metadata: Vec<(String, JsonText)>,
    /// The span of the example's trace that this is about; `None` means the whole example.
    pub span_id: Option<String>,
}

impl Feedback {
    /// A verdict, without more.
    pub fn new(value: impl Into<Value>) -> Self {
        Self { name: None, value: value.into(), rationale: None, metadata: Vec::new(), span_id: None }
    }

    /// Names the feedback, to tell it from others of the same scorer.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Says why, for a person to read.
    #[must_use]
    pub fn with_rationale(self, rationale: impl Into<String>) -> Self {
        Self { rationale: Some(rationale.into()), ..self }
    }

    /// Sets a detail for programs to read.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Serialize) -> Self {
        let (key, value) = (key.into(), JsonText::of(&value));
        match self.metadata.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => self.metadata.push((key, value)),
        }
        self
    }

    /// Ties the feedback to a span of the example's trace.
    #[must_use]
    pub fn about_span(self, span_id: impl Into<String>) -> Self {
        Self { span_id: Some(span_id.into()), ..self }
    }
}

/// A scorer's verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Passed or failed; summarised as a rate.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number. The host refuses NaN and the infinities: a score that cannot be computed is an error.
    Number(f64),
    /// One label, such as `resolved`; summarised as counts.
    Text(String),
    /// Anything else, kept with the row and not summarised.
    Json(JsonText),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident,)*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

value_from! {
    bool => Boolean,
    i8 => Integer,
    i16 => Integer,
    i32 => Integer,
    i64 => Integer,
    u8 => Integer,
    u16 => Integer,
    u32 => Integer,
    f32 => Number,
    f64 => Number,
    String => Text,
    &str => Text,
    JsonText => Json,
    serde_json::Value => Json,
}

impl From<usize> for Value {
    /// A count. No count of things in memory is beyond `i64`.
    fn from(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

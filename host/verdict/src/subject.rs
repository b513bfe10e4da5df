use std::fmt;
use std::str::FromStr;

use scorebox_core::validate_feedback_name;
use serde::{Deserialize, Serialize};

/// A scorer, or one feedback of a scorer: `correctness`, `correctness:citations`.
///
/// A colon stands in no name, so that the two cannot be mistaken for each other. A name may stand between backticks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject {
    /// The scorer's name in the run.
    pub scorer: String,
    /// The feedback; none for that which has the scorer's name, and where all may be meant, for all.
    pub feedback: Option<String>,
}

/// The text names no scorer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no scorer: names have 1 to 128 ASCII letters, digits, '_', '-', '.' or '/'; write `scorer`, or \
     `scorer:feedback` for one of several feedbacks"
)]
pub struct InvalidSubject(String);

impl Subject {
    /// The feedback that a scorer gives under its own name.
    #[must_use]
    pub fn of(scorer: impl Into<String>) -> Self {
        Self { scorer: scorer.into(), feedback: None }
    }

    /// One feedback, in its shortest form.
    pub(crate) fn of_feedback(scorer: &str, feedback: &str) -> Self {
        let feedback = (scorer != feedback).then(|| feedback.to_owned());
        Self { scorer: scorer.to_owned(), feedback }
    }

    /// Whether a feedback is meant, where a scorer's name alone stands for all that it gives.
    pub(crate) fn covers(&self, scorer: &str, feedback: &str) -> bool {
        self.scorer == scorer && self.feedback.as_deref().is_none_or(|wanted| wanted == feedback)
    }

    /// The names with backticks around them.
    pub(crate) fn quoted(&self) -> String {
        match &self.feedback {
            Some(feedback) => format!("`{}`:`{feedback}`", self.scorer),
            None => format!("`{}`", self.scorer),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.scorer)?;
        self.feedback.iter().try_for_each(|feedback| write!(formatter, ":{feedback}"))
    }
}

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let invalid = || InvalidSubject(text.chars().take(80).collect());
        let name = |part: &str| {
            let bare = part.strip_prefix('`').and_then(|part| part.strip_suffix('`')).unwrap_or(part);
            validate_feedback_name(bare).map(|()| bare.to_owned()).map_err(|_| invalid())
        };
        match text.split_once(':') {
            Some((scorer, feedback)) => Ok(Self { scorer: name(scorer)?, feedback: Some(name(feedback)?) }),
            None => Ok(Self { scorer: name(text)?, feedback: None }),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = InvalidSubject;

    fn try_from(text: String) -> Result<Self, InvalidSubject> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scorer_and_its_feedback_are_told_apart_by_a_colon() {
        let both = Subject { scorer: "acme/tone".into(), feedback: Some("v1.2".into()) };
        assert_eq!("acme/tone:v1.2".parse(), Ok(both.clone()));
        assert_eq!("`acme/tone`:`v1.2`".parse(), Ok(both.clone()));
        assert_eq!(both.to_string(), "acme/tone:v1.2");
        assert_eq!("acme/tone".parse(), Ok(Subject::of("acme/tone")));
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        for text in ["", ":", "a:", ":b", "a:b:c", "a b", "``", "`a", "é"] {
            assert!(text.parse::<Subject>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_scorer_alone_covers_all_that_it_gives() {
        assert!(Subject::of("a").covers("a", "b"));
        assert!(!Subject::of("a").covers("b", "a"));
        assert!(!"a:c".parse::<Subject>().unwrap().covers("a", "b"));
    }
}

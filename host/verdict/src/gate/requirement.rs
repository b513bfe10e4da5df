use std::fmt;

use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::metric::{Metric, RunMetric, Unit};
use super::parse::{InvalidRequirement, split_bare};
use crate::Subject;

/// What one metric must be: `correctness.mean >= 0.9`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Requirement {
    /// What is measured.
    pub target: Target,
    /// How it is held against the bound.
    pub operator: Operator,
    /// The bound.
    pub bound: Bound,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A whole run.
    Run(RunMetric),
    /// A scorer, or one of its feedbacks.
    Scorer(Subject, Metric),
}

/// How a metric is held against a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `==`
    Exactly,
}

impl Operator {
    pub(super) const ALL: [Self; 5] = [Self::AtLeast, Self::AtMost, Self::Above, Self::Below, Self::Exactly];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Exactly => "==",
        }
    }

    pub(super) fn holds(self, observed: f64, bound: f64) -> bool {
        match self {
            Self::AtLeast => observed >= bound,
            Self::AtMost => observed <= bound,
            Self::Above => observed > bound,
            Self::Below => observed < bound,
            Self::Exactly => observed == bound,
        }
    }
}

impl Target {
    pub(super) fn unit(&self) -> Unit {
        match self {
            Self::Run(metric) => metric.unit(),
            Self::Scorer(_, metric) => metric.unit(),
        }
    }
}

impl Requirement {
    /// The requirement as sentences show it: `correctness mean >= 0.90`.
    pub(super) fn title(&self) -> String {
        let target = match &self.target {
            Target::Run(metric) => metric.to_string().replace('.', " "),
            Target::Scorer(subject, metric) => format!("{subject} {}", metric.to_string().replace('.', " ")),
        };
        format!("{target} {} {}", self.operator.as_str(), self.bound.shown(self.target.unit()))
    }
}

impl fmt::Display for Target {
    /// As it is written in a config, with backticks where the name could be mistaken for a metric.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(metric) => metric.fmt(formatter),
            Self::Scorer(subject, metric) => {
                let bare = format!("{subject}.{metric}");
                if split_bare(&bare).as_ref() == Some(self) {
                    formatter.write_str(&bare)
                } else {
                    write!(formatter, "{}.{metric}", subject.quoted())
                }
            }
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.target, self.operator.as_str(), self.bound)
    }
}

impl TryFrom<String> for Requirement {
    type Error = InvalidRequirement;

    fn try_from(text: String) -> Result<Self, InvalidRequirement> {
        text.parse()
    }
}

impl From<Requirement> for String {
    fn from(requirement: Requirement) -> Self {
        requirement.to_string()
    }
}

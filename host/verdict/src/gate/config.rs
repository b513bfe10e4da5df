use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use scorebox_stats::Confidence;
use serde::{Deserialize, Serialize};

use super::requirement::Requirement;
use crate::{CompareOptions, Subject};

/// `[gate]`: what a run must come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateConfig {
    /// What the run itself must come to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<Requirement>,
    /// What it must come to beside another run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineGate>,
}

/// `[gate.baseline]`: the run must not be worse than another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineGate {
    /// Than which.
    pub against: AgainstBaseline,
    /// What is looked at; by default all that have booleans or numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scorers: Option<Vec<Subject>>,
    /// How much worse is acceptable, in the unit of the scorer.
    #[serde(default)]
    pub margin: Margin,
    /// The same by scorer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub margins: BTreeMap<Subject, Margin>,
    /// Scorers of which less is better.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lower_is_better: Vec<Subject>,
    /// What must be shown.
    #[serde(default)]
    pub decide: Decide,
    /// The level of the intervals.
    #[serde(default)]
    pub confidence: Confidence,
    /// What to do while there is no such run.
    #[serde(default)]
    pub missing: Missing,
}

impl BaselineGate {
    /// How much worse a feedback may be.
    pub(super) fn margin_of(&self, scorer: &str, feedback: &str) -> f64 {
        let named = |subject: &Subject| subject.feedback.is_some();
        let covering = self.margins.iter().filter(|(subject, _)| subject.covers(scorer, feedback));
        covering.max_by_key(|(subject, _)| named(subject)).map_or(self.margin, |(_, margin)| *margin).get()
    }

    /// How the run is to be compared, so that the gate finds what it needs.
    #[must_use]
    pub fn compare_options(&self) -> CompareOptions {
        CompareOptions {
            confidence: self.confidence,
            lower_is_better: self.lower_is_better.clone(),
            ..CompareOptions::default()
        }
    }
}

/// The run that a gate compares with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AgainstBaseline {
    /// `branch:main`: the last finished run of the experiment on this branch.
    Branch(String),
    /// `run:last~1`, `run:run_…`: a run of the store.
    Run(String),
    /// `file:baseline.jsonl`: a file that `scorebox baseline` wrote.
    File(PathBuf),
}

/// The text names no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no baseline: write \"branch:main\" for the last run on a branch, \"run:last~1\" or \"run:run_…\" for a \
     run, or \"file:baseline.jsonl\" for a file of `scorebox baseline`"
)]
pub struct InvalidAgainst(String);

impl AgainstBaseline {
    /// What sentences call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Branch(name) | Self::Run(name) => name.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl fmt::Display for AgainstBaseline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(formatter, "branch:{name}"),
            Self::Run(name) => write!(formatter, "run:{name}"),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
        }
    }
}

impl FromStr for AgainstBaseline {
    type Err = InvalidAgainst;

    fn from_str(text: &str) -> Result<Self, InvalidAgainst> {
        match text.split_once(':') {
            Some((_, "")) | None => Err(InvalidAgainst(text.chars().take(80).collect())),
            Some(("branch", name)) => Ok(Self::Branch(name.to_owned())),
            Some(("run", name)) => Ok(Self::Run(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(PathBuf::from(path))),
            Some(_) => Err(InvalidAgainst(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for AgainstBaseline {
    type Error = InvalidAgainst;

    fn try_from(text: String) -> Result<Self, InvalidAgainst> {
        text.parse()
    }
}

impl From<AgainstBaseline> for String {
    fn from(against: AgainstBaseline) -> Self {
        against.to_string()
    }
}

/// How much worse is acceptable: a number from 0 on, in the unit of the scorer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Margin(f64);

/// The number is no margin.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a margin says how much worse is acceptable, as a number from 0 on in the unit of the scorer; {0} is none")]
pub struct InvalidMargin(f64);

impl Margin {
    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Margin {
    type Error = InvalidMargin;

    fn try_from(margin: f64) -> Result<Self, InvalidMargin> {
        // -0 would be shown with its sign.
        if margin.is_finite() && margin >= 0.0 { Ok(Self(margin.abs())) } else { Err(InvalidMargin(margin)) }
    }
}

impl From<Margin> for f64 {
    fn from(margin: Margin) -> Self {
        margin.0
    }
}

/// What must be shown for a run to pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decide {
    /// That it is not worse by more than the margin: what is not shown does not pass.
    #[default]
    NotWorse,
    /// That it is worse by more than the margin: what is not shown passes.
    Worse,
}

/// What to do while there is nothing to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The check fails.
    #[default]
    Fail,
    /// The check passes.
    Pass,
}

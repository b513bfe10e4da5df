use scorebox_eval::{FeedbackSummary, Summary};
use serde::{Deserialize, Serialize};

use crate::{Subject, shown};

/// A feedback that people can be asked about as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// The scorer.
    pub scorer: String,
    /// The feedback; by default it has the scorer's name.
    pub feedback: String,
    /// What its verdicts are.
    pub kind: JudgeKind,
}

/// What the verdicts of a judge are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeKind {
    /// `true` and `false`.
    Boolean,
    /// Numbers.
    Number,
    /// Labels.
    Label,
}

/// The judges of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judges(Vec<Judge>);

/// The name is no judge's, or that of several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is {what}; the run has {known}")]
pub struct UnknownJudge {
    /// The name.
    pub name: String,
    what: &'static str,
    known: String,
}

impl Judge {
    pub(super) fn subject(&self) -> Subject {
        Subject::of_feedback(&self.scorer, &self.feedback)
    }
}

impl Judges {
    /// The feedbacks of a run that gave booleans, numbers or labels.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        let judges = summary.scorers.iter().flat_map(|scorer| {
            scorer.feedback.iter().filter_map(|feedback| {
                let (scorer, name) = (scorer.name.clone(), feedback.name.clone());
                Some(Judge { scorer, feedback: name, kind: kind(feedback)? })
            })
        });
        Self(judges.collect())
    }

    /// The judge of a name: `scorer`, `scorer:feedback`, or a feedback that only one scorer gives.
    pub fn find(&self, name: &str) -> Result<&Judge, UnknownJudge> {
        let unknown = |what| UnknownJudge { name: name.chars().take(80).collect(), what, known: self.names() };
        if let Ok(Subject { scorer, feedback: Some(feedback) }) = name.parse() {
            let is_meant = |judge: &&Judge| judge.scorer == scorer && judge.feedback == feedback;
            return self.0.iter().find(is_meant).ok_or_else(|| unknown("no feedback of the run"));
        }
        if let Some(judge) = self.0.iter().find(|judge| judge.scorer == name && judge.feedback == name) {
            return Ok(judge);
        }
        let mut named = self.0.iter().filter(|judge| judge.scorer == name || judge.feedback == name);
        match (named.next(), named.next()) {
            (Some(judge), None) => Ok(judge),
            (None, _) => Err(unknown("no scorer and no feedback of the run")),
            (Some(_), Some(_)) => Err(unknown("the name of several feedbacks; write `scorer:feedback`")),
        }
    }

    /// The judges.
    pub fn iter(&self) -> impl Iterator<Item = &Judge> {
        self.0.iter()
    }

    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|judge| judge.subject().to_string()).collect();
        match names.as_slice() {
            [] => "no booleans, numbers or labels".to_owned(),
            names => shown::list(names.iter().map(String::as_str), 20),
        }
    }
}

/// Where a feedback is of several kinds, labels count before numbers, and numbers before booleans.
fn kind(feedback: &FeedbackSummary) -> Option<JudgeKind> {
    let booleans = feedback.booleans.map_or(0, |counts| counts.passed + counts.failed);
    if feedback.labels.is_some() {
        Some(JudgeKind::Label)
    } else if feedback.n > booleans + feedback.json {
        Some(JudgeKind::Number)
    } else {
        (booleans > 0).then_some(JudgeKind::Boolean)
    }
}

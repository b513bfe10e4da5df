//! What CI shows beside the lines of a pull request: failed checks of the gate, and rows that failed.

mod github;
mod gitlab;

use std::io::Write;

use scorebox_core::{Failure, Feedback};
use scorebox_eval::RowResult;
use scorebox_verdict::Check;

use crate::rows::{RowName, Verdict};
use crate::shown::shortened;
use crate::{ReportContext, ReportError};

/// Findings of one level that are kept. GitHub shows ten, GitLab all.
const MAX_FINDINGS: usize = 1_000;
const MAX_MESSAGE_CHARACTERS: usize = 1_000;

/// Where findings belong, relative to the root of the repository and with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The config, for the checks of the gate and wherever there is no file of the dataset.
    pub config: String,
    /// The file of the dataset, if the repository has it.
    pub dataset: Option<String>,
}

/// Gathers what failed, for GitHub and GitLab to show.
#[derive(Debug)]
pub struct Annotations<F> {
    places: Places,
    line_of: F,
    errors: Findings,
    failures: Findings,
}

/// The first findings of one level.
#[derive(Debug, Default)]
struct Findings {
    kept: Vec<Finding>,
    left_out: u64,
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    /// The row; none for the gate.
    row: Option<String>,
    /// The line of the row in the file of the dataset.
    line: Option<u64>,
    /// What found it: a scorer, `predict` or `gate`.
    function: String,
    /// What is wrong: the class of a failure, the name of the feedback that said no, or the rule of the gate.
    what: String,
    message: String,
}

impl<F: Fn(u64) -> Option<u64>> Annotations<F> {
    /// `line_of` says on which line of the dataset's file, from 1, the row with an index stands.
    #[must_use]
    pub fn new(places: Places, line_of: F) -> Self {
        Self { places, line_of, errors: Findings::default(), failures: Findings::default() }
    }

    /// Takes the next row.
    pub fn add(&mut self, row: &RowResult) {
        if let Some(Err(failure)) = row.prediction.as_ref().map(|prediction| &prediction.outputs) {
            let finding = self.error(row, "predict", failure);
            self.errors.add(finding);
        }
        for score in &row.scores {
            match Verdict::of(&score.outcome) {
                Verdict::Failed { first, .. } => {
                    let finding = self.failure(row, &score.scorer, first);
                    self.failures.add(finding);
                }
                Verdict::Error(failure) => {
                    let finding = self.error(row, &score.scorer, failure);
                    self.errors.add(finding);
                }
                Verdict::Passed(_) | Verdict::Skipped(_) => {}
            }
        }
    }

    /// Writes commands that GitHub Actions finds in the output of a step. It shows ten errors and ten warnings of a step,
    /// so there are no more, and a notice says what was left out.
    pub fn write_github<W: Write>(&self, context: &ReportContext<'_>, writer: W) -> Result<(), ReportError> {
        github::write(&gate_findings(context), &self.errors, &self.failures, &self.places, writer)
    }

    /// Writes GitLab's Code Quality report, `gl-code-quality-report.json`.
    pub fn write_gitlab<W: Write>(&self, context: &ReportContext<'_>, writer: W) -> Result<(), ReportError> {
        gitlab::write(&context.title(), &gate_findings(context), &self.errors, &self.failures, &self.places, writer)
    }

    fn error(&self, row: &RowResult, function: &str, failure: &Failure) -> Finding {
        self.finding(row, function, failure.kind.as_str(), &failure.message)
    }

    fn failure(&self, row: &RowResult, function: &str, feedback: &Feedback) -> Finding {
        let message = feedback.rationale.clone().unwrap_or_else(|| format!("{} is false", feedback.name));
        self.finding(row, function, &feedback.name, &message)
    }

    fn finding(&self, row: &RowResult, function: &str, what: &str, message: &str) -> Finding {
        Finding {
            row: Some(RowName::of(row).to_string()),
            line: self.places.dataset.as_ref().and_then(|_| (self.line_of)(row.index)),
            function: function.to_owned(),
            what: what.to_owned(),
            message: shortened(message, MAX_MESSAGE_CHARACTERS).into_owned(),
        }
    }
}

/// The checks of the gate that did not pass.
fn gate_findings(context: &ReportContext<'_>) -> Vec<Finding> {
    let checks = context.gate.iter().flat_map(|gate| gate.not_passed());
    let finding = |check: &Check| Finding {
        row: None,
        line: None,
        function: "gate".to_owned(),
        what: check.title.clone(),
        message: shortened(&format!("{}: {}", check.outcome.word(), check.why), MAX_MESSAGE_CHARACTERS).into_owned(),
    };
    checks.map(finding).collect()
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        if self.kept.len() < MAX_FINDINGS {
            self.kept.push(finding);
        } else {
            self.left_out += 1;
        }
    }
}

impl Finding {
    /// What it is, in a few words.
    fn title(&self) -> String {
        match &self.row {
            None => format!("gate: {}", self.what),
            Some(row) if self.what == self.function => format!("{row}: {} failed", self.function),
            Some(row) => format!("{row}: {} ({})", self.function, self.what),
        }
    }

    /// Where it belongs.
    fn path<'p>(&self, places: &'p Places) -> &'p str {
        match (&self.row, &places.dataset) {
            (Some(_), Some(dataset)) => dataset,
            _ => &places.config,
        }
    }
}

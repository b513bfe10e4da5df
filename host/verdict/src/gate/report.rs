use serde::{Deserialize, Serialize};

/// What a gate says of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// Whether every check passed.
    pub passed: bool,
    /// The checks, in the order of the config.
    pub checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The rule as it stands in the config.
    pub rule: String,
    /// The rule in words: `correctness mean >= 0.90`, `correctness no worse than main`.
    pub title: String,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// What was measured, in the unit of the rule, times in nanoseconds; none where there was nothing to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// What it was held against: the bound, or the least acceptable difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// What was measured, and where that does not say it, why the outcome is what it is.
    pub why: String,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// The rule holds.
    Passed,
    /// It does not.
    Failed,
    /// There is too little to tell, or nothing that can be compared. A gate with such a check does not pass.
    NotDecidable,
}

impl CheckOutcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotDecidable => "not decidable",
        }
    }
}

impl Check {
    /// One line: what was checked, what came of it, and why.
    #[must_use]
    pub fn explain(&self) -> String {
        format!("{}   {}   {}", self.title, self.outcome.word(), self.why)
    }
}

impl GateReport {
    pub(super) fn of(checks: Vec<Check>) -> Self {
        Self { passed: checks.iter().all(|check| check.outcome == CheckOutcome::Passed), checks }
    }

    /// The checks that did not pass.
    pub fn not_passed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.outcome != CheckOutcome::Passed)
    }
}

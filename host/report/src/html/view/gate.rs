use scorebox_verdict::{CheckOutcome, GateReport};
use serde::Serialize;

/// Whether the run passes.
#[derive(Serialize)]
pub(super) struct GateView {
    passed: bool,
    verdict: String,
    checks: Vec<CheckView>,
}

#[derive(Serialize)]
struct CheckView {
    look: &'static str,
    sign: &'static str,
    outcome: &'static str,
    title: String,
    rule: Option<String>,
    why: String,
}

impl GateView {
    pub(super) fn of(gate: &GateReport) -> Self {
        let verdict = match (gate.passed, gate.not_passed().count(), gate.checks.len()) {
            (true, ..) => "Gate passed".to_owned(),
            (false, 1, 1) => "Gate failed".to_owned(),
            (false, not_passed, all) => format!("Gate failed: {not_passed} of {all} checks did not pass"),
        };
        let checks = gate.checks.iter().map(|check| {
            let (look, sign) = match check.outcome {
                CheckOutcome::Passed => ("good", "✓"),
                CheckOutcome::Failed => ("bad", "✗"),
                CheckOutcome::NotDecidable => ("error", "?"),
            };
            CheckView {
                look,
                sign,
                outcome: check.outcome.word(),
                title: check.title.clone(),
                rule: (check.rule != check.title).then(|| check.rule.clone()),
                why: check.why.clone(),
            }
        });
        Self { passed: gate.passed, verdict, checks: checks.collect() }
    }
}

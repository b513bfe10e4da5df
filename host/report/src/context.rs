use std::time::Duration;

use scorebox_eval::RunRecord;
use scorebox_verdict::{ComparisonReport, GateReport};

/// What a report says beside the rows: the run, and what was concluded from it.
#[derive(Clone, Copy, Debug)]
pub struct ReportContext<'a> {
    /// The run, with its summary once it has ended.
    pub record: &'a RunRecord,
    /// What the gate says of it, where there is one.
    pub gate: Option<&'a GateReport>,
    /// How it differs from an earlier run, the later side being this run, where it was compared.
    pub comparison: Option<&'a ComparisonReport>,
    /// The command that evaluates the same again, for a person to copy.
    pub command: Option<&'a str>,
}

impl<'a> ReportContext<'a> {
    /// A run, of which nothing was concluded yet.
    #[must_use]
    pub fn new(record: &'a RunRecord) -> Self {
        Self { record, gate: None, comparison: None, command: None }
    }

    /// The same with what the gate says.
    #[must_use]
    pub fn with_gate(self, gate: &'a GateReport) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// The same with a comparison.
    #[must_use]
    pub fn with_comparison(self, comparison: &'a ComparisonReport) -> Self {
        Self { comparison: Some(comparison), ..self }
    }

    /// The same with the command that evaluates it again.
    #[must_use]
    pub fn with_command(self, command: &'a str) -> Self {
        Self { command: Some(command), ..self }
    }

    /// How long the run took; none while it runs.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        let elapsed = self.record.ended_at?.duration_since(self.record.started_at);
        Some(Duration::try_from(elapsed).unwrap_or_default())
    }

    /// What the report is about, for a person: the experiment, or the file of the dataset without its extension.
    #[must_use]
    pub fn title(&self) -> String {
        let dataset = || self.record.dataset.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.record.experiment.clone().or_else(dataset).unwrap_or_else(|| "evaluation".to_owned())
    }
}

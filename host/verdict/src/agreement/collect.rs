use scorebox_core::Value;
use scorebox_eval::RowResult;

use super::cases::Cases;
use super::labels::{Labels, RowName};
use super::measure::measure;
use super::options::AgreementOptions;
use super::report::AgreementReport;
use crate::number::count;

/// Ids that are named of rows that did not come.
const MAX_UNKNOWN_IDS: usize = 10;

/// Sets what judges said against what people said, row by row.
#[derive(Debug)]
pub struct Agreement {
    options: AgreementOptions,
    /// Labels about rows that have not come.
    labels: Labels,
    judges: Vec<Cases>,
    rows: u64,
}

impl Agreement {
    /// Begins with what people said.
    #[must_use]
    pub fn new(labels: Labels, options: AgreementOptions) -> Self {
        let judges = labels.judges.iter().cloned().map(Cases::new).collect();
        Self { options, labels, judges, rows: 0 }
    }

    /// Adds a row of the run. Neither its example nor its prediction is looked at.
    pub fn add(&mut self, row: &RowResult) {
        self.rows += 1;
        let said = self.labels.by_row.remove(&RowName { id: row.id.clone(), repeat: row.repeat }).unwrap_or_default();
        for (place, judge) in self.judges.iter_mut().enumerate() {
            let people: Vec<&Value> = said.by_rater.values().filter_map(|(_, values)| values[place].as_ref()).collect();
            judge.add(row, &people, &self.options);
        }
    }

    /// How far they agree.
    #[must_use]
    pub fn finish(self) -> AgreementReport {
        let mut unknown: Vec<RowName> = self.labels.by_row.into_keys().collect();
        unknown.sort_unstable();
        let options = &self.options;
        AgreementReport {
            rows: self.rows,
            labels: self.labels.lines,
            raters: self.labels.raters,
            unknown_rows: count(unknown.len()),
            unknown_ids: unknown.into_iter().take(MAX_UNKNOWN_IDS).map(|row| row.id).collect(),
            confidence: options.confidence,
            judges: self.judges.into_iter().map(|cases| measure(cases, options)).collect(),
        }
    }
}

//! Test results, for CI: a suite for each function and one for the gate, a case for each of its rows.

mod case;
mod gate;
mod suite;
mod text;

use std::io::{BufWriter, Write};

use quick_junit::{Report, SerializeError, TestCase};
use scorebox_eval::{FunctionRole, RowResult};

use self::suite::Suite;
use self::text::{TextBudget, xml_text};
use crate::{ReportContext, ReportError};

/// Cases that a document lists: with the texts of failures, some 20 MB. GitLab takes 30, and the document is built in memory.
const MAX_CASES: usize = 50_000;

/// Gathers the rows. The counts stand at the beginning of the document, so that it can only be written at the end.
#[derive(Debug)]
pub(crate) struct JunitReport {
    /// The predict function, then the scorers.
    suites: Vec<Suite>,
    budget: TextBudget,
    max_cases: usize,
    listed: usize,
    lists_all: bool,
}

impl JunitReport {
    pub(crate) fn new() -> Self {
        Self::with_bound(MAX_CASES)
    }

    fn with_bound(max_cases: usize) -> Self {
        let suites = vec![Suite::new("predict", FunctionRole::Predictor)];
        Self { suites, budget: TextBudget::default(), max_cases, listed: 0, lists_all: true }
    }

    pub(crate) fn add(&mut self, row: &RowResult) -> Result<(), ReportError> {
        if let Some(prediction) = &row.prediction {
            let case = case::of_prediction(row, prediction, &mut self.budget)?;
            self.keep(0, case);
        }
        for (index, score) in row.scores.iter().enumerate() {
            let position = index + 1;
            if self.suites.len() <= position {
                self.suites.push(Suite::new(&score.scorer, FunctionRole::Scorer));
            }
            let case = case::of_score(row, score, &mut self.budget)?;
            self.keep(position, case);
        }
        Ok(())
    }

    pub(crate) fn finish<W: Write>(self, context: &ReportContext<'_>, writer: W) -> Result<(), ReportError> {
        let title = context.title();
        let mut report = Report::new(xml_text(&title));
        report.time = context.elapsed();
        let suites = self.suites.into_iter().filter(|suite| !suite.is_empty());
        report.add_test_suites(suites.map(|suite| suite.finish(&title, context.record)));
        report.add_test_suites(context.gate.map(|gate| gate::suite(gate, &title, context.record)));
        let mut writer = BufWriter::new(writer);
        report.serialize(&mut writer).map_err(refused)?;
        Ok(writer.flush()?)
    }

    /// Counts a case, and lists it where there is room. Once there is none, failures take the place of what passed.
    fn keep(&mut self, position: usize, case: TestCase) {
        if self.lists_all && self.listed == self.max_cases {
            self.lists_all = false;
            self.suites.iter_mut().for_each(Suite::leave_out_what_passed);
            self.listed = self.suites.iter().map(Suite::listed).sum();
        }
        let has_room = self.listed < self.max_cases;
        let suite = &mut self.suites[position];
        let is_wanted = self.lists_all || suite::is_failure(&case);
        self.listed += usize::from(suite.add(case, has_room && is_wanted));
    }
}

fn refused(error: SerializeError) -> ReportError {
    ReportError::Io(std::io::Error::other(error))
}

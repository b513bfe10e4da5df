//! Rows of a run as examples.

use scorebox_core::Example;
use scorebox_eval::{RowContent, RowResult, RunRecord};

use super::blocking::blocking;
use super::draft::Draft;
use super::error::ManagedDatasetError;
use super::name::DatasetName;
use super::prepare::How;
use super::publish::{Existence, Publication};
use super::selection::RowSelection;
use super::version::{DatasetAction, DatasetChange};
use crate::{RowParts, Store};

/// The tag that says which run an example comes from.
const SOURCE_TAG: &str = "source_run";

impl Store {
    /// Merges examples of a run into a dataset, which is made where it is not there: those of the rows that are selected, as
    /// they were evaluated, with the run's id in the tag `source_run`. No answer where no row is.
    pub async fn merge_run(
        &self,
        name: &DatasetName,
        run: &RunRecord,
        selection: &RowSelection,
    ) -> Result<Option<DatasetChange>, ManagedDatasetError> {
        let mut draft = Draft::new();
        let mut taken = None;
        let mut check = ScorerCheck::new(run, selection);
        let mut rows = self.rows(&run.run_id, None, PARTS).await?;
        while let Some(page) = rows.next_page().await? {
            check.see(&page);
            let mut examples = Vec::new();
            for RowResult { index, content, .. } in page.into_iter().filter(|row| takes(selection, row)) {
                // Of an example that was repeated, one failure is enough.
                if taken.replace(index) != Some(index)
                    && let Some(content) = content
                {
                    examples.push(example(*content, run));
                }
            }
            draft = blocking(move || {
                examples.iter().try_for_each(|example| draft.push(example))?;
                Ok(draft)
            })
            .await?;
        }
        check.finish()?;
        let records = draft.finish()?;
        if records.rows == 0 {
            return Ok(None);
        }
        let publication = Publication {
            name: name.clone(),
            existence: Existence::Any,
            action: DatasetAction::FromRun,
            origin: Some(run.run_id.to_string()),
        };
        self.change(&publication, How::Merge, records).await.map(Some)
    }
}

/// What it takes to select rows.
const PARTS: RowParts = RowParts { outputs: false, traces: false, remarks: false, ..RowParts::ALL };

fn takes(selection: &RowSelection, row: &RowResult) -> bool {
    row.content.as_ref().is_some_and(|content| selection.takes(row, &content.example))
}

fn example(content: RowContent, run: &RunRecord) -> Example {
    let mut example = content.example;
    example.tags.insert(SOURCE_TAG.to_owned(), run.run_id.to_string());
    example
}

/// Checks that the scorers and feedbacks that are named are there.
struct ScorerCheck<'r> {
    run: &'r RunRecord,
    /// Names that did not come up yet.
    missing: Vec<&'r str>,
}

impl<'r> ScorerCheck<'r> {
    fn new(run: &'r RunRecord, selection: &'r RowSelection) -> Self {
        let is_scorer = |name: &str| run.functions.iter().any(|function| function.name == name);
        Self { run, missing: selection.scorers().filter(|name| !is_scorer(name)).collect() }
    }

    fn see(&mut self, page: &[RowResult]) {
        // Most often there is nothing to look for.
        self.missing.retain(|name| !page.iter().any(|row| super::selection::feedbacks(row, name).next().is_some()));
    }

    fn finish(self) -> Result<(), ManagedDatasetError> {
        let Some(name) = self.missing.first() else { return Ok(()) };
        let known = self.run.functions.iter().filter(|function| function.role == scorebox_eval::FunctionRole::Scorer);
        Err(ManagedDatasetError::UnknownScorer {
            run: self.run.run_id.to_string(),
            name: (*name).to_owned(),
            known: known.map(|function| function.name.clone()).collect(),
        })
    }
}

use std::ops::Range;

use scorebox_core::RunId;
use scorebox_eval::{RunRecord, RunStatus};
use sqlx::AssertSqlSafe;

use super::find_run;
use super::line::{RUN_COLUMNS, RunColumns, RunLine, status_name};
use super::reference::RunReference;
use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::lines::signed;
use crate::read::{RowParts, RowReader};
use crate::store::Store;
use crate::text::stored;

/// Which runs are wanted; by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Those of an experiment.
    pub experiment: Option<String>,
    /// Those of a branch.
    pub branch: Option<String>,
    /// Those that have come so far.
    pub status: Option<RunStatus>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many are left out at the beginning.
    pub offset: u64,
    /// How many there are at most.
    pub limit: u64,
}

/// Runs with the same end of their ids that a message names.
const MAX_CANDIDATES: i64 = 5;

impl Store {
    /// The record of a run. It is as of when the run began while it is running.
    pub async fn run(&self, id: &RunId) -> Result<RunRecord, StoreError> {
        let mut session = self.database.session().await?;
        Ok(find_run(&self.database, &mut session, id).await?.record)
    }

    /// How many positions of a run are done, and how many it has.
    pub async fn progress(&self, id: &RunId) -> Result<(u64, u64), StoreError> {
        let mut session = self.database.session().await?;
        let line = find_run(&self.database, &mut session, id).await?;
        Ok((line.done, line.positions))
    }

    /// The run that a person names: by its id, by the end of its id, which takes four characters or more, as `last`, or as
    /// `last~2` for the second before the last.
    pub async fn find(&self, reference: &str) -> Result<RunRecord, StoreError> {
        let missing = || StoreError::NoRun { store: self.location().clone(), reference: reference.to_owned() };
        match reference.parse()? {
            RunReference::Id(id) => self.run(&id).await,
            RunReference::End(end) => self.find_by_end(&end).await,
            RunReference::Last(before) => {
                let page = Page { offset: before.into(), limit: 1 };
                self.runs(&RunFilter::default(), page).await?.pop().ok_or_else(missing)
            }
        }
    }

    async fn find_by_end(&self, end: &str) -> Result<RunRecord, StoreError> {
        let sql = format!("SELECT {RUN_COLUMNS} FROM runs WHERE runs.id LIKE $1 ORDER BY runs.key DESC LIMIT $2");
        let mut session = self.database.session().await?;
        let lines: Vec<RunColumns> = ask!(session, "find the run", connection => {
            // The end has only letters that mean themselves.
            let find = sqlx::query_as(AssertSqlSafe(&*sql)).bind(format!("%{end}")).bind(MAX_CANDIDATES);
            find.fetch_all(connection).await
        })?;
        let mut records = read_records(lines)?;
        match records.len() {
            0 => Err(StoreError::NoRun { store: self.location().clone(), reference: end.to_owned() }),
            1 => Ok(records.remove(0)),
            _ => {
                let candidates = records.into_iter().map(|record| record.run_id).collect();
                Err(StoreError::AmbiguousRun { reference: end.to_owned(), candidates })
            }
        }
    }

    /// Runs, the newest first.
    pub async fn runs(&self, filter: &RunFilter, page: Page) -> Result<Vec<RunRecord>, StoreError> {
        let mut session = self.database.session().await?;
        select(&mut session, filter, None, page).await
    }

    /// The newest run, of those that began before another one, if that is given.
    pub async fn last_run(&self, filter: &RunFilter, before: Option<&RunId>) -> Result<Option<RunRecord>, StoreError> {
        let mut session = self.database.session().await?;
        let before = match before {
            Some(id) => Some(find_run(&self.database, &mut session, id).await?.key),
            None => None,
        };
        Ok(select(&mut session, filter, before, Page { offset: 0, limit: 1 }).await?.pop())
    }

    /// Reads the rows of a run that are done, in the order of their positions; all of them, or those in a range.
    pub async fn rows(&self, run: &RunId, range: Option<Range<u64>>, parts: RowParts) -> Result<RowReader, StoreError> {
        let mut session = self.database.session().await?;
        let line = find_run(&self.database, &mut session, run).await?;
        let source = line.source(&mut session).await?;
        let range = range.unwrap_or(0..line.done);
        let range = range.start..range.end.min(line.done);
        Ok(RowReader::new(self.database.clone(), source, range, parts))
    }
}

async fn select(
    session: &mut Session,
    filter: &RunFilter,
    before: Option<i64>,
    page: Page,
) -> Result<Vec<RunRecord>, StoreError> {
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM runs LEFT JOIN experiments ON experiments.key = runs.experiment \
         WHERE ($3 IS NULL OR experiments.name = $3) AND ($4 IS NULL OR runs.git_branch = $4) \
         AND ($5 IS NULL OR runs.status = $5) AND ($6 IS NULL OR runs.key < $6) \
         ORDER BY runs.key DESC LIMIT $1 OFFSET $2"
    );
    let (experiment, branch) = (filter.experiment.as_deref().map(stored), filter.branch.as_deref().map(stored));
    let lines: Vec<RunColumns> = ask!(session, "list the runs", connection => {
        let list = sqlx::query_as(AssertSqlSafe(&*sql)).bind(signed(page.limit)).bind(signed(page.offset));
        let list = list.bind(experiment.as_deref()).bind(branch.as_deref()).bind(filter.status.map(status_name));
        list.bind(before).fetch_all(connection).await
    })?;
    read_records(lines)
}

fn read_records(lines: Vec<RunColumns>) -> Result<Vec<RunRecord>, StoreError> {
    lines.into_iter().map(|line| RunLine::read(line).map(|line| line.record)).collect()
}

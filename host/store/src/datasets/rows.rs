//! The examples of a version, page by page.

use std::ops::Range;
use std::vec;

use scorebox_core::Example;
use tokio::runtime::Handle;

use super::error::ManagedDatasetError;
use super::version::DatasetVersion;
use crate::Store;
use crate::database::Database;
use crate::lines::StoredExample;
use crate::read::read_examples;

/// Examples that are asked for at a time.
const PAGE: u64 = 256;

impl Store {
    /// Some examples of a version, by their positions from 0; those beyond its end are left out.
    pub async fn dataset_examples(
        &self,
        version: &DatasetVersion,
        positions: Range<u64>,
    ) -> Result<Vec<Example>, ManagedDatasetError> {
        read(&self.database, version, positions).await
    }
}

pub(super) async fn read(
    database: &Database,
    version: &DatasetVersion,
    positions: Range<u64>,
) -> Result<Vec<Example>, ManagedDatasetError> {
    let positions = positions.start..positions.end.min(version.rows);
    let mut session = database.session().await?;
    let lines = read_examples(&mut session, version.snapshot, positions.clone(), true).await?;
    let found = positions.start + lines.len() as u64;
    if found < positions.end {
        return Err(ManagedDatasetError::Incomplete { version: version.to_string(), position: found + 1 });
    }
    positions.zip(lines).map(|(position, line)| example(version, position, line)).collect()
}

fn example(version: &DatasetVersion, position: u64, line: StoredExample) -> Result<Example, ManagedDatasetError> {
    line.into_example().map_err(|problem| {
        let problem = format!("examples, snapshot {}, position {position}: {problem}", version.snapshot);
        ManagedDatasetError::Unreadable { version: version.to_string(), problem }
    })
}

/// All examples of a version in their order, for threads that may wait.
pub(super) struct Rows {
    database: Database,
    handle: Handle,
    version: DatasetVersion,
    next: u64,
    page: vec::IntoIter<Example>,
}

impl Rows {
    /// Call it where the runtime is known; the rows are for a thread that it has for blocking work.
    pub(super) fn of(database: &Database, version: &DatasetVersion) -> Self {
        let handle = Handle::current();
        Self { database: database.clone(), handle, version: version.clone(), next: 0, page: Vec::new().into_iter() }
    }

    /// The same rows once more, from the first.
    pub(super) fn again(&self) -> Self {
        let Self { database, handle, version, .. } = self;
        Self {
            database: database.clone(),
            handle: handle.clone(),
            version: version.clone(),
            next: 0,
            page: Vec::new().into_iter(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.version.rows
    }
}

impl Iterator for Rows {
    type Item = Result<Example, ManagedDatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(example) = self.page.next() {
            return Some(Ok(example));
        }
        if self.next >= self.version.rows {
            return None;
        }
        let positions = self.next..self.next + PAGE;
        self.next = positions.end;
        match self.handle.block_on(read(&self.database, &self.version, positions)) {
            Ok(page) => self.page = page.into_iter(),
            Err(error) => {
                self.next = self.version.rows;
                return Some(Err(error));
            }
        }
        self.page.next().map(Ok)
    }
}

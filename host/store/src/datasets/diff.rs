use scorebox_core::Example;
use serde::Serialize;

use super::blocking::blocking;
use super::difference::{FieldDifference, differences};
use super::error::ManagedDatasetError;
use super::outline::Comparison;
use super::prepare::outline_of_rows;
use super::reference::DatasetReference;
use super::rows::{self, Rows};
use super::version::DatasetVersion;
use crate::Store;

/// What differs between two versions. The counts are of all examples, the lists hold the first of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetDiff {
    /// The version to compare with.
    pub before: DatasetVersion,
    /// The version that is compared.
    pub after: DatasetVersion,
    /// Examples that only `after` has.
    pub added: ExampleList<Example>,
    /// Examples that only `before` has.
    pub removed: ExampleList<Example>,
    /// Examples that both have, but not alike.
    pub changed: ExampleList<ExampleChange>,
    /// Examples that are the same in both, however they are written.
    pub unchanged: u64,
}

/// Some examples, and how many there are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExampleList<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them, in their order.
    pub first: Vec<T>,
}

/// What became of an example.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExampleChange {
    /// The id that it has now.
    pub id: String,
    /// What differs.
    pub fields: Vec<FieldDifference>,
}

impl DatasetDiff {
    /// Whether both have the same examples, though maybe in another order, or written differently.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.count == 0 && self.removed.count == 0 && self.changed.count == 0
    }
}

impl Store {
    /// Compares two versions, of the same dataset or of two, and gives the first examples of each kind up to a limit.
    ///
    /// Examples with equal inputs belong together: of several with the same inputs, those with the same id, then the others
    /// in their order. What is left belongs together where it has the same id; otherwise it is new or gone.
    pub async fn diff_datasets(
        &self,
        before: &DatasetReference,
        after: &DatasetReference,
        limit: usize,
    ) -> Result<DatasetDiff, ManagedDatasetError> {
        let before = self.dataset(before).await?;
        let after = self.dataset(after).await?;
        let comparison = self.compare(&before, &after).await?;
        let changed = &comparison.changed[..comparison.changed.len().min(limit)];
        let changed_before = self.examples_at(&before, changed.iter().map(|(position, _)| *position)).await?;
        let changed_after = self.examples_at(&after, changed.iter().map(|(_, position)| *position)).await?;
        let pairs = changed_before.into_iter().zip(changed_after);
        let changes = pairs.map(|(before, after)| {
            let fields = differences(&before, &after);
            ExampleChange { id: after.id, fields }
        });
        Ok(DatasetDiff {
            added: self.list(&after, &comparison.added, limit).await?,
            removed: self.list(&before, &comparison.removed, limit).await?,
            changed: ExampleList { count: comparison.changed.len() as u64, first: changes.collect() },
            unchanged: comparison.unchanged,
            before,
            after,
        })
    }

    async fn compare(
        &self,
        before: &DatasetVersion,
        after: &DatasetVersion,
    ) -> Result<Comparison, ManagedDatasetError> {
        if before.digest == after.digest {
            return Ok(Comparison { unchanged: before.rows, ..Comparison::default() });
        }
        let (before, after) = (Rows::of(&self.database, before), Rows::of(&self.database, after));
        blocking(move || Ok(outline_of_rows(&before)?.compare(outline_of_rows(&after)?))).await
    }

    async fn list(
        &self,
        version: &DatasetVersion,
        positions: &[u64],
        limit: usize,
    ) -> Result<ExampleList<Example>, ManagedDatasetError> {
        let first = positions.iter().copied().take(limit);
        Ok(ExampleList { count: positions.len() as u64, first: self.examples_at(version, first).await? })
    }

    async fn examples_at(
        &self,
        version: &DatasetVersion,
        positions: impl Iterator<Item = u64>,
    ) -> Result<Vec<Example>, ManagedDatasetError> {
        let mut examples = Vec::new();
        for position in positions {
            examples.extend(rows::read(&self.database, version, position..position + 1).await?);
        }
        Ok(examples)
    }
}

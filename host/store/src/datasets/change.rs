//! What changes a dataset. Every change is a new version; what changes nothing is none.

use std::path::Path;

use scorebox_eval::Dataset;

use super::blocking::blocking;
use super::catalogue;
use super::draft::{Draft, Drafted};
use super::error::ManagedDatasetError;
use super::name::DatasetName;
use super::prepare::{How, prepare};
use super::publish::{Existence, Publication};
use super::rows::Rows;
use super::traces;
use super::version::{DatasetAction, DatasetChange};
use crate::Store;

impl Store {
    /// Makes a dataset without a version.
    pub async fn create_dataset(&self, name: &DatasetName) -> Result<(), ManagedDatasetError> {
        if self.register_dataset(name).await? {
            return Ok(());
        }
        Err(ManagedDatasetError::Exists { name: name.clone() })
    }

    /// Makes a dataset whose first version holds the examples of a file.
    pub async fn create_dataset_from(
        &self,
        name: &DatasetName,
        file: Dataset,
    ) -> Result<DatasetChange, ManagedDatasetError> {
        let publication = publication(name, Existence::New, DatasetAction::Create, file.path());
        let records = records_of(file).await?;
        self.change(&publication, How::Replace, records).await
    }

    /// Makes a version with the examples of a file, in place of those that the dataset had.
    pub async fn import_dataset(
        &self,
        name: &DatasetName,
        file: Dataset,
    ) -> Result<DatasetChange, ManagedDatasetError> {
        let publication = publication(name, Existence::Required, DatasetAction::Import, file.path());
        let records = records_of(file).await?;
        self.change(&publication, How::Replace, records).await
    }

    /// Makes a version in which the examples of a file are merged with those that the dataset had.
    ///
    /// An example with inputs that the dataset knows updates the example that has them: expectations and tags key by key,
    /// outputs and trace where it has any. Of several with these inputs, that is the one with the same id, else the first.
    /// An example with other inputs is added at the end; where its id is taken, it gets another one.
    pub async fn merge_dataset(&self, name: &DatasetName, file: Dataset) -> Result<DatasetChange, ManagedDatasetError> {
        let publication = publication(name, Existence::Required, DatasetAction::Merge, file.path());
        let records = records_of(file).await?;
        self.change(&publication, How::Merge, records).await
    }

    /// Merges the traces of a file into a dataset, which is made where it is not there: what the root span was given and
    /// gave are an example's inputs and outputs, and the trace is its trace.
    pub async fn merge_traces(&self, name: &DatasetName, file: &Path) -> Result<DatasetChange, ManagedDatasetError> {
        let publication = publication(name, Existence::Any, DatasetAction::FromTraces, file);
        let path = file.to_owned();
        let records = blocking(move || {
            let mut draft = Draft::new();
            traces::read(&path, |example| Ok::<_, ManagedDatasetError>(draft.push(example)?))?;
            finish(draft, &path)
        });
        self.change(&publication, How::Merge, records.await?).await
    }

    /// Makes the version that follows the newest, whichever that is: where someone else was faster, from theirs.
    pub(super) async fn change(
        &self,
        publication: &Publication,
        how: How,
        mut records: Drafted,
    ) -> Result<DatasetChange, ManagedDatasetError> {
        loop {
            let mut session = self.database.session().await?;
            let before = match (catalogue::latest(&mut session, &publication.name).await?, publication.existence) {
                (None, Existence::Required) => return Err(catalogue::unknown(&mut session, &publication.name).await?),
                (Some(_), Existence::New) => {
                    return Err(ManagedDatasetError::Exists { name: publication.name.clone() });
                }
                (found, _) => found.flatten(),
            };
            drop(session);
            let rows = before.as_ref().map(|before| Rows::of(&self.database, before));
            let prepared = blocking(move || prepare(how, rows.as_ref(), records)).await?;
            if let Some(before) = before.as_ref().filter(|before| before.digest == prepared.content.digest) {
                return Ok(DatasetChange::Nothing(before.clone()));
            }
            match self.publish(publication, before.as_ref(), prepared).await? {
                (_, Some(version)) => return Ok(DatasetChange::New(version)),
                (prepared, None) => records = prepared.into_records(),
            }
        }
    }
}

fn publication(name: &DatasetName, existence: Existence, action: DatasetAction, file: &Path) -> Publication {
    Publication { name: name.clone(), existence, action, origin: Some(file.display().to_string()) }
}

/// The examples of a file, all of them checked.
async fn records_of(mut file: Dataset) -> Result<Drafted, ManagedDatasetError> {
    blocking(move || {
        let mut draft = Draft::new();
        for example in &mut file {
            draft.push(&example?)?;
        }
        finish(draft, file.path())
    })
    .await
}

fn finish(draft: Draft, path: &Path) -> Result<Drafted, ManagedDatasetError> {
    let drafted = draft.finish()?;
    if drafted.rows == 0 {
        return Err(ManagedDatasetError::Empty { path: path.to_owned() });
    }
    Ok(drafted)
}

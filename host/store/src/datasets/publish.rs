//! How a version gets into the store: in one transaction, with the number that follows the newest.

use jiff::Timestamp;
use scorebox_core::Example;
use scorebox_eval::{ContentKey, RowContent};
use sqlx::QueryBuilder;
use tokio::sync::mpsc;

use super::blocking::blocking;
use super::catalogue;
use super::draft::Drafted;
use super::error::ManagedDatasetError;
use super::name::DatasetName;
use super::prepare::Prepared;
use super::version::{DatasetAction, DatasetVersion};
use crate::Store;
use crate::database::{Transaction, ask, next_key};
use crate::lines::{ExampleLine, example_line, signed, unsigned};

/// Examples on their way from the draft to the database at a time.
const BATCH: usize = 1024;

/// Examples of one statement.
const LINES: usize = 64;

/// Whether the dataset has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    /// It must be.
    Required,
    /// It must not be: it is made.
    New,
    /// It is made where it is not.
    Any,
}

/// What is to be written under which name.
#[derive(Clone, Debug)]
pub(super) struct Publication {
    pub(super) name: DatasetName,
    pub(super) existence: Existence,
    pub(super) action: DatasetAction,
    pub(super) origin: Option<String>,
}

/// What a transaction claims: the dataset, and the number that the version gets.
struct Claim {
    dataset: i64,
    version: i64,
}

impl Store {
    /// Makes a dataset without versions; false where it is there already.
    pub(super) async fn register_dataset(&self, name: &DatasetName) -> Result<bool, ManagedDatasetError> {
        let mut transaction = self.database.transaction().await?;
        let key = next_key(&mut transaction, "datasets").await?;
        let is_new = make(&mut transaction, name, key, 0).await?.is_some();
        transaction.commit().await?;
        Ok(is_new)
    }

    /// Writes the version that follows `before`, and answers with it; nothing is written, and there is no answer, where
    /// `before` is no longer the newest. The draft comes back either way.
    pub(super) async fn publish(
        &self,
        publication: &Publication,
        before: Option<&DatasetVersion>,
        mut prepared: Prepared,
    ) -> Result<(Prepared, Option<DatasetVersion>), ManagedDatasetError> {
        let dataset_key = self.make_room(&prepared.content).await?;
        let mut transaction = self.database.transaction().await?;
        let Some(claim) = claim(&mut transaction, publication, dataset_key).await? else { return Ok((prepared, None)) };
        if newest(&mut transaction, claim.dataset).await? != before.map(|before| before.version) {
            return Ok((prepared, None));
        }
        let Some((snapshot, kept)) = lock_snapshot(&mut transaction, &prepared.content).await? else {
            return Ok((prepared, None));
        };
        prepared.content = write_examples(&mut transaction, snapshot, kept, prepared.content).await?;
        let version = DatasetVersion {
            dataset: publication.name.clone(),
            version: unsigned(claim.version),
            created_at: Timestamp::now(),
            action: publication.action,
            origin: publication.origin.clone(),
            digest: prepared.content.digest,
            rows: prepared.content.rows,
            bytes: prepared.content.bytes,
            added: prepared.counts.added,
            changed: prepared.counts.changed,
            removed: prepared.counts.removed,
            snapshot,
        };
        insert(&mut transaction, claim.dataset, &version).await?;
        transaction.commit().await?;
        Ok((prepared, Some(version)))
    }

    /// Makes the snapshot, without examples, where there is none with the content's digest, and answers with a key for a new
    /// dataset. This is not done in the long transaction: others wait for keys, and for a digest that they need too, until
    /// who wrote them is done.
    async fn make_room(&self, content: &Drafted) -> Result<i64, ManagedDatasetError> {
        const MAKE: &str =
            "INSERT INTO snapshots (key, digest, rows, kept) VALUES ($1, $2, $3, 0) ON CONFLICT (digest) DO NOTHING";
        let mut transaction = self.database.exclusive().await?;
        let dataset = next_key(&mut transaction, "datasets").await?;
        let snapshot = next_key(&mut transaction, "snapshots").await?;
        ask!(transaction, "write the version", connection => {
            let make = sqlx::query(MAKE).bind(snapshot).bind(content.digest.to_string()).bind(signed(content.rows));
            make.execute(connection).await.map(drop)
        })?;
        transaction.commit().await?;
        Ok(dataset)
    }
}

/// Takes the next number, and with that keeps others from changing the dataset until the end of the transaction. None where
/// someone made the dataset in the meantime.
async fn claim(
    transaction: &mut Transaction,
    publication: &Publication,
    key: i64,
) -> Result<Option<Claim>, ManagedDatasetError> {
    const CLAIM: &str = "UPDATE datasets SET last_version = last_version + 1 \
         WHERE name = $1 AND deleted_at IS NULL RETURNING key, last_version";
    let name = &publication.name;
    if publication.existence != Existence::New {
        let claimed: Option<(i64, i64)> = ask!(transaction, "number the version", connection => {
            sqlx::query_as(CLAIM).bind(name.as_str()).fetch_optional(connection).await
        })?;
        if let Some((dataset, version)) = claimed {
            return Ok(Some(Claim { dataset, version }));
        }
    }
    if publication.existence == Existence::Required {
        return Err(catalogue::unknown(transaction, name).await?);
    }
    make(transaction, name, key, 1).await
}

/// Makes a dataset, or makes a deleted one again; none where it is there.
async fn make(
    transaction: &mut Transaction,
    name: &DatasetName,
    key: i64,
    versions: i64,
) -> Result<Option<Claim>, ManagedDatasetError> {
    const MAKE: &str = "INSERT INTO datasets (key, name, created_at, last_version) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, deleted_at = NULL, \
         last_version = datasets.last_version + excluded.last_version \
         WHERE datasets.deleted_at IS NOT NULL RETURNING key, last_version";
    let made: Option<(i64, i64)> = ask!(transaction, "make the dataset", connection => {
        let make = sqlx::query_as(MAKE).bind(key).bind(name.as_str()).bind(Timestamp::now().to_string());
        make.bind(versions).fetch_optional(connection).await
    })?;
    Ok(made.map(|(dataset, version)| Claim { dataset, version }))
}

async fn newest(transaction: &mut Transaction, dataset: i64) -> Result<Option<u64>, ManagedDatasetError> {
    const NEWEST: &str = "SELECT MAX(version) FROM dataset_versions WHERE dataset = $1";
    let newest: Option<i64> = ask!(transaction, "look for the newest version", connection => {
        sqlx::query_scalar(NEWEST).bind(dataset).fetch_one(connection).await
    })?;
    Ok(newest.map(unsigned))
}

/// The snapshot with the content's digest, and how many of its examples are kept already: a run or another dataset may have
/// brought them. Keeps others from writing to it. None where it was deleted just now.
async fn lock_snapshot(
    transaction: &mut Transaction,
    content: &Drafted,
) -> Result<Option<(i64, u64)>, ManagedDatasetError> {
    const LOCK: &str = "UPDATE snapshots SET kept = kept WHERE digest = $1 RETURNING key, kept";
    let locked: Option<(i64, i64)> = ask!(transaction, "write the version", connection => {
        sqlx::query_as(LOCK).bind(content.digest.to_string()).fetch_optional(connection).await
    })?;
    Ok(locked.map(|(key, kept)| (key, unsigned(kept))))
}

/// Writes the examples that are not kept yet.
async fn write_examples(
    transaction: &mut Transaction,
    snapshot: i64,
    kept: u64,
    content: Drafted,
) -> Result<Drafted, ManagedDatasetError> {
    const KEEP: &str = "UPDATE snapshots SET kept = rows WHERE key = $1";
    let rows = content.rows;
    if kept >= rows {
        return Ok(content);
    }
    // Examples are read on another thread while those before them are written.
    let (sender, mut batches) = mpsc::channel(2);
    let reading = blocking(move || send_batches(content, kept, &sender));
    let writing = async {
        let mut position = kept;
        while let Some(batch) = batches.recv().await {
            write_batch(transaction, snapshot, position, &batch).await?;
            position += batch.len() as u64;
        }
        // Otherwise the reader gave up, and says why.
        if position == rows {
            ask!(transaction, "write the version", connection => {
                sqlx::query(KEEP).bind(snapshot).execute(connection).await.map(drop)
            })?;
        }
        drop(batches);
        Ok(())
    };
    let (content, ()) = tokio::try_join!(reading, writing)?;
    Ok(content)
}

fn send_batches(
    mut content: Drafted,
    kept: u64,
    sender: &mpsc::Sender<Vec<RowContent>>,
) -> Result<Drafted, ManagedDatasetError> {
    content.rewind()?;
    for _ in 0..kept {
        content.next_example()?;
    }
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some((_, example)) = content.next_example()?
        {
            batch.push(row_content(example));
        }
        // Nobody listens any more where writing failed.
        if batch.is_empty() || sender.blocking_send(batch).is_err() {
            return Ok(content);
        }
    }
}

fn row_content(example: Example) -> RowContent {
    let key = ContentKey::of(&example);
    RowContent { example, example_key: key, scored_key: key }
}

async fn write_batch(
    transaction: &mut Transaction,
    snapshot: i64,
    position: u64,
    batch: &[RowContent],
) -> Result<(), ManagedDatasetError> {
    const INSERT: &str =
        "INSERT INTO examples (snapshot, position, id, content, inputs, outputs, expectations, trace, tags) ";
    let lines: Result<Vec<_>, _> = (position..).zip(batch).map(|(position, row)| example_line(row, position)).collect();
    let lines = lines.map_err(std::io::Error::other)?;
    for lines in lines.chunks(LINES) {
        ask!(transaction, "write the examples", connection => {
            let mut insert = QueryBuilder::new(INSERT);
            insert.push_values(lines, |mut values, line: &ExampleLine<'_>| {
                values.push_bind(snapshot).push_bind(line.position).push_bind(&*line.id);
                values.push_bind(line.content.as_slice()).push_bind(line.inputs).push_bind(line.outputs);
                values.push_bind(line.expectations).push_bind(line.trace).push_bind(line.tags.as_deref());
            });
            let insert = insert.build().persistent(lines.len() == LINES);
            insert.execute(connection).await.map(drop)
        })?;
    }
    Ok(())
}

async fn insert(
    transaction: &mut Transaction,
    dataset: i64,
    version: &DatasetVersion,
) -> Result<(), ManagedDatasetError> {
    const INSERT: &str = "INSERT INTO dataset_versions \
         (dataset, version, snapshot, created_at, action, origin, bytes, added, changed, removed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ask!(transaction, "write the version", connection => {
        let insert = sqlx::query(INSERT).bind(dataset).bind(signed(version.version)).bind(version.snapshot);
        let insert = insert.bind(version.created_at.to_string()).bind(version.action.as_str());
        let insert = insert.bind(version.origin.as_deref()).bind(signed(version.bytes)).bind(signed(version.added));
        let insert = insert.bind(signed(version.changed)).bind(signed(version.removed));
        insert.execute(connection).await.map(drop)
    })?;
    Ok(())
}

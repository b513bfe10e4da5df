//! Which datasets there are, their versions and their tags.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scorebox_core::Digest;

use super::error::ManagedDatasetError;
use super::name::{DatasetName, VersionTag};
use super::reference::{DatasetReference, VersionSelector};
use super::version::{DatasetAction, DatasetInfo, DatasetVersion};
use crate::Store;
use crate::database::{Session, ask};
use crate::lines::{signed, unsigned};

/// Names that a message suggests at most.
const MAX_SUGGESTIONS: usize = 3;

/// A line of `datasets`.
#[derive(Clone, Debug)]
pub(super) struct DatasetLine {
    pub(super) key: i64,
    name: String,
    created_at: String,
}

/// A line of `dataset_versions` with its snapshot.
#[derive(sqlx::FromRow)]
struct VersionLine {
    name: String,
    version: i64,
    created_at: String,
    action: String,
    origin: Option<String>,
    bytes: i64,
    added: i64,
    changed: i64,
    removed: i64,
    snapshot: i64,
    digest: String,
    #[sqlx(rename = "rows")]
    examples: i64,
}

impl Store {
    /// All datasets, by name.
    pub async fn datasets(&self) -> Result<Vec<DatasetInfo>, ManagedDatasetError> {
        let mut session = self.database.snapshot().await?;
        let mut datasets = Vec::new();
        for line in dataset_lines(&mut session).await? {
            datasets.push(info(&mut session, line).await?);
        }
        // Not by the database, which sorts as its locale does.
        datasets.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(datasets)
    }

    /// A dataset with all its versions, the oldest first.
    pub async fn dataset_history(
        &self,
        name: &DatasetName,
    ) -> Result<(DatasetInfo, Vec<DatasetVersion>), ManagedDatasetError> {
        let mut session = self.database.snapshot().await?;
        let line = existing(&mut session, name).await?;
        let versions = versions(&mut session, line.key).await?;
        Ok((info(&mut session, line).await?, versions))
    }

    /// The version that a reference names.
    pub async fn dataset(&self, reference: &DatasetReference) -> Result<DatasetVersion, ManagedDatasetError> {
        let mut session = self.database.snapshot().await?;
        resolve(&mut session, reference).await
    }

    /// Gives a version a tag, and takes it from the version that had it. The answer is the version, and the number of the
    /// one that had the tag before.
    pub async fn tag_dataset(
        &self,
        reference: &DatasetReference,
        tag: &VersionTag,
    ) -> Result<(DatasetVersion, Option<u64>), ManagedDatasetError> {
        const SET: &str = "INSERT INTO dataset_tags (dataset, tag, version) VALUES ($1, $2, $3) \
             ON CONFLICT (dataset, tag) DO UPDATE SET version = excluded.version";
        let mut transaction = self.database.transaction().await?;
        let line = existing(&mut transaction, &reference.name).await?;
        let version = resolve(&mut transaction, reference).await?;
        let before = tags(&mut transaction, line.key).await?.get(tag).copied();
        ask!(transaction, "set the tag", connection => {
            let set = sqlx::query(SET).bind(line.key).bind(tag.as_str()).bind(signed(version.version));
            set.execute(connection).await.map(drop)
        })?;
        transaction.commit().await?;
        let moved_from = before.filter(|before| *before != version.version);
        Ok((version, moved_from))
    }

    /// Removes a tag, and answers with the number of the version that had it.
    pub async fn untag_dataset(&self, name: &DatasetName, tag: &VersionTag) -> Result<u64, ManagedDatasetError> {
        const REMOVE: &str = "DELETE FROM dataset_tags WHERE dataset = $1 AND tag = $2";
        let mut transaction = self.database.transaction().await?;
        let line = existing(&mut transaction, name).await?;
        let selector = VersionSelector::Tag(tag.clone());
        let version = resolve(&mut transaction, &DatasetReference { name: name.clone(), selector }).await?;
        ask!(transaction, "remove the tag", connection => {
            sqlx::query(REMOVE).bind(line.key).bind(tag.as_str()).execute(connection).await.map(drop)
        })?;
        transaction.commit().await?;
        Ok(version.version)
    }
}

/// The newest version of a dataset, which may not have one; none where there is no dataset.
pub(super) async fn latest(
    session: &mut Session,
    name: &DatasetName,
) -> Result<Option<Option<DatasetVersion>>, ManagedDatasetError> {
    let Some(line) = find(session, name).await? else { return Ok(None) };
    newest(session, line.key).await.map(Some)
}

pub(super) async fn existing(session: &mut Session, name: &DatasetName) -> Result<DatasetLine, ManagedDatasetError> {
    match find(session, name).await? {
        Some(line) => Ok(line),
        None => Err(unknown(session, name).await?),
    }
}

/// Says that there is no such dataset, and which are like it.
pub(super) async fn unknown(
    session: &mut Session,
    name: &DatasetName,
) -> Result<ManagedDatasetError, ManagedDatasetError> {
    let known = dataset_lines(session).await?;
    let near = near(name.as_str(), known.iter().map(|line| line.name.as_str()));
    Ok(ManagedDatasetError::UnknownDataset { name: name.clone(), near })
}

async fn find(session: &mut Session, name: &DatasetName) -> Result<Option<DatasetLine>, ManagedDatasetError> {
    const FIND: &str = "SELECT key, created_at FROM datasets WHERE name = $1 AND deleted_at IS NULL";
    let found: Option<(i64, String)> = ask!(session, "look for the dataset", connection => {
        sqlx::query_as(FIND).bind(name.as_str()).fetch_optional(connection).await
    })?;
    Ok(found.map(|(key, created_at)| DatasetLine { key, name: name.to_string(), created_at }))
}

async fn dataset_lines(session: &mut Session) -> Result<Vec<DatasetLine>, ManagedDatasetError> {
    const LIST: &str = "SELECT key, name, created_at FROM datasets WHERE deleted_at IS NULL";
    let lines: Vec<(i64, String, String)> =
        ask!(session, "list the datasets", connection => sqlx::query_as(LIST).fetch_all(connection).await)?;
    Ok(lines.into_iter().map(|(key, name, created_at)| DatasetLine { key, name, created_at }).collect())
}

async fn info(session: &mut Session, line: DatasetLine) -> Result<DatasetInfo, ManagedDatasetError> {
    const COUNT: &str = "SELECT COUNT(*) FROM dataset_versions WHERE dataset = $1";
    let versions: i64 = ask!(session, "count the versions", connection => {
        sqlx::query_scalar(COUNT).bind(line.key).fetch_one(connection).await
    })?;
    let unreadable = |problem| ManagedDatasetError::Unreadable { version: line.name.clone(), problem };
    Ok(DatasetInfo {
        name: line.name.parse().map_err(|error| unreadable(format!("datasets.name: {error}")))?,
        created_at: time(&line.created_at).map_err(|problem| unreadable(format!("datasets.{problem}")))?,
        versions: unsigned(versions),
        latest: newest(session, line.key).await?,
        tags: tags(session, line.key).await?,
    })
}

macro_rules! select_versions {
    ($rest:literal) => {
        concat!(
            "SELECT datasets.name AS name, v.version AS version, v.created_at AS created_at, v.action AS action, ",
            "v.origin AS origin, v.bytes AS bytes, v.added AS added, v.changed AS changed, v.removed AS removed, ",
            "v.snapshot AS snapshot, snapshots.digest AS digest, snapshots.rows AS rows ",
            "FROM dataset_versions v JOIN datasets ON datasets.key = v.dataset ",
            "JOIN snapshots ON snapshots.key = v.snapshot WHERE v.dataset = $1 ",
            $rest
        )
    };
}

async fn versions(session: &mut Session, dataset: i64) -> Result<Vec<DatasetVersion>, ManagedDatasetError> {
    const LIST: &str = select_versions!("ORDER BY v.version");
    let lines: Vec<VersionLine> = ask!(session, "list the versions", connection => {
        sqlx::query_as(LIST).bind(dataset).fetch_all(connection).await
    })?;
    lines.into_iter().map(VersionLine::into_version).collect()
}

async fn newest(session: &mut Session, dataset: i64) -> Result<Option<DatasetVersion>, ManagedDatasetError> {
    const NEWEST: &str = select_versions!("ORDER BY v.version DESC LIMIT 1");
    let line: Option<VersionLine> = ask!(session, "look for the newest version", connection => {
        sqlx::query_as(NEWEST).bind(dataset).fetch_optional(connection).await
    })?;
    line.map(VersionLine::into_version).transpose()
}

async fn numbered(
    session: &mut Session,
    dataset: i64,
    version: u64,
) -> Result<Option<DatasetVersion>, ManagedDatasetError> {
    const NUMBERED: &str = select_versions!("AND v.version = $2");
    // A number beyond what the database can hold names no version.
    let Ok(version) = i64::try_from(version) else { return Ok(None) };
    let line: Option<VersionLine> = ask!(session, "look for the version", connection => {
        sqlx::query_as(NUMBERED).bind(dataset).bind(version).fetch_optional(connection).await
    })?;
    line.map(VersionLine::into_version).transpose()
}

async fn tags(session: &mut Session, dataset: i64) -> Result<BTreeMap<VersionTag, u64>, ManagedDatasetError> {
    const LIST: &str = "SELECT tag, version FROM dataset_tags WHERE dataset = $1";
    let lines: Vec<(String, i64)> = ask!(session, "list the tags", connection => {
        sqlx::query_as(LIST).bind(dataset).fetch_all(connection).await
    })?;
    // A tag that cannot be one was written by someone else, and is not one.
    Ok(lines.into_iter().filter_map(|(tag, version)| Some((tag.parse().ok()?, unsigned(version)))).collect())
}

pub(super) async fn resolve(
    session: &mut Session,
    reference: &DatasetReference,
) -> Result<DatasetVersion, ManagedDatasetError> {
    let name = reference.name.clone();
    let line = existing(session, &name).await?;
    let Some(newest) = newest(session, line.key).await? else { return Err(ManagedDatasetError::NoVersion { name }) };
    let number = match &reference.selector {
        VersionSelector::Latest => return Ok(newest),
        VersionSelector::Number(number) => *number,
        VersionSelector::Tag(tag) => {
            let tags = tags(session, line.key).await?;
            match tags.get(tag) {
                Some(number) => *number,
                None => {
                    let near = near(tag.as_str(), tags.keys().map(VersionTag::as_str));
                    let tags = tags.into_iter().collect();
                    return Err(ManagedDatasetError::UnknownTag { name, tag: tag.clone(), near, tags });
                }
            }
        }
    };
    match numbered(session, line.key, number).await? {
        Some(version) => Ok(version),
        None => {
            const FIRST: &str = "SELECT MIN(version) FROM dataset_versions WHERE dataset = $1";
            let first: Option<i64> = ask!(session, "look for the first version", connection => {
                sqlx::query_scalar(FIRST).bind(line.key).fetch_one(connection).await
            })?;
            let versions = (first.map_or(newest.version, unsigned), newest.version);
            Err(ManagedDatasetError::UnknownVersion { name, version: number, versions })
        }
    }
}

impl VersionLine {
    fn into_version(self) -> Result<DatasetVersion, ManagedDatasetError> {
        let place = format!("{}@{}", self.name, self.version);
        let unreadable = |problem: String| ManagedDatasetError::Unreadable { version: place.clone(), problem };
        let action = DatasetAction::ALL.into_iter().find(|action| action.as_str() == self.action);
        let digest: Result<Digest, _> = self.digest.parse();
        Ok(DatasetVersion {
            dataset: self.name.parse().map_err(|error| unreadable(format!("datasets.name: {error}")))?,
            version: unsigned(self.version),
            created_at: time(&self.created_at).map_err(|problem| unreadable(format!("dataset_versions.{problem}")))?,
            action: action.ok_or_else(|| unreadable(format!("dataset_versions.action: {:?}", self.action)))?,
            origin: self.origin,
            digest: digest.map_err(|error| unreadable(format!("snapshots.digest: {error}")))?,
            rows: unsigned(self.examples),
            bytes: unsigned(self.bytes),
            added: unsigned(self.added),
            changed: unsigned(self.changed),
            removed: unsigned(self.removed),
            snapshot: self.snapshot,
        })
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error| format!("created_at: {error}"))
}

/// The names that are most like one that is not known.
fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    let most = (name.chars().count() / 3).max(1);
    let mut near: Vec<_> = known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= most || known.contains(name))
        .collect();
    near.sort_unstable();
    near.into_iter().take(MAX_SUGGESTIONS).map(|(_, known)| known.to_owned()).collect()
}

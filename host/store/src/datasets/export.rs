//! Versions as files.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use scorebox_core::{Digest, DigestWriter};
use tempfile::NamedTempFile;

use super::blocking::blocking;
use super::csv;
use super::draft::encode;
use super::error::ManagedDatasetError;
use super::reference::DatasetReference;
use super::rows::Rows;
use super::version::DatasetVersion;
use crate::Store;

/// How a version is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportFormat {
    /// Canonical JSONL, whose digest is the version's: one example on each line, with the fields `id`, `inputs`, `outputs`,
    /// `expectations`, `trace` and `tags` in this order, absent ones left out, values as they were written.
    #[default]
    Jsonl,
    /// CSV for people and their programs: a column for each key. What a text looks like is lost: `"42"` reads back as a
    /// number where all values of its column look like numbers.
    Csv,
}

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportTarget {
    /// A file, which is replaced once all of it is written.
    File(PathBuf),
    /// Standard output.
    StandardOutput,
}

/// A version in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Materialised {
    /// The file.
    pub path: PathBuf,
    /// The version, with the digest of the file.
    pub version: DatasetVersion,
}

impl Materialised {
    /// What a run's record calls it: `support-qa@3`, also where the reference was a tag.
    #[must_use]
    pub fn name(&self) -> String {
        self.version.to_string()
    }

    /// The digest that the file must have when it is read.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.version.digest
    }
}

impl Store {
    /// Writes a version to a file or to standard output.
    pub async fn export_dataset(
        &self,
        reference: &DatasetReference,
        format: ExportFormat,
        target: &ExportTarget,
    ) -> Result<DatasetVersion, ManagedDatasetError> {
        let version = self.dataset(reference).await?;
        let (rows, target, exported) = (Rows::of(&self.database, &version), target.clone(), version.clone());
        blocking(move || match target {
            ExportTarget::File(path) => write_file(&rows, &exported, format, &path),
            ExportTarget::StandardOutput => {
                let path = Path::new("standard output");
                write(&rows, &exported, format, io::stdout().lock(), path)
            }
        })
        .await?;
        Ok(version)
    }

    /// The version as a file in a folder, such as an evaluation can read. The file is named after its digest and written
    /// once; who reads it compares its digest with that of the answer.
    pub async fn materialise(
        &self,
        reference: &DatasetReference,
        folder: &Path,
    ) -> Result<Materialised, ManagedDatasetError> {
        let version = self.dataset(reference).await?;
        let path = folder.join(format!("{}.jsonl", version.digest.hex()));
        let (rows, expected, file) = (Rows::of(&self.database, &version), version.clone(), path.clone());
        blocking(move || {
            if fs::metadata(&file).is_ok_and(|found| found.is_file() && found.len() == expected.bytes) {
                return Ok(());
            }
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(failed(folder, "make the folder"))?;
            }
            write_file(&rows, &expected, ExportFormat::Jsonl, &file)
        })
        .await?;
        Ok(Materialised { path, version })
    }
}

/// Writes a file that is there as a whole or not at all, and survives a crash.
fn write_file(
    rows: &Rows,
    version: &DatasetVersion,
    format: ExportFormat,
    path: &Path,
) -> Result<(), ManagedDatasetError> {
    let path = match fs::metadata(path) {
        // A pipe or a device is written to; nothing can be put in its place.
        Ok(found) if !found.is_file() => {
            let file = OpenOptions::new().write(true).open(path).map_err(failed(path, "write the file"))?;
            return write(rows, version, format, file, path);
        }
        // The file that a link leads to, not the link.
        Ok(_) => fs::canonicalize(path).map_err(failed(path, "find the file"))?,
        Err(_) => path.to_owned(),
    };
    let mut file = new_file(&path)?;
    write(rows, version, format, file.as_file_mut(), &path)?;
    file.as_file().sync_all().map_err(failed(&path, "write the file"))?;
    file.persist(&path).map_err(|error| failed(&path, "put the file in its place")(error.error))?;
    Ok(())
}

/// A file beside the one that it will replace.
fn new_file(path: &Path) -> Result<NamedTempFile, ManagedDatasetError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".export-");
    // Temporary files are their owner's alone; this one will not be temporary.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(failed(folder, "make a file"))
}

fn write(
    rows: &Rows,
    version: &DatasetVersion,
    format: ExportFormat,
    writer: impl Write,
    path: &Path,
) -> Result<(), ManagedDatasetError> {
    let mut writer = BufWriter::with_capacity(128 * 1024, writer);
    match format {
        ExportFormat::Jsonl => write_jsonl(rows, version, &mut writer, path)?,
        ExportFormat::Csv => csv::write(rows, &mut writer, path)?,
    }
    writer.flush().map_err(failed(path, "write the file"))
}

fn write_jsonl(
    rows: &Rows,
    version: &DatasetVersion,
    writer: &mut impl Write,
    path: &Path,
) -> Result<(), ManagedDatasetError> {
    let mut digest = DigestWriter::default();
    let mut line = Vec::new();
    for example in rows.again() {
        line.clear();
        encode(&example?, &mut line)?;
        digest.update(&line);
        writer.write_all(&line).map_err(failed(path, "write the file"))?;
    }
    let found = digest.finish();
    if found == version.digest {
        return Ok(());
    }
    Err(ManagedDatasetError::Damaged { version: version.to_string(), expected: version.digest, found })
}

pub(super) fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> ManagedDatasetError + use<> {
    let path = path.to_owned();
    move |source| ManagedDatasetError::Output { path, action, source }
}

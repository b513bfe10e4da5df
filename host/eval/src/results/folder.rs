use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::record::RunRecord;
use super::row::RowResult;
use super::row_json::encode_row;
use super::sink::{ResultSink, SinkError};

/// Bytes that are gathered before they are handed to the system.
const BUFFER_BYTES: usize = 256 * 1024;

/// How much a crash of the machine may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncPolicy {
    /// Rows that may be written before they are made durable.
    pub max_rows: u64,
    /// Time that may pass before they are.
    pub max_delay: Duration,
}

impl Default for SyncPolicy {
    fn default() -> Self {
        Self { max_rows: 10_000, max_delay: Duration::from_secs(1) }
    }
}

/// Keeps a run as a folder: `results.jsonl`, which grows row by row, and `run.json`, which is replaced at the end.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    results_path: PathBuf,
    results: File,
    /// Bytes of whole lines in the file.
    length: u64,
    buffer: Vec<u8>,
    policy: SyncPolicy,
    rows_written: u64,
    rows_durable: u64,
    last_sync: Instant,
}

impl RunFolder {
    /// Makes the folder and those above it, and writes a first `run.json`, from which a run that was killed is known.
    pub fn create(path: impl AsRef<Path>, record: &RunRecord, policy: SyncPolicy) -> Result<Self, SinkError> {
        let path = path.as_ref();
        fs::create_dir_all(path).map_err(SinkError::io(path, "make the folder"))?;
        let is_empty = fs::read_dir(path).map_err(SinkError::io(path, "look into the folder"))?.next().is_none();
        if !is_empty {
            return Err(SinkError::Exists { path: path.to_owned() });
        }
        let results_path = path.join("results.jsonl");
        let results = OpenOptions::new().append(true).create_new(true).open(&results_path).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                SinkError::Exists { path: path.to_owned() }
            } else {
                SinkError::io(&results_path, "make the file")(error)
            }
        })?;
        write_record(path, record)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_folder(parent).map_err(SinkError::io(parent, "make the folder durable"))?;
        Ok(Self {
            path: path.to_owned(),
            results_path,
            results,
            length: 0,
            buffer: Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4),
            policy,
            rows_written: 0,
            rows_durable: 0,
            last_sync: Instant::now(),
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if let Err(error) = self.results.write_all(&self.buffer) {
            // Half a group may have been written; without it the file ends with a whole line, and a second try is clean.
            let _ = self.results.set_len(self.length);
            return Err(SinkError::io(&self.results_path, "write results")(error));
        }
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl ResultSink for RunFolder {
    fn write(&mut self, rows: &[RowResult]) -> Result<(), SinkError> {
        for row in rows {
            encode_row(row, &mut self.buffer)?;
            self.rows_written += 1;
            if self.buffer.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        let is_due = self.rows_written - self.rows_durable >= self.policy.max_rows
            || self.last_sync.elapsed() >= self.policy.max_delay;
        if is_due {
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<u64, SinkError> {
        if self.rows_durable < self.rows_written {
            self.flush()?;
            self.results.sync_data().map_err(SinkError::io(&self.results_path, "make results durable"))?;
            self.rows_durable = self.rows_written;
        }
        self.last_sync = Instant::now();
        Ok(self.rows_durable)
    }

    fn finish(&mut self, record: &mut RunRecord) -> Result<(), SinkError> {
        // Also where results cannot be written any more, the record should say how the run ended.
        let synced = self.sync();
        write_record(&self.path, record)?;
        synced.map(drop)
    }
}

/// Replaces `run.json` in one step: a reader sees the old one or the new one, also after a crash.
fn write_record(folder: &Path, record: &RunRecord) -> Result<(), SinkError> {
    let path = folder.join("run.json");
    let temporary = folder.join("run.json.partial");
    let mut text = serde_json::to_vec_pretty(record)?;
    text.push(b'\n');

    let mut file = File::create(&temporary).map_err(SinkError::io(&temporary, "make the file"))?;
    file.write_all(&text).map_err(SinkError::io(&temporary, "write the run's record"))?;
    file.sync_all().map_err(SinkError::io(&temporary, "make the run's record durable"))?;
    fs::rename(&temporary, &path).map_err(SinkError::io(&path, "replace the run's record"))?;
    sync_folder(folder).map_err(SinkError::io(folder, "make the folder durable"))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file, and the rename is durable by itself or not at all.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

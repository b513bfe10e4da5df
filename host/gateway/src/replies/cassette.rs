use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use scorebox_core::{Digest, Json};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::exchange::{Asked, Outcome};

/// What a run asked and what came back: a text file, one exchange in a line, described in `host/gateway/docs/cassettes.md`.
#[derive(Debug)]
pub(crate) struct Cassette {
    /// What came back, as JSON text, by the key of what was asked.
    outcomes: HashMap<Digest, Json>,
}

/// Why a cassette cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CassetteError {
    /// The file cannot be read or written.
    #[error("{}: the cassette cannot be {action}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A line is no exchange.
    #[error("{}:{line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, and what to do.
        problem: String,
    },
}

/// The first line of every cassette.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    scorebox_cassette: u32,
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<A, O> {
    asked: A,
    outcome: O,
}

impl Cassette {
    pub(crate) fn read(path: &Path) -> Result<Self, CassetteError> {
        let mut outcomes = HashMap::new();
        read_exchanges(path, |key, outcome, _| drop(outcomes.insert(key, outcome)))?;
        Ok(Self { outcomes })
    }

    /// What came back, if it was asked. An outcome of another kind than the request's is none.
    pub(crate) fn outcome<O: DeserializeOwned>(&self, key: Digest) -> Option<O> {
        self.outcomes.get(&key)?.to().ok()
    }
}

/// Reads a cassette exchange by exchange: the key, the outcome, the whole line. Where a key is there several times, the
/// last one counts.
fn read_exchanges(path: &Path, mut each: impl FnMut(Digest, Json, &str)) -> Result<(), CassetteError> {
    let file = File::open(path).map_err(io_error(path, "read"))?;
    let mut has_header = false;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(io_error(path, "read"))?;
        let wrong = |problem: String| CassetteError::Line { path: path.to_owned(), line: index + 1, problem };
        if !has_header {
            let header: Header = serde_json::from_str(&line)
                .map_err(|_| wrong("this is no cassette: its first line is not {\"scorebox_cassette\":1}".into()))?;
            if header.scorebox_cassette != VERSION {
                let found = header.scorebox_cassette;
                return Err(wrong(format!("a cassette of version {found}; this Scorebox reads version {VERSION}")));
            }
            has_header = true;
        } else if !line.trim().is_empty() {
            let exchange: Line<Asked, Json> = serde_json::from_str(&line)
                .map_err(|error| wrong(format!("not an exchange: {error}; remove the line, or record it again")))?;
            each(exchange.asked.key(), exchange.outcome, &line);
        }
    }
    if has_header {
        return Ok(());
    }
    let problem = "the cassette is empty; record one with --record".to_owned();
    Err(CassetteError::Line { path: path.to_owned(), line: 1, problem })
}

/// Adds to a cassette. A line is handed to the system at once, so that a run that is killed keeps what it paid for.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
    state: Mutex<Recording>,
}

#[derive(Debug)]
struct Recording {
    file: File,
    cassette: Cassette,
    lines: HashMap<Digest, String>,
    /// What this run added.
    added: HashSet<Digest>,
}

impl Recorder {
    /// Opens a cassette to add to, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, CassetteError> {
        let exists = path.metadata().is_ok_and(|metadata| metadata.len() > 0);
        let (mut outcomes, mut lines) = (HashMap::new(), HashMap::new());
        if exists {
            read_exchanges(path, |key, outcome, line| {
                outcomes.insert(key, outcome);
                lines.insert(key, line.to_owned());
            })?;
        }
        let mut file = OpenOptions::new().append(true).create(true).open(path).map_err(io_error(path, "written"))?;
        if !exists {
            write_line(&mut file, &json_line(&Header { scorebox_cassette: VERSION }))
                .map_err(io_error(path, "written"))?;
        }
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(Recording { file, cassette: Cassette { outcomes }, lines, added: HashSet::new() }),
        })
    }

    /// What stands for asking again: a reply, or an error of this very run. An error of an earlier run is asked again.
    pub(crate) fn kept<R: DeserializeOwned, E: DeserializeOwned>(&self, key: Digest) -> Option<Outcome<R, E>> {
        let recording = self.lock();
        match recording.cassette.outcome(key)? {
            Outcome::Error(_) if !recording.added.contains(&key) => None,
            outcome => Some(outcome),
        }
    }

    /// Writes an exchange; it takes the place of an earlier one with the same key.
    pub(crate) fn add<O: Serialize>(&self, asked: &Asked, outcome: &O) -> Result<(), CassetteError> {
        let failed = |source| CassetteError::Io { path: self.path.clone(), action: "written", source };
        let json = Json::from_value(outcome).map_err(|error| failed(io::Error::other(error)))?;
        let (key, line) = (asked.key(), json_line(&Line { asked, outcome: &json }));
        let mut recording = self.lock();
        write_line(&mut recording.file, &line).map_err(failed)?;
        recording.cassette.outcomes.insert(key, json);
        recording.lines.insert(key, line);
        recording.added.insert(key);
        Ok(())
    }

    /// Writes the file anew, in an order that does not depend on who was answered first, and makes it durable.
    pub(crate) fn finish(&self) -> Result<(), CassetteError> {
        let recording = self.lock();
        let mut lines: Vec<_> = recording.lines.values().collect();
        lines.sort_unstable();
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            write_line(file.as_file_mut(), &json_line(&Header { scorebox_cassette: VERSION }))?;
            for line in lines {
                write_line(file.as_file_mut(), line)?;
            }
            // A temporary file is its maker's alone; a cassette is meant to be shared.
            file.as_file().set_permissions(recording.file.metadata()?.permissions())?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(io_error(&self.path, "written"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recording> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is written has a JSON form by its type.
fn json_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn write_line(file: &mut File, line: &str) -> io::Result<()> {
    file.write_all(format!("{line}\n").as_bytes())
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> CassetteError {
    let path = path.to_owned();
    move |source| CassetteError::Io { path, action, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        Asked::Embed { model: "openai:/m".parse().unwrap(), texts: vec![text.to_owned()] }
    }

    #[test]
    fn what_was_recorded_is_replayed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.jsonl");
        let recorder = Recorder::open(&path).unwrap();
        recorder.add(&asked("b"), &"second").unwrap();
        recorder.add(&asked("a"), &"zeroth").unwrap();
        recorder.add(&asked("a"), &"first").unwrap();
        recorder.finish().unwrap();
        let cassette = Cassette::read(&path).unwrap();
        assert_eq!(cassette.outcome::<String>(asked("a").key()).as_deref(), Some("first"));
        assert_eq!(cassette.outcome::<String>(asked("c").key()), None);
        let text = std::fs::read_to_string(&path).unwrap();
        let texts: Vec<_> = text.lines().skip(1).map(|line| line.contains("first")).collect();
        assert_eq!(texts, [true, false], "{text}");
    }

    #[test]
    fn a_cassette_is_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.jsonl");
        for text in ["a", "b"] {
            let recorder = Recorder::open(&path).unwrap();
            recorder.add(&asked(text), &text).unwrap();
            recorder.finish().unwrap();
        }
        let cassette = Cassette::read(&path).unwrap();
        assert_eq!(cassette.outcomes.len(), 2);
    }

    #[test]
    fn a_broken_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.jsonl");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Cassette::read(&path).unwrap_err().to_string()
        };
        assert!(read("").contains("c.jsonl:1: the cassette is empty"));
        assert!(read("{\"id\":1}\n").contains("c.jsonl:1: this is no cassette"));
        assert!(read("{\"scorebox_cassette\":9}\n").contains("version 9"));
        assert!(read("{\"scorebox_cassette\":1}\n{\"asked\":").contains("c.jsonl:2: not an exchange"));
    }
}

use std::fs::{self, DirBuilder, File};
use std::hash::{Hash as _, Hasher};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use scorebox_core::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasmtime::component::Component;

use super::component;
use crate::cost::InstanceCost;
use crate::error::EngineError;

/// Compiled components on disk, in a directory that only this user can write to.
///
/// An entry is named by the component's digest and by everything its code depends on (wasmtime's version, settings,
/// CPU features). Files are written under another name and renamed, so that several processes can share the directory.
///
/// Beside the code lies its checksum: a damaged entry counts as absent. A checksum and no digest, because it is only there
/// against damage (whoever can write to the directory can write both), and because a digest of 60 MB of code would take
/// longer than everything else that happens at a start. And beside that lies what instances were measured to cost.
#[derive(Debug)]
pub(crate) struct CompileCache {
    dir: PathBuf,
    settings_key: String,
}

/// What files hold, by their extension.
const CODE: &str = "cwasm";
const CHECKSUM: &str = "sum.json";
const COST: &str = "cost.json";

impl CompileCache {
    pub(crate) fn open(dir: &Path, engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        let unusable = |reason: String| EngineError::Cache { path: dir.to_owned(), reason };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|error| unusable(format!("it cannot be created: {error}")))?;
        let metadata = fs::symlink_metadata(dir).map_err(|error| unusable(error.to_string()))?;
        if !metadata.is_dir() {
            return Err(unusable("it is not a directory".into()));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0 {
            let advice = "compiled code is only loaded from a directory that belongs to you and that nobody else can \
                          write to (chmod 700, or name another directory)";
            return Err(unusable(advice.into()));
        }
        Ok(Self { dir: dir.to_owned(), settings_key: settings_key(engine) })
    }

    /// The compiled component, if the cache has an intact entry for it.
    pub(crate) fn load(&self, engine: &wasmtime::Engine, digest: Digest) -> Option<Component> {
        let expected: Checksum = self.read(digest, CHECKSUM)?;
        let path = self.path(digest, CODE);
        if Checksum::of(&File::open(&path).ok()?).ok()? != expected {
            return None;
        }
        component::from_file(engine, &path).ok()
    }

    /// Keeps compiled code. A cache that cannot be written to costs time, not results, so failures are ignored.
    pub(crate) fn store(&self, digest: Digest, code: &[u8]) {
        self.write(digest, CODE, code);
        self.write_json(digest, CHECKSUM, &Checksum { crc32: crc32fast::hash(code), bytes: code.len() as u64 });
    }

    /// What instances of the component were measured to cost, if they were.
    pub(crate) fn load_cost(&self, digest: Digest) -> Option<InstanceCost> {
        self.read(digest, COST)
    }

    /// Keeps what instances cost, so that what is decided by it does not change from run to run. The first one that is kept
    /// stays, and is answered.
    pub(crate) fn keep_cost(&self, digest: Digest, cost: InstanceCost) -> InstanceCost {
        let written = serde_json::to_vec(&cost).map_err(Into::into).and_then(|text| {
            let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
            file.write_all(&text)?;
            file.persist_noclobber(self.path(digest, COST)).map_err(|error| error.error)
        });
        match written {
            Ok(_) => cost,
            Err(_) => self.load_cost(digest).unwrap_or(cost),
        }
    }

    fn read<T: DeserializeOwned>(&self, digest: Digest, extension: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.path(digest, extension)).ok()?).ok()
    }

    fn write_json<T: Serialize>(&self, digest: Digest, extension: &str, value: &T) {
        if let Ok(text) = serde_json::to_vec(value) {
            self.write(digest, extension, &text);
        }
    }

    fn write(&self, digest: Digest, extension: &str, content: &[u8]) {
        let written = tempfile::NamedTempFile::new_in(&self.dir).and_then(|mut file| {
            file.write_all(content)?;
            Ok(file)
        });
        if let Ok(file) = written {
            let _ = file.persist(self.path(digest, extension));
        }
    }

    fn path(&self, digest: Digest, extension: &str) -> PathBuf {
        self.dir.join(format!("{}-{}.{extension}", digest.hex(), self.settings_key))
    }
}

/// Tells damaged code from what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checksum {
    crc32: u32,
    bytes: u64,
}

impl Checksum {
    fn of(mut file: &File) -> std::io::Result<Self> {
        const PIECE_BYTES: usize = 256 * 1024;
        let (mut hasher, mut bytes, mut piece) = (crc32fast::Hasher::new(), 0, vec![0; PIECE_BYTES]);
        loop {
            let count = file.read(&mut piece)?;
            if count == 0 {
                return Ok(Self { crc32: hasher.finalize(), bytes });
            }
            hasher.update(&piece[..count]);
            bytes += count as u64;
        }
    }
}

/// Names everything that compiled code depends on beside the component.
fn settings_key(engine: &wasmtime::Engine) -> String {
    struct Sha256Hasher(scorebox_core::DigestWriter);
    impl Hasher for Sha256Hasher {
        fn finish(&self) -> u64 {
            // Only the digest below is used.
            0
        }
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
    }
    let mut hasher = Sha256Hasher(scorebox_core::DigestWriter::default());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finish().short()
}

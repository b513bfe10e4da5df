use std::fs::{self, DirBuilder, File};
use std::hash::{Hash as _, Hasher};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use scorebox_core::Digest;
use wasmtime::component::Component;

use super::component;
use crate::error::EngineError;

/// Compiled components on disk, in a directory that only this user can write to.
///
/// An entry is named by the component's digest and by everything its code depends on (wasmtime's version, settings,
/// CPU features), and holds the digest of the code before the code itself. Entries are written to a temporary file
/// and renamed, so that several processes can share the directory. A damaged entry counts as absent.
#[derive(Debug)]
pub(crate) struct CompileCache {
    dir: PathBuf,
    settings_key: String,
}

impl CompileCache {
    const DIGEST_BYTES: usize = 32;

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
        let mut entry = Vec::new();
        File::open(self.path(digest)).ok()?.read_to_end(&mut entry).ok()?;
        let (stored, code) = entry.split_at_checked(Self::DIGEST_BYTES)?;
        if Digest::of(code).bytes() != stored {
            return None;
        }
        component::from_code(engine, code).ok()
    }

    /// Keeps compiled code. A cache that cannot be written to costs time, not results, so failures are ignored.
    pub(crate) fn store(&self, digest: Digest, code: &[u8]) {
        let written = tempfile::NamedTempFile::new_in(&self.dir).and_then(|mut file| {
            file.write_all(&Digest::of(code).bytes())?;
            file.write_all(code)?;
            Ok(file)
        });
        if let Ok(file) = written {
            let _ = file.persist(self.path(digest));
        }
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.dir.join(format!("{}-{}.cwasm", digest.hex(), self.settings_key))
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

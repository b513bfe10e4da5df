use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use scorebox_core::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::exchange::Asked;

/// Replies of models on disk, a file for each request, named by its digest. Several processes may use it at once: a file
/// appears whole or not at all.
#[derive(Clone, Debug)]
pub struct ReplyCache {
    folder: PathBuf,
}

/// What is in a cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CacheInfo {
    /// Where it is.
    pub folder: PathBuf,
    /// Replies in it.
    pub replies: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the reply cache {path} cannot be used: {source}")]
pub struct CacheError {
    path: PathBuf,
    source: io::Error,
}

/// Changes when the form of the files does: what another version wrote is never misread.
const LAYOUT: &str = "v1";

#[derive(Serialize)]
struct WrittenEntry<'e, R> {
    asked: &'e Asked,
    reply: &'e R,
}

#[derive(Deserialize)]
struct ReadEntry<R> {
    reply: R,
}

impl ReplyCache {
    /// The cache in a folder that need not be there yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into().join(LAYOUT) }
    }

    fn path(&self, key: Digest) -> PathBuf {
        let hex = key.hex();
        let (first, rest) = hex.split_at(2.min(hex.len()));
        self.folder.join(first).join(format!("{rest}.json"))
    }

    /// The reply to a request. One that cannot be read is none; it is written anew.
    pub(crate) fn read<R: DeserializeOwned>(&self, key: Digest) -> Option<R> {
        let bytes = fs::read(self.path(key)).ok()?;
        serde_json::from_slice::<ReadEntry<R>>(&bytes).ok().map(|entry| entry.reply)
    }

    /// Keeps a reply.
    pub(crate) fn write<R: Serialize>(&self, key: Digest, asked: &Asked, reply: &R) -> Result<(), CacheError> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.folder);
        let write = || {
            make_private_folder(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec(&WrittenEntry { asked, reply })?)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| CacheError { path: path.clone(), source })
    }

    /// Counts what is in it.
    pub fn info(&self) -> Result<CacheInfo, CacheError> {
        let mut info = CacheInfo { folder: self.folder.clone(), replies: 0, bytes: 0 };
        for folder in entries(&self.folder).map_err(|source| self.error(source))? {
            for file in entries(&folder).map_err(|source| self.error(source))? {
                // A file may be gone by now: somebody clears the cache.
                if let Ok(metadata) = fs::metadata(&file)
                    && file.extension().is_some_and(|extension| extension == "json")
                {
                    info.replies += 1;
                    info.bytes += metadata.len();
                }
            }
        }
        Ok(info)
    }

    /// Removes everything, and says what was there.
    pub fn clear(&self) -> Result<CacheInfo, CacheError> {
        let info = self.info()?;
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(error)),
            _ => Ok(info),
        }
    }

    fn error(&self, source: io::Error) -> CacheError {
        CacheError { path: self.folder.clone(), source }
    }
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Prompts and replies are nobody else's business.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        Asked::Embed { model: "openai:/m".parse().unwrap(), texts: vec![text.to_owned()] }
    }

    #[test]
    fn a_reply_is_found_again_until_the_cache_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ReplyCache::new(folder.path().join("replies"));
        let (one, two) = (asked("1"), asked("2"));
        assert_eq!(cache.read::<String>(one.key()), None);
        cache.write(one.key(), &one, &"reply").unwrap();
        assert_eq!(cache.read::<String>(one.key()).as_deref(), Some("reply"));
        assert_eq!(cache.read::<String>(two.key()), None);
        assert_eq!(cache.clear().unwrap().replies, 1);
        assert_eq!(cache.info().unwrap().replies, 0);
        assert_eq!(cache.read::<String>(one.key()), None);
    }

    #[test]
    fn a_damaged_file_is_no_reply() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ReplyCache::new(folder.path());
        let asked = asked("1");
        cache.write(asked.key(), &asked, &"reply").unwrap();
        fs::write(cache.path(asked.key()), "{\"asked\":").unwrap();
        assert_eq!(cache.read::<String>(asked.key()), None);
        cache.write(asked.key(), &asked, &"reply").unwrap();
        assert_eq!(cache.read::<String>(asked.key()).as_deref(), Some("reply"));
    }

    #[test]
    fn many_writers_of_one_reply_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ReplyCache::new(folder.path());
        let asked = asked("1");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        cache.write(asked.key(), &asked, &"reply").unwrap();
                        assert_eq!(cache.read::<String>(asked.key()).as_deref(), Some("reply"));
                    }
                });
            }
        });
        assert_eq!(cache.info().unwrap().replies, 1);
    }
}

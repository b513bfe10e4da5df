use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

/// A file to write: its name and its text.
pub(super) type ProjectFile = (&'static str, &'static str);

/// Writes the files of a project into a folder that has none of them.
pub(super) fn write(folder: &Path, files: &[ProjectFile]) -> anyhow::Result<()> {
    for (name, _) in files {
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            bail!("{}: already there, and nothing is overwritten: name another folder", path.display());
        }
    }
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot make the folder", folder.display()))?;
    for (name, text) in files {
        let path = folder.join(name);
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    Ok(())
}

//! Components that were built before. Some tools make other bytes of the same sources each time; what has not changed must
//! keep its digest, or its results would be computed again.

use std::fs;
use std::path::Path;

use scorebox_core::DigestWriter;

use crate::error::LanguageError;
use crate::workspace::{VERSION, Workspace};

/// What the names of kept components begin with.
const KEPT: &str = "component-";

/// What `make` makes of `parts`, the plugin's world and the code that builds, or what it made of the same before.
pub(crate) fn once(
    workspace: &Workspace,
    parts: &[&[u8]],
    make: impl FnOnce() -> Result<Vec<u8>, LanguageError>,
) -> Result<Vec<u8>, LanguageError> {
    let world = workspace.wit_dir().join("guest.wit");
    let world = fs::read(&world).map_err(|source| LanguageError::Read { path: world, source })?;
    let mut digest = DigestWriter::default();
    for part in [VERSION.as_bytes(), &world].iter().chain(parts) {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let kept = workspace.build_dir().join(format!("{KEPT}{}.wasm", digest.finish().short()));
    if let Ok(component) = fs::read(&kept) {
        return Ok(component);
    }
    let component = make()?;
    forget_others(&workspace.build_dir());
    // Under another name until all of it is there: a build that is killed leaves no half component.
    let unfinished = kept.with_extension("unfinished");
    let written = fs::write(&unfinished, &component).and_then(|()| fs::rename(&unfinished, &kept));
    written.map_err(|source| LanguageError::Write { path: kept, source })?;
    Ok(component)
}

fn forget_others(folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(KEPT) {
            // What stays only takes space.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    #[test]
    fn the_same_parts_are_built_once_and_only_the_last_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plugin.toml"), "name = \"tone\"\nversion = \"0.1.0\"").unwrap();
        fs::write(folder.path().join("pyproject.toml"), "").unwrap();
        let workspace = Workspace::prepare(&Project::open(folder.path()).unwrap()).unwrap();
        let built = |parts: [&[u8]; 2], made: &str| once(&workspace, &parts, || Ok(made.into())).unwrap();
        assert_eq!(built([b"a", b"b"], "first"), b"first");
        assert_eq!(built([b"a", b"b"], "second"), b"first");
        assert_eq!(built([b"ab", b""], "third"), b"third");
        assert_eq!(built([b"a", b"b"], "fourth"), b"fourth");
        assert!(once(&workspace, &[b"c"], || Err(LanguageError::Source("no".to_owned()))).is_err());
        assert_eq!(built([b"a", b"b"], "fifth"), b"fourth");
    }
}

//! Which commit is checked out, read from the files of the repository: starting `git` would take longer than scoring.

use std::fs;
use std::path::{Path, PathBuf};

/// The commit of the repository around a folder; none where there is no repository, or no commit yet.
pub(crate) fn commit(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let git = folder.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    let git = if git.is_file() { linked(&git)? } else { git };
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(reference) = head.trim().strip_prefix("ref: ") else { return valid(&head) };
    // The branches of a linked worktree are in the main one.
    let common = fs::read_to_string(git.join("commondir")).map_or_else(|_| git.clone(), |path| git.join(path.trim()));
    let loose = fs::read_to_string(common.join(reference)).ok();
    loose.as_deref().and_then(valid).or_else(|| packed(&common, reference))
}

/// Where a `.git` that is a file leads to.
fn linked(git: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(git).ok()?;
    Some(git.parent()?.join(text.trim().strip_prefix("gitdir: ")?))
}

fn packed(git: &Path, reference: &str) -> Option<String> {
    let refs = fs::read_to_string(git.join("packed-refs")).ok()?;
    let lines = refs.lines().filter_map(|line| line.split_once(' '));
    lines.into_iter().find(|(_, name)| *name == reference).and_then(|(commit, _)| valid(commit))
}

fn valid(commit: &str) -> Option<String> {
    let commit = commit.trim();
    let is_hash = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| commit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn the_commit_of_a_branch_is_found_loose_or_packed() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        fs::create_dir_all(git.join("refs/heads")).unwrap();
        fs::create_dir_all(folder.path().join("qa")).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert_eq!(commit(&folder.path().join("qa")), None);
        fs::write(git.join("packed-refs"), format!("# pack-refs\n{COMMIT} refs/heads/main\n")).unwrap();
        assert_eq!(commit(&folder.path().join("qa")).as_deref(), Some(COMMIT));
        fs::write(git.join("refs/heads/main"), format!("{}\n", COMMIT.replace('0', "f"))).unwrap();
        assert_eq!(commit(&folder.path().join("qa")), Some(COMMIT.replace('0', "f")));
    }
}

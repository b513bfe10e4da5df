//! Which commit is checked out, read from the files of the repository: starting `git` would take longer than scoring.

use std::fs;
use std::path::{Path, PathBuf};

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The commit; none where there is no commit yet.
    pub(crate) commit: Option<String>,
    /// The branch; none where none is checked out, as CI often does it.
    pub(crate) branch: Option<String>,
}

/// What is checked out in the repository around a folder.
pub(crate) fn head(folder: &Path) -> Head {
    read_head(folder).unwrap_or_default()
}

/// The root of the repository around a folder.
pub(crate) fn root(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

fn read_head(folder: &Path) -> Option<Head> {
    let git = root(folder)?.join(".git");
    let git = if git.is_file() { linked(&git)? } else { git };
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(reference) = head.trim().strip_prefix("ref: ") else {
        return Some(Head { commit: valid(&head), branch: None });
    };
    // The branches of a linked worktree are in the main one.
    let common = fs::read_to_string(git.join("commondir")).map_or_else(|_| git.clone(), |path| git.join(path.trim()));
    let loose = fs::read_to_string(common.join(reference)).ok();
    let commit = loose.as_deref().and_then(valid).or_else(|| packed(&common, reference));
    Some(Head { commit, branch: reference.strip_prefix("refs/heads/").map(str::to_owned) })
}

/// The branch that CI says it builds, for where it checks out a commit instead: GitHub's and GitLab's variables, those of
/// pull and merge requests first.
pub(crate) fn branch_of_ci(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let is_branch =
        |name: &&str| *name != "GITHUB_REF_NAME" || variable("GITHUB_REF_TYPE").as_deref() == Some("branch");
    let names = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"];
    names.iter().filter(|name| is_branch(name)).find_map(|name| variable(name).filter(|branch| !branch.is_empty()))
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
        let head = || head(&folder.path().join("qa"));
        assert_eq!(head(), Head { commit: None, branch: Some("main".to_owned()) });
        fs::write(git.join("packed-refs"), format!("# pack-refs\n{COMMIT} refs/heads/main\n")).unwrap();
        assert_eq!(head().commit.as_deref(), Some(COMMIT));
        fs::write(git.join("refs/heads/main"), format!("{}\n", COMMIT.replace('0', "f"))).unwrap();
        assert_eq!(head().commit, Some(COMMIT.replace('0', "f")));
        fs::write(git.join("HEAD"), COMMIT).unwrap();
        assert_eq!(head(), Head { commit: Some(COMMIT.to_owned()), branch: None });
    }

    #[test]
    fn a_pull_request_in_ci_is_on_its_own_branch() {
        let ci = |set: &[(&str, &str)]| {
            branch_of_ci(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(ci(&[("GITHUB_HEAD_REF", "fix"), ("GITHUB_REF_NAME", "7/merge")]).as_deref(), Some("fix"));
        let push = [("GITHUB_HEAD_REF", ""), ("GITHUB_REF_NAME", "main"), ("GITHUB_REF_TYPE", "branch")];
        assert_eq!(ci(&push).as_deref(), Some("main"));
        assert_eq!(ci(&[("GITHUB_REF_NAME", "v1"), ("GITHUB_REF_TYPE", "tag")]), None);
        assert_eq!(ci(&[("CI_COMMIT_BRANCH", "main")]).as_deref(), Some("main"));
        assert_eq!(ci(&[]), None);
    }
}

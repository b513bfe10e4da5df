use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::command;
use crate::error::LanguageError;
use crate::toolbox::NODE_ADVICE;

/// The name under which a project imports the SDK.
const SDK: &str = "scorebox";

/// Where the plugin's functions are looked for when `package.json` has no `main`.
const ENTRIES: [&str; 3] = ["src/index.ts", "src/index.js", "src/index.mjs"];

/// What a build wants to know of a project's `package.json`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Package {
    main: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

impl Package {
    pub(super) fn read(project: &Path) -> Result<Self, LanguageError> {
        let path = project.join("package.json");
        let text = fs::read_to_string(&path).map_err(|source| LanguageError::Read { path: path.clone(), source })?;
        serde_json::from_str(&text).map_err(|error| LanguageError::Source(format!("{}: {error}", path.display())))
    }

    /// The module whose exports are the plugin's functions: `main`, or `src/index.ts`, `.js`, `.mjs`.
    pub(super) fn entry(&self, project: &Path) -> Result<PathBuf, LanguageError> {
        let candidates: Vec<&str> = self.main.as_deref().map_or_else(|| ENTRIES.to_vec(), |main| vec![main]);
        let found = candidates.iter().map(|name| project.join(name)).find(|path| path.is_file());
        found.ok_or_else(|| {
            LanguageError::Source(format!(
                "{}: there is no {}; the plugin's functions are the exports of that module (`main` in package.json \
                 names another)",
                project.display(),
                candidates.join(", ")
            ))
        })
    }

    /// Makes what the project depends on importable: the SDK as a link, the rest through npm, where it is not there yet.
    pub(super) fn install(&self, project: &Path, sdk: &Path) -> Result<(), LanguageError> {
        let modules = project.join("node_modules");
        if self.dependencies.keys().any(|name| name != SDK && !modules.join(name).is_dir()) {
            let has_lock = project.join("package-lock.json").is_file();
            let subcommand = if has_lock { "ci" } else { "install" };
            let mut npm = Command::new("npm");
            npm.current_dir(project).args([
                subcommand,
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]);
            command::run(&mut npm, &format!("npm {subcommand}"), NODE_ADVICE)?;
        }
        link_sdk(&modules.join(SDK), sdk)
    }
}

/// Editors and `node --test` find the SDK through the link; a build would find it without.
fn link_sdk(link: &Path, sdk: &Path) -> Result<(), LanguageError> {
    if link.exists() {
        return Ok(());
    }
    let write_error = |source| LanguageError::Write { path: link.to_owned(), source };
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder).map_err(write_error)?;
    }
    if link.is_symlink() {
        fs::remove_file(link).map_err(write_error)?;
    }
    link_folder(sdk, link).map_err(write_error)
}

/// Relative, so that the project can be moved.
#[cfg(unix)]
fn link_folder(target: &Path, link: &Path) -> std::io::Result<()> {
    let project = link.parent().and_then(Path::parent);
    let inner = project.and_then(|project| target.strip_prefix(project).ok());
    let target = inner.map_or_else(|| target.to_owned(), |inner| Path::new("..").join(inner));
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn link_folder(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn the_entry_is_main_or_the_usual_place() {
        let usual = project(&[("package.json", "{}"), ("src/index.js", "")]);
        let entry = Package::read(usual.path()).unwrap().entry(usual.path()).unwrap();
        assert_eq!(entry, usual.path().join("src/index.js"));
        let named = project(&[("package.json", r#"{"main": "lib.js"}"#), ("src/index.js", ""), ("lib.js", "")]);
        let entry = Package::read(named.path()).unwrap().entry(named.path()).unwrap();
        assert_eq!(entry, named.path().join("lib.js"));
    }

    #[test]
    fn a_project_without_an_entry_is_told_where_it_is_looked_for() {
        let empty = project(&[("package.json", "{}")]);
        let error = Package::read(empty.path()).unwrap().entry(empty.path()).unwrap_err().to_string();
        assert!(error.contains("src/index.ts, src/index.js") && error.contains("`main` in package.json"), "{error}");
    }

    #[test]
    fn a_broken_package_json_is_named() {
        let broken = project(&[("package.json", "{")]);
        let error = Package::read(broken.path()).unwrap_err().to_string();
        assert!(error.contains("package.json: EOF"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_sdk_is_linked_without_npm_and_a_stale_link_is_replaced() {
        let folder = project(&[(".scorebox/sdk/javascript/package.json", "{}")]);
        let (link, sdk) = (folder.path().join("node_modules/scorebox"), folder.path().join(".scorebox/sdk/javascript"));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink("gone", &link).unwrap();
        let package = Package { dependencies: BTreeMap::from([(SDK.to_owned(), "file:x".to_owned())]), main: None };
        package.install(folder.path(), &sdk).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("../.scorebox/sdk/javascript"));
        assert!(link.join("package.json").is_file());
    }
}

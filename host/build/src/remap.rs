use std::env;
use std::path::{Path, PathBuf};

use crate::Toolchain;

/// Replaces the machine's folders in what the compiler writes down (the file names in panic messages), so that a
/// component does not tell where it was built, and has the same digest wherever that was.
pub(crate) struct Remap {
    /// From the most general to the most specific: rustc lets the last match win.
    prefixes: Vec<(PathBuf, String)>,
}

impl Remap {
    pub(crate) fn new(workspace: &Path, target_dir: &Path, toolchain: &Toolchain) -> Self {
        let mut prefixes = vec![(workspace.to_owned(), "/plugin".to_owned())];
        if let Some(cargo_home) = cargo_home() {
            prefixes.push((cargo_home, "/cargo".to_owned()));
        }
        prefixes.push((target_dir.to_owned(), "/target".to_owned()));
        if let Some(commit) = toolchain.commit() {
            // What the standard library's own files are called when its sources are not installed.
            let sources = toolchain.sysroot().join("lib/rustlib/src/rust");
            prefixes.push((sources, format!("/rustc/{commit}")));
        }
        prefixes.sort_by_key(|(from, _)| from.as_os_str().len());
        Self { prefixes }
    }

    pub(crate) fn flags(&self) -> impl Iterator<Item = String> {
        self.prefixes.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
    }
}

/// The folder that cargo unpacks crates in.
fn cargo_home() -> Option<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(folder) if !folder.is_empty() => Some(PathBuf::from(folder)),
        _ => Some(env::home_dir()?.join(".cargo")),
    }
}

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::repository::Repository;

/// Every crate that the workspace may compile, on any platform.
#[derive(Deserialize)]
pub(crate) struct Graph {
    pub(crate) packages: Vec<Package>,
}

/// One version of a crate.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) license: Option<String>,
    /// Where it comes from; none for crates of the workspace.
    pub(crate) source: Option<String>,
}

impl Graph {
    pub(crate) fn read(repository: &Repository) -> Result<Self> {
        let mut command = repository.cargo(["metadata", "--format-version", "1", "--locked"]);
        let output = command.output().context("cannot run `cargo metadata`")?;
        if !output.status.success() {
            bail!("`cargo metadata --locked` failed:\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        serde_json::from_slice(&output.stdout).context("cannot read the output of `cargo metadata`")
    }
}

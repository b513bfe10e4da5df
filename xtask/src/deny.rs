//! Checks the crates that the workspace uses against deny.toml: the part of cargo-deny that needs no download. The file
//! is cargo-deny's own, so that whoever has that tool can run it.

mod graph;
mod policy;

use anyhow::{Context as _, Result, bail};

use crate::deny::graph::Graph;
use crate::deny::policy::Policy;
use crate::repository::Repository;

/// Reads deny.toml and the crate graph; an error names every breach.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let path = repository.root().join("deny.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy: Policy = toml::from_str(&text).with_context(|| format!("{} cannot be used", path.display()))?;
    let graph = Graph::read(repository)?;
    let breaches = policy.breaches(&graph.packages)?;
    if !breaches.is_empty() {
        bail!("deny.toml rules out what the workspace uses:\n  {}", breaches.join("\n  "));
    }
    eprintln!("{} crates comply with deny.toml.", graph.packages.len());
    Ok(())
}

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use scorebox_build::{BuildRequest, Report, build_rust_plugin};

use crate::repository::Repository;
use crate::wasm_target;

/// Builds the plugins in the named folders, or every plugin of the repository, and lists what came out.
pub(crate) fn run(repository: &Repository, folders: &[OsString]) -> Result<()> {
    wasm_target::ensure(repository)?;
    let projects = if folders.is_empty() { projects(repository)? } else { named_projects(folders)? };
    let components = repository.target_dir().join("components");
    fs::create_dir_all(&components)?;
    let mut reports = Vec::new();
    for (name, project) in projects {
        // The same target folder as for the plugins that are embedded in the command: nothing is compiled twice.
        let target_dir = repository.target_dir().join("plugins");
        let built = build_rust_plugin(&BuildRequest { project, target_dir, locked: folders.is_empty() })?;
        fs::write(components.join(&name).with_extension("wasm"), &built.component)?;
        reports.push((name, built.report));
    }
    println!("{}", table(&reports));
    println!("\nwritten to {}", components.display());
    Ok(())
}

/// Name and folder of each plugin that the user named.
fn named_projects(folders: &[OsString]) -> Result<Vec<(String, PathBuf)>> {
    let named = |folder: &OsString| {
        let path = fs::canonicalize(folder).with_context(|| format!("there is no folder {}", folder.display()))?;
        let name = path.file_name().context("the root folder is no plugin")?.to_string_lossy().into_owned();
        Ok((name, path))
    };
    folders.iter().map(named).collect()
}

/// Name and folder of each plugin of the repository, by name.
fn projects(repository: &Repository) -> Result<Vec<(String, PathBuf)>> {
    let plugins = repository.root().join("plugins");
    let entries = fs::read_dir(&plugins).with_context(|| format!("cannot read {}", plugins.display()))?;
    let mut projects = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            projects.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
    }
    projects.sort();
    Ok(projects)
}

fn table(reports: &[(String, Report)]) -> String {
    let header = ["plugin", "size", "digest", "exports", "imports"].map(str::to_owned);
    let rows = reports.iter().map(|(name, report)| {
        let imports = if report.imports.is_empty() { "none".to_owned() } else { report.imports.join(", ") };
        let size = format!("{} KiB", report.size_bytes.div_ceil(1024));
        [name.clone(), size, report.digest.short(), report.exports.join(", "), imports]
    });
    let rows: Vec<_> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |[name, size, digest, exports, imports]: &[String; 5]| {
        let [w0, w1, w2, w3] = widths;
        format!("{name:<w0$}  {size:>w1$}  {digest:<w2$}  {exports:<w3$}  {imports}")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let report = |exports: &str, imports: Vec<String>| Report {
            size_bytes: 1025,
            digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse().unwrap(),
            exports: vec![exports.to_owned()],
            imports,
        };
        let reports =
            [("a".to_owned(), report("x:y/z", vec![])), ("longer".to_owned(), report("w", vec!["log".to_owned()]))];
        assert_eq!(
            table(&reports),
            "plugin   size  digest        exports  imports\n\
             a       2 KiB  e3b0c44298fc  x:y/z    none\n\
             longer  2 KiB  e3b0c44298fc  w        log"
        );
    }
}

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use scorebox_languages::{Project, TOOLS_VARIABLE, Toolbox, build};

use crate::repository::Repository;
use crate::terminal::{green, heading, red};

/// Where the repository keeps plugin projects in several languages.
const FOLDERS: [&str; 3] = ["sdk/examples", "tests/conformance/plugins", "tests/guests"];

/// Builds the tests' plugins in all languages, so that the tests find them built. This sets up the languages' tools, and
/// says so; a language whose tools cannot be had is skipped, except in continuous integration.
pub(crate) fn prepare(repository: &Repository) -> Result<()> {
    heading("Plugins in every language");
    let tools = tools(repository);
    eprintln!("Tools of other languages come from PyPI and the npm registry, pinned by hash, into {}.", tools.display());
    let toolbox = Toolbox::new(tools, |message| eprintln!("  {message}"));
    for folder in projects(repository)? {
        let project = Project::open(&folder)?;
        let name = folder.strip_prefix(repository.root()).unwrap_or(&folder).display().to_string();
        let began = Instant::now();
        match build(&project, &toolbox) {
            Ok(built) => {
                let size = built.report.size_bytes.div_ceil(1024);
                eprintln!("{} {name}: {size} KiB, {:.1} s", green("built"), began.elapsed().as_secs_f64());
            }
            Err(error) if error.is_about_tools() && env::var_os("CI").is_none() => {
                eprintln!("{} {name}, and the tests that need it: {error}", red("SKIPPED"));
            }
            Err(error) => return Err(error).with_context(|| name),
        }
    }
    Ok(())
}

/// The folder with the tools of other languages, which tests and benchmarks share.
fn tools(repository: &Repository) -> PathBuf {
    match env::var_os(TOOLS_VARIABLE) {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => repository.target_dir().join("tools"),
    }
}

fn projects(repository: &Repository) -> Result<Vec<PathBuf>> {
    let mut projects = Vec::new();
    for folder in FOLDERS {
        let folder = repository.root().join(folder);
        let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.join("plugin.toml").is_file() {
                projects.push(path);
            }
        }
    }
    projects.sort();
    Ok(projects)
}

//! Compiles every folder of plugins/ to a component and writes the table that the library embeds.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use scorebox_build::{BuildRequest, build_rust_plugin};

/// What the components are made from. A folder counts with all that is in it.
const SOURCES: [&str; 6] = ["Cargo.lock", "Cargo.toml", "plugins", "rust-toolchain.toml", "sdk/rust", "wit"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", repository.join(source).display());
    }
    let target_dir = shared_target_dir(&out_dir)?;
    let mut table = String::from("[\n");
    for project in projects(&repository.join("plugins"))? {
        let name = project.file_name().and_then(|name| name.to_str()).context("a plugin's folder has a plain name")?;
        let request = BuildRequest { project: project.clone(), target_dir: target_dir.clone(), locked: true };
        let built = build_rust_plugin(&request)?;
        let file = out_dir.join(format!("{name}.wasm"));
        fs::write(&file, &built.component).with_context(|| format!("cannot write {}", file.display()))?;
        writeln!(table, "    ({name:?}, include_bytes!({file:?}), \"{}\"),", built.report.digest)?;
    }
    table.push_str("]\n");
    fs::write(out_dir.join("table.rs"), table)?;
    Ok(())
}

/// The folder `plugins` beside the profiles in cargo's target folder: builds of all profiles use the same one, and
/// `cargo xtask plugins` does too. It is not the folder that the outer cargo has locked.
fn shared_target_dir(out_dir: &Path) -> Result<PathBuf> {
    // OUT_DIR is TARGET/PROFILE/build/PACKAGE-HASH/out.
    let target = out_dir.ancestors().nth(4).context("OUT_DIR is four folders below the target folder")?;
    Ok(target.join("plugins"))
}

/// The folders with a `Cargo.toml`, by name.
fn projects(plugins: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(plugins).with_context(|| format!("cannot read {}", plugins.display()))?;
    let mut projects = Vec::new();
    for entry in entries {
        let folder = entry?.path();
        if folder.join("Cargo.toml").is_file() {
            projects.push(folder);
        }
    }
    projects.sort();
    Ok(projects)
}

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use scorebox_build::{WASM_TARGET, forget_outer_cargo};

use crate::repository::run;
use crate::wasm_target::debian::packages::DebianRust;

/// Compiles the standard library in `folder`, which is emptied first, and answers the paths of the libraries.
pub(super) fn compile(rust: &DebianRust, folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // A copy, because cargo wants to write a lock file beside the sources.
    let library = folder.join("library");
    run(Command::new("cp").arg("-r").arg(&rust.library).arg(&library))?;

    let mut cargo = Command::new(DebianRust::CARGO);
    forget_outer_cargo(&mut cargo);
    cargo.current_dir(&library).stdin(Stdio::null());
    cargo.args(["build", "--release", "--target", WASM_TARGET]);
    cargo.args(["--manifest-path", "sysroot/Cargo.toml", "--no-default-features"]);
    cargo.env_remove("RUSTUP_TOOLCHAIN").envs(settings(rust, &library)).env("CARGO_TARGET_DIR", folder.join("target"));
    run(&mut cargo)?;

    let output = folder.join("target").join(WASM_TARGET).join("release/deps");
    let libraries = libraries_in(&output)?;
    if libraries.is_empty() {
        bail!("there are no libraries in {}", output.display());
    }
    Ok(libraries)
}

/// Makes cargo compile the library in the way in which Rust's own build does.
fn settings(rust: &DebianRust, library: &Path) -> Vec<(&'static str, String)> {
    let root = library.parent().unwrap_or(library).display().to_string();
    let mut flags = vec![
        "-Zforce-unstable-if-unmarked".to_owned(),
        // Without it, link-time optimisation of plugins would leave the library out.
        "-Cembed-bitcode=yes".to_owned(),
        format!("--remap-path-prefix={root}=/rustc/{}", rust.version),
    ];
    if let Some(home) = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
    }
    vec![
        ("RUSTC", DebianRust::RUSTC.to_owned()),
        ("RUSTC_BOOTSTRAP", "1".to_owned()),
        ("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")),
        ("CARGO_PROFILE_RELEASE_PANIC", "abort".to_owned()),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0".to_owned()),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1".to_owned()),
        // Part of the libraries' names, so that crates of the project with the same names do not clash with them.
        ("__CARGO_DEFAULT_LIB_METADATA", format!("scorebox-{}", rust.version)),
    ]
}

fn libraries_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    Ok(paths?.into_iter().filter(|path| path.extension() == Some(OsStr::new("rlib"))).collect())
}

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use scorebox_build::{LINKED_TOOLCHAIN, WASM_TARGET};

use crate::repository::run;
use crate::wasm_target::debian::packages::{DebianRust, find_program};

/// Puts together a toolchain folder: Debian's compiler, its own libraries for this machine, and the new ones.
///
/// The folder appears complete or not at all, so that an interrupted set-up starts over.
pub(super) fn assemble(rust: &DebianRust, libraries: &[PathBuf], folder: &Path) -> Result<PathBuf> {
    let draft = folder.with_extension("draft");
    for stale in [draft.as_path(), folder] {
        if stale.exists() {
            fs::remove_dir_all(stale).with_context(|| format!("cannot remove {}", stale.display()))?;
        }
    }
    fill(rust, libraries, &draft, folder).with_context(|| format!("cannot fill {}", draft.display()))?;
    fs::rename(&draft, folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.to_owned())
}

/// Makes rustup know the folder.
pub(super) fn link(sysroot: &Path) -> Result<()> {
    run(Command::new("rustup").args(["toolchain", "link", LINKED_TOOLCHAIN]).arg(sysroot))
}

fn fill(rust: &DebianRust, libraries: &[PathBuf], draft: &Path, folder: &Path) -> Result<()> {
    let rustlib = draft.join("lib/rustlib");
    let programs = rustlib.join(&rust.host).join("bin");
    let target = rustlib.join(WASM_TARGET).join("lib");
    let bin = draft.join("bin");
    for folder in [&programs, &target, &bin] {
        fs::create_dir_all(folder)?;
    }
    symlink(format!("/usr/lib/rustlib/{}/lib", rust.host), rustlib.join(&rust.host).join("lib"))?;
    // rustc starts its linker by this name and tells it which kind of linker to be; any lld will do.
    let linker = find_program("wasm-ld-19").context("Debian's package lld-19 holds no wasm-ld-19")?;
    symlink(linker, programs.join("rust-lld"))?;
    for library in libraries {
        let name = library.file_name().context("a library has a name")?;
        fs::copy(library, target.join(name))?;
    }
    symlink(DebianRust::CARGO, bin.join("cargo"))?;
    let rustc = bin.join("rustc");
    fs::write(&rustc, format!("#!/bin/sh\nexec {} --sysroot '{}' \"$@\"\n", DebianRust::RUSTC, folder.display()))?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

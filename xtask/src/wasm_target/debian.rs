//! Debian packages a current Rust and the sources of its standard library for its browsers. Where the target cannot be
//! downloaded, the library is compiled from these sources, and the result is linked as a rustup toolchain. Nothing is
//! written outside the repository's target folder but the packages themselves and rustup's link.

mod packages;
mod standard_library;
mod sysroot;

use std::fs;

use anyhow::{Context as _, Result, bail};
use scorebox_build::{LINKED_TOOLCHAIN, WASM_TARGET};

use crate::repository::Repository;
use crate::wasm_target::debian::packages::DebianRust;

/// Installs the packages if they are not there, compiles the standard library and links the toolchain.
pub(super) fn set_up(repository: &Repository) -> Result<()> {
    if !packages::is_debian() {
        bail!("this is not a Debian system, where the target could be built from the distribution's packages");
    }
    let rust = match DebianRust::installed() {
        Some(rust) => rust,
        None => packages::install()?,
    };
    let folder = repository.target_dir().join("toolchain");
    eprintln!("Compiling the standard library of Debian's Rust {} for {WASM_TARGET}; about a minute.", rust.version);
    let build = folder.join("build");
    let libraries = standard_library::compile(&rust, &build)?;
    let sysroot = sysroot::assemble(&rust, &libraries, &folder.join(LINKED_TOOLCHAIN))?;
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    eprintln!("Linking {} as the rustup toolchain `{LINKED_TOOLCHAIN}`.", sysroot.display());
    sysroot::link(&sysroot)
}

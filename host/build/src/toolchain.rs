use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::{forget_outer_cargo, is_under_cargo};

/// The target that plugins are compiled for. It has no WASI, which is what makes a component without imports possible.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The rustup toolchain that is used when the active one cannot compile for [`WASM_TARGET`].
pub const LINKED_TOOLCHAIN: &str = "scorebox-wasm";

/// A Rust compiler that can compile for [`WASM_TARGET`].
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// A rustup toolchain; `None` stands for the one that is active in the project's folder.
    name: Option<&'static str>,
    version: String,
    commit: Option<String>,
    sysroot: PathBuf,
}

/// Why there is no compiler for plugins.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// No toolchain has the target.
    #[error(
        "no Rust compiler here can compile for {WASM_TARGET}: {rustc} lacks the target's standard library.\n\
         Run `rustup target add {WASM_TARGET}`; in the Scorebox repository, `cargo xtask plugins` sets it up."
    )]
    NoTarget {
        /// The compiler that was asked, with its version.
        rustc: String,
    },
    /// The compiler could not be started.
    #[error("cannot run `{program}`: {source}.\nInstall Rust from https://rustup.rs, or add it to the PATH.")]
    Start {
        /// The program that was tried.
        program: &'static str,
        /// Why it did not start.
        source: io::Error,
    },
    /// The compiler started, and failed.
    #[error("`{command}` failed:\n{stderr}")]
    Rustc {
        /// What was run.
        command: String,
        /// What it wrote to its standard error.
        stderr: String,
    },
}

impl Toolchain {
    /// Finds a compiler for the project in `folder`: the active one if it has the target, else the linked one.
    pub fn find(folder: &Path) -> Result<Self, ToolchainError> {
        let active = Self::probe(None, folder)?;
        if active.has_target() {
            return Ok(active);
        }
        match Self::probe(Some(LINKED_TOOLCHAIN), folder) {
            Ok(linked) if linked.has_target() => Ok(linked),
            _ => Err(ToolchainError::NoTarget { rustc: active.version }),
        }
    }

    /// The version that the compiler states, such as `rustc 1.95.0 (59807616e 2026-04-14)`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder with the compiler's libraries and tools.
    #[must_use]
    pub fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// The commit that the compiler was built from, where it says so.
    pub(crate) fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    /// A command that runs this toolchain's cargo in `folder`, with the environment of a terminal.
    pub(crate) fn cargo(&self, folder: &Path) -> Command {
        command(self.name, "cargo", folder)
    }

    fn probe(name: Option<&'static str>, folder: &Path) -> Result<Self, ToolchainError> {
        let verbose = run(name, folder, &["-vV"])?;
        let sysroot = run(name, folder, &["--print", "sysroot"])?;
        let field = |key: &str| verbose.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        Ok(Self {
            name,
            version: verbose.lines().next().unwrap_or("rustc").to_owned(),
            commit: field("commit-hash:").filter(|hash| *hash != "unknown").map(str::to_owned),
            sysroot: PathBuf::from(sysroot.trim_end()),
        })
    }

    /// Whether the target's core library is there; rustc names the folder even when it is not.
    fn has_target(&self) -> bool {
        let folder = self.sysroot.join("lib/rustlib").join(WASM_TARGET).join("lib");
        let Ok(entries) = folder.read_dir() else { return false };
        entries.flatten().any(|entry| {
            let path = entry.path();
            let is_core = path.file_stem().and_then(OsStr::to_str).is_some_and(|stem| stem.starts_with("libcore-"));
            is_core && path.extension() == Some(OsStr::new("rlib"))
        })
    }
}

fn command(toolchain: Option<&str>, program: &'static str, folder: &Path) -> Command {
    let mut command = match toolchain {
        Some(name) => {
            let mut command = Command::new("rustup");
            command.args(["run", name, program]);
            command
        }
        None => Command::new(program),
    };
    command.current_dir(folder);
    forget_outer_cargo(&mut command);
    if is_under_cargo() {
        // Set by rustup for the outer cargo; the project's own folder decides which toolchain is active for it.
        command.env_remove("RUSTUP_TOOLCHAIN");
    }
    command
}

fn run(toolchain: Option<&str>, folder: &Path, arguments: &[&str]) -> Result<String, ToolchainError> {
    let mut command = command(toolchain, "rustc", folder);
    let program = if toolchain.is_some() { "rustup" } else { "rustc" };
    let output = command.args(arguments).output().map_err(|source| ToolchainError::Start { program, source })?;
    if !output.status.success() {
        return Err(ToolchainError::Rustc {
            command: format!("rustc {}", arguments.join(" ")),
            stderr: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolchain_in(sysroot: &Path) -> Toolchain {
        Toolchain { name: None, version: "rustc 1.95.0".into(), commit: None, sysroot: sysroot.to_owned() }
    }

    #[test]
    fn the_target_is_there_when_its_core_library_is() {
        let sysroot = tempfile::tempdir().unwrap();
        assert!(!toolchain_in(sysroot.path()).has_target());
        let lib = sysroot.path().join("lib/rustlib").join(WASM_TARGET).join("lib");
        std::fs::create_dir_all(&lib).unwrap();
        assert!(!toolchain_in(sysroot.path()).has_target(), "an empty folder is what an interrupted set-up leaves");
        std::fs::write(lib.join("libcore-0123456789abcdef.rlib"), "").unwrap();
        assert!(toolchain_in(sysroot.path()).has_target());
    }

    #[test]
    fn the_error_says_what_to_do() {
        let error = ToolchainError::NoTarget { rustc: "rustc 1.95.0".into() }.to_string();
        assert!(error.contains("rustup target add wasm32-unknown-unknown"), "{error}");
        assert!(error.contains("cargo xtask plugins"), "{error}");
    }
}

use std::env;
use std::process::Command;

/// Settings of cargo that say how it reaches the network, how it shows its work and how many jobs run at once.
const KEPT: [&str; 9] = [
    "CARGO_HOME",
    "CARGO_BUILD_JOBS",
    // The outer cargo's job server: together, outer and nested builds use no more cores than the user allowed.
    "CARGO_MAKEFLAGS",
    "CARGO_CACHE_",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_TERM_",
];

/// What cargo tells build scripts, beside variables that start with `CARGO`.
const FOR_BUILD_SCRIPTS: [&str; 7] = ["DEBUG", "HOST", "NUM_JOBS", "OPT_LEVEL", "OUT_DIR", "PROFILE", "TARGET"];

/// Removes from `command` what a surrounding `cargo run`, `cargo test` or build script left in the environment, so that
/// a nested cargo does the same as one that is started in a terminal.
///
/// `RUSTUP_TOOLCHAIN` stays: a `cargo +NAME …` typed by the user also counts for what it starts.
pub fn forget_outer_cargo(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_outer_cargo) {
            command.env_remove(name);
        }
    }
}

/// Whether the process was started by cargo, in which case rustup's choice of a toolchain is not the user's own.
pub(crate) fn is_under_cargo() -> bool {
    env::var_os("CARGO").is_some()
}

fn is_of_outer_cargo(name: &str) -> bool {
    if KEPT.iter().any(|kept| if kept.ends_with('_') { name.starts_with(kept) } else { name == *kept }) {
        return false;
    }
    let prefixes = ["CARGO", "CLIPPY_", "DEP_", "RUSTC", "RUSTDOC"];
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || name == "RUSTFLAGS" || FOR_BUILD_SCRIPTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_outer_cargo_set_is_forgotten() {
        for name in [
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO_PROFILE_RELEASE_LTO",
            "CLIPPY_ARGS",
            "RUSTC",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTFLAGS",
            "RUSTDOCFLAGS",
            "OUT_DIR",
        ] {
            assert!(is_of_outer_cargo(name), "{name}");
        }
    }

    #[test]
    fn what_the_user_set_up_is_kept() {
        for name in [
            "CARGO_HOME",
            "CARGO_HTTP_PROXY",
            "CARGO_MAKEFLAGS",
            "CARGO_NET_OFFLINE",
            "CARGO_REGISTRIES_CRATES_IO_PROTOCOL",
            "CARGO_TERM_COLOR",
            "HTTPS_PROXY",
            "HOME",
            "PATH",
            "RUSTUP_HOME",
            "RUST_BACKTRACE",
        ] {
            assert!(!is_of_outer_cargo(name), "{name}");
        }
    }
}

use anyhow::{Context as _, Result, bail};

use crate::repository::{Repository, run as run_command};
use crate::terminal::{green, heading, red};
use crate::{deny, wasm_target};

type Check = fn(&Repository) -> Result<()>;

/// Everything that has to be clean beside the tests. A check that fails does not keep the others from running.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    wasm_target::ensure(repository)?;
    let checks: [(&str, Check); 4] =
        [("Format", format), ("Licences and crates", deny::run), ("Lints", lints), ("Documentation", documentation)];
    let mut failed = Vec::new();
    for (name, check) in checks {
        heading(name);
        if let Err(error) = check(repository) {
            eprintln!("{} {error:#}", red("failed:"));
            failed.push(name);
        }
    }
    heading("Result");
    if !failed.is_empty() {
        bail!("not all checks passed, see above: {}", failed.join("; "));
    }
    eprintln!("{}", green("All checks passed."));
    Ok(())
}

fn format(repository: &Repository) -> Result<()> {
    require_component(repository, "fmt", "rustfmt")?;
    run_command(&mut repository.cargo(["fmt", "--all", "--check"]))
}

fn lints(repository: &Repository) -> Result<()> {
    require_component(repository, "clippy", "clippy")?;
    let clippy = ["clippy", "--release", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    run_command(&mut repository.cargo(clippy))
}

fn documentation(repository: &Repository) -> Result<()> {
    let doc = ["doc", "--release", "--workspace", "--no-deps", "--locked"];
    run_command(repository.cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

fn require_component(repository: &Repository, subcommand: &str, component: &str) -> Result<()> {
    let mut command = repository.cargo([subcommand, "--version"]);
    let output = command.output().with_context(|| format!("cannot run `cargo {subcommand}`"))?;
    if !output.status.success() {
        bail!("the active Rust toolchain has no {component}. Run `rustup component add {component}`.");
    }
    Ok(())
}

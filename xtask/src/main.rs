//! Set-up and chores of the repository: `cargo xtask help` lists them.
//!
//! It compiles in seconds, because it is the first thing that a newcomer waits for: nothing here depends on the engine.

mod bench;
mod check;
mod demo;
mod demo_replies;
mod deny;
mod fake_provider;
mod languages;
mod plugins;
mod postgres;
mod repository;
mod terminal;
mod test;
mod wasm_target;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Arg;

use crate::repository::Repository;

const HELP: &str = "\
Set-up and chores of Scorebox

Usage: cargo xtask <COMMAND> [ARGUMENTS]

  demo           evaluate the demo project; ARGUMENTS go to `scorebox demo`
  test           run all tests; ARGUMENTS go to `cargo test`, for instance `-p scorebox-core`
  plugins        build the plugins in the folders ARGUMENTS, or all of plugins/, and list what they are
  bench          run the benchmarks; ARGUMENTS go to `cargo bench`
  demo-replies   record the replies of the demo's judges anew, from the verdicts in host/cli/demo
  check          format, lints, documentation, licences and banned crates
  ci             test, then check: what the continuous integration runs
  help           this text

Each command first sees to it that Rust can compile for WebAssembly, and says what it installs.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} {error:#}", terminal::red("error:"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        Some(Arg::Value(command)) => command.to_string_lossy().into_owned(),
        None | Some(Arg::Long("help") | Arg::Short('h')) => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    let arguments: Vec<OsString> = parser.raw_args()?.collect();
    let repository = Repository::of_this_build()?;
    match command.as_str() {
        "demo" => demo::run(&repository, &arguments),
        "demo-replies" => no_arguments(&arguments).and_then(|()| demo_replies::run(&repository)),
        "test" => test::run(&repository, &arguments),
        "bench" => bench::run(&repository, &arguments),
        "plugins" => plugins::run(&repository, &arguments),
        "check" => no_arguments(&arguments).and_then(|()| check::run(&repository)),
        "ci" => no_arguments(&arguments).and_then(|()| {
            test::run(&repository, &[])?;
            check::run(&repository)
        }),
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`.\n\n{HELP}"),
    }
}

fn no_arguments(arguments: &[OsString]) -> Result<()> {
    if let Some(argument) = arguments.first() {
        bail!("unexpected argument {argument:?}; `cargo xtask help` shows what there is");
    }
    Ok(())
}

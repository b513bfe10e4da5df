//! The `scorebox` command: terminal, config files and exit codes. Whatever the server would need too is elsewhere.

mod arguments;
mod commands;
mod comparing;
mod config;
mod engine;
mod exit;
mod files;
mod gating;
mod git;
mod lock;
mod progress;
mod report;
mod reporting;
mod rows;
mod store;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, COMPILE_WORKER};

fn main() -> ExitCode {
    // A worker is started for every plugin that is compiled: it does this and nothing else.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == COMPILE_WORKER) {
        let (mut input, mut output, mut complaints) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        return scorebox_engine::run_compile_worker(&mut input, &mut output, &mut complaints);
    }
    commands::run(Arguments::parse()).unwrap_or_else(|stop| stop.report())
}

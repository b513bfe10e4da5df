//! One module for each command.

mod agree;
mod baseline;
mod cache;
mod ci;
mod compare;
mod dataset;
mod demo;
mod dry_run;
mod eval;
mod gate;
mod init;
mod lock;
mod models;
mod plugin;
mod project_files;
mod report;
mod runs;
mod schema_table;
mod score;
mod scorers;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::arguments::{Arguments, CacheCommand, Command, ModelsCommand, RunsCommand};
use crate::exit::Stop;
use crate::{config, store, terminal};

pub(crate) use dataset::DatasetCommand;

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Stop> {
    let quiet = arguments.quiet;
    match arguments.command {
        Command::Eval(eval) => block_on(eval::run(&eval, quiet)),
        Command::Score(score) => block_on(score::run(&score, quiet)),
        Command::Ci(ci) => block_on(ci::run(&ci, quiet)),
        Command::Runs(RunsCommand::List(list)) => block_on(runs::list(&list)),
        Command::Runs(RunsCommand::Show(show)) => block_on(runs::show(&show)),
        Command::Runs(RunsCommand::Delete(delete)) => block_on(runs::delete(&delete)),
        Command::Compare(compare) => block_on(compare::run(&compare)),
        Command::Gate(gate) => block_on(gate::run(&gate)),
        Command::Report(report) => block_on(report::run(&report)),
        Command::Baseline(baseline) => block_on(baseline::run(&baseline)),
        Command::Agree(agree) => block_on(agree::run(&agree)),
        Command::Dataset(dataset) => block_on(async move {
            let store = match dataset.command.may_come_first() {
                true => store::open_or_make(&dataset.project).await?,
                false => store::open_existing(&dataset.project).await?,
            };
            let done = dataset::run(&dataset.command, &store).await;
            store.close().await;
            done
        }),
        Command::Lock(lock) => lock::run(&lock),
        Command::Demo(demo) => block_on(demo::run(demo, quiet)),
        Command::Init(init) => init::run(&init),
        Command::Scorers(list) => block_on(scorers::run(&list)),
        Command::Plugin(plugin) => block_on(plugin::run(&plugin, quiet)),
        Command::Models(ModelsCommand::Test(test)) => block_on(models::test(&test)),
        Command::Cache(CacheCommand::Info(info)) => cache::info(&info),
        Command::Cache(CacheCommand::Clear) => cache::clear(),
        Command::ConfigSchema => print_json(&config::schema()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "scorebox", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

fn block_on(command: impl Future<Output = Result<ExitCode, Stop>>) -> Result<ExitCode, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the threads of the runtime").map_err(Stop::Unfinished)?.block_on(command)
}

fn print(text: &str) -> Result<ExitCode, Stop> {
    terminal::print(text).context("cannot write to standard output").map_err(Stop::Unfinished)?;
    Ok(ExitCode::SUCCESS)
}

fn print_json(value: &impl serde::Serialize) -> Result<ExitCode, Stop> {
    let mut text = serde_json::to_string_pretty(value).map_err(Stop::unfinished)?;
    text.push('\n');
    print(&text)
}

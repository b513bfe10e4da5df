use std::process::ExitCode;

use scorebox_store::{RowSelection, Store};

use super::arguments::FromRunArguments;
use super::change::said;
use super::stop;
use crate::commands::print;
use crate::exit::Stop;
use crate::terminal::{FAINT, NAME};

pub(super) async fn run(arguments: &FromRunArguments, store: &Store) -> Result<ExitCode, Stop> {
    let FromRunArguments { name, run, errors, failed, conditions } = arguments;
    let run = store.find(run).await.map_err(Stop::input)?;
    let selection = RowSelection { errors: *errors, failed: failed.clone(), conditions: conditions.clone() };
    match store.merge_run(name, &run, &selection).await.map_err(stop)? {
        Some(change) => print(&said(&change)),
        None => {
            let nothing = FAINT.paint("has no such row: nothing to add");
            print(&format!("  {} {nothing}\n", NAME.paint(&run.run_id)))
        }
    }
}

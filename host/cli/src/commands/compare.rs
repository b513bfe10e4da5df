use std::process::ExitCode;

use scorebox_verdict::CompareOptions;

use super::{print, print_json};
use crate::arguments::CompareArguments;
use crate::comparing::{Against, compare};
use crate::exit::Stop;
use crate::report;
use crate::store;

pub(crate) async fn run(arguments: &CompareArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let earlier = Against::find(&store, &arguments.a).await?;
    let run = store.find(&arguments.b).await.map_err(Stop::input)?;
    let options = CompareOptions {
        by: arguments.by.clone(),
        clusters: arguments.group.clone(),
        lower_is_better: arguments.lower_is_better.clone(),
        max_flips: arguments.flips,
        seed: run.seed,
        ..CompareOptions::default()
    };
    let comparison = compare(&store, &earlier, &run, options).await?;
    if arguments.json { print_json(&comparison) } else { print(&report::comparison(&comparison, arguments.flips)) }
}

use std::process::ExitCode;

use super::{print, print_json};
use crate::arguments::GateArguments;
use crate::config::Project;
use crate::exit::{GATE_FAILED, Stop};
use crate::{gating, report, store};

pub(crate) async fn run(arguments: &GateArguments) -> Result<ExitCode, Stop> {
    let project = Project::load(&arguments.path).map_err(Stop::input)?;
    let Some(config) = project.gate() else {
        return Err(Stop::Input(anyhow::anyhow!(
            "{}: there is no [gate]\nhelp: add one, for instance:\n\n    [gate]\n    require = [\"error_rate <= 0.01\"]\n",
            project.path().display()
        )));
    };
    let store = store::open(&arguments.store, project.folder()).await?;
    let run = store.find(&arguments.run).await.map_err(Stop::input)?;
    let decided = gating::decide(&store, &run, config, &project).await?;
    if arguments.json {
        print_json(&decided.report)?;
    } else {
        print(&report::gate(&decided.report))?;
    }
    Ok(if decided.report.passed { ExitCode::SUCCESS } else { ExitCode::from(GATE_FAILED) })
}

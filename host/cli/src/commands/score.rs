use std::process::ExitCode;

use super::eval::{self, Course, EvalOptions};
use super::print_json;
use crate::arguments::ScoreArguments;
use crate::config::{Overrides, Project, nearest};
use crate::exit::Stop;
use crate::store;

pub(crate) async fn run(arguments: &ScoreArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let project = Project::load(&arguments.path).map_err(Stop::input)?;
    let store = store::open(&arguments.store, project.folder()).await?;
    let run = store.find(&arguments.run).await.map_err(Stop::input)?;
    let has = |name: &str| run.functions.iter().any(|function| function.name == name);
    let scorers = wanted(&project, &arguments.scorers, has)?;
    let options = EvalOptions {
        overrides: Overrides {
            concurrency: arguments.jobs,
            // The examples and the repeats are those of the run.
            limit: run.dataset.limit,
            repeats: Some(run.repeats),
            models: arguments.models.models.clone(),
            replies: (&arguments.replies).into(),
            scorers,
            ..Overrides::default()
        },
        course: Course::Extend(run.run_id.to_string()),
        store: arguments.store.clone(),
        quiet,
        ..EvalOptions::default()
    };
    let evaluated = eval::evaluate(&arguments.path, &options).await?;
    if arguments.json {
        print_json(&evaluated.to_json())?;
    } else {
        super::print(&evaluated.report(quiet, false))?;
    }
    evaluated.store.close().await;
    Ok(evaluated.exit_code())
}

/// The names of the scorers to add: those that are named, or all that the run does not have.
fn wanted(project: &Project, named: &[String], has: impl Fn(&str) -> bool) -> Result<Vec<String>, Stop> {
    let known = project.scorer_names();
    let file = project.path().display();
    for name in named {
        if !known.contains(&name.as_str()) {
            let help = nearest(name, known.iter().copied()).map_or_else(
                || format!("there are {}", known.join(", ")),
                |nearest| format!("did you mean `{nearest}`?"),
            );
            return Err(Stop::Input(anyhow::anyhow!("{file}: there is no scorer `{name}`\nhelp: {help}")));
        }
        if has(name) {
            return Err(Stop::Input(anyhow::anyhow!(
                "the run has a scorer `{name}` already\nhelp: give the one in {file} another `name`"
            )));
        }
    }
    let missing: Vec<_> = known.into_iter().filter(|name| !has(name)).map(str::to_owned).collect();
    match (named, missing.is_empty()) {
        ([], true) => Err(Stop::Input(anyhow::anyhow!(
            "the run has all scorers of {file} already\nhelp: add a scorer there, under a name of its own"
        ))),
        ([], false) => Ok(missing),
        (named, _) => Ok(named.to_vec()),
    }
}

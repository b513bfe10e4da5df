use std::process::ExitCode;

use futures::future::try_join_all;
use scorebox_core::{PredictorInfo, ScorerInfo, ValueKind};
use serde::Serialize;

use super::{print, print_json};
use crate::arguments::ListArguments;
use crate::engine::{self, Needs};
use crate::exit::Stop;
use crate::terminal::{FAINT, NAME, STRONG, render, table};

#[derive(Serialize)]
struct Listing {
    scorers: Vec<Listed<ScorerInfo>>,
    predictors: Vec<Listed<PredictorInfo>>,
}

/// What a built-in plugin says of a function, and the name that `use` knows it by.
#[derive(Serialize)]
struct Listed<T> {
    #[serde(rename = "use")]
    reference: String,
    #[serde(flatten)]
    info: T,
}

pub(crate) async fn run(arguments: &ListArguments) -> Result<ExitCode, Stop> {
    let listing = listing().await?;
    if arguments.json { print_json(&listing) } else { print(&listing.to_text()) }
}

async fn listing() -> Result<Listing, Stop> {
    let engine = engine::start(Needs::default()).map_err(Stop::unfinished)?;
    let builtins = scorebox_builtins::all();
    let plugins = try_join_all(builtins.iter().map(|builtin| engine.load(builtin.component)));
    let plugins = plugins.await.map_err(Stop::unfinished)?;
    let mut listing = Listing { scorers: Vec::new(), predictors: Vec::new() };
    for (builtin, plugin) in builtins.iter().zip(&plugins) {
        let reference = |function: &str| format!("{}/{function}", builtin.name);
        let scorers = plugin.scorers().iter().cloned();
        listing.scorers.extend(scorers.map(|info| Listed { reference: reference(&info.name), info }));
        let predictors = plugin.predictors().iter().cloned();
        listing.predictors.extend(predictors.map(|info| Listed { reference: reference(&info.name), info }));
    }
    Ok(listing)
}

impl Listing {
    fn to_text(&self) -> String {
        let mut scorers = table(["scorer", "gives", "needs", ""]);
        for Listed { reference, info } in &self.scorers {
            let needs = info.requires.names().join(", ");
            scorers.add_row([NAME.paint(reference), value_kind(info.returns).to_owned(), needs, info.summary.clone()]);
        }
        let mut predictors = table(["predict function", ""]);
        for Listed { reference, info } in &self.predictors {
            predictors.add_row([NAME.paint(reference), info.summary.clone()]);
        }
        format!(
            "\n{}\n{}\n  {} {}\n\n",
            render(&scorers),
            render(&predictors),
            STRONG.paint("scorebox plugin inspect NAME"),
            FAINT.paint("describes one and its config, for instance text/contains"),
        )
    }
}

/// The kind as it is called elsewhere.
pub(super) fn value_kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Boolean => "boolean",
        ValueKind::Integer => "integer",
        ValueKind::Number => "number",
        ValueKind::Text => "text",
        ValueKind::Json => "json",
        ValueKind::Varies => "varies",
    }
}

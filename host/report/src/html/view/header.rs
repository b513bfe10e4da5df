use std::time::Duration;

use scorebox_core::{Digest, Json, Usage};
use scorebox_eval::{FunctionRecord, FunctionRole, RunRecord, RunStatus};
use serde::Serialize;

use crate::ReportContext;
use crate::shown::{counted, duration, thousands};

/// What the run was.
#[derive(Serialize)]
pub(super) struct HeaderView {
    run_id: String,
    status: StatusView,
    error: Option<String>,
    facts: Vec<Fact>,
    command: Option<String>,
    functions: Vec<FunctionView>,
    plugins: Vec<PluginView>,
    config: String,
    gateway: Option<String>,
}

#[derive(Serialize)]
struct StatusView {
    look: &'static str,
    sign: &'static str,
    words: &'static str,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
    /// More of it, for those who point at it.
    title: Option<String>,
}

#[derive(Serialize)]
struct FunctionView {
    name: String,
    function: String,
    models: String,
    config: Option<String>,
    fingerprint: Option<String>,
}

#[derive(Serialize)]
struct PluginView {
    name: String,
    version: Option<String>,
    digest: String,
}

impl HeaderView {
    pub(super) fn of(context: &ReportContext<'_>) -> Self {
        let record = context.record;
        Self {
            run_id: record.run_id.to_string(),
            status: StatusView::of(record.status),
            error: record.error.clone(),
            facts: facts(context),
            command: context.command.map(str::to_owned),
            functions: record.functions.iter().map(|function| FunctionView::of(record, function)).collect(),
            plugins: record.plugins.iter().map(PluginView::of).collect(),
            config: pretty(&record.config),
            gateway: record.gateway.as_ref().map(pretty),
        }
    }
}

impl StatusView {
    fn of(status: RunStatus) -> Self {
        let (look, sign, words) = match status {
            RunStatus::Running => ("error", "…", "not finished: it is running, or was killed"),
            RunStatus::Finished => ("good", "✓", "finished"),
            RunStatus::Interrupted => ("error", "!", "interrupted: the rows so far stand"),
            RunStatus::OverBudget => ("error", "!", "over budget: the rows so far stand"),
            RunStatus::Failed => ("bad", "✗", "could not go on"),
        };
        Self { look, sign, words }
    }
}

impl Fact {
    fn new(name: &'static str, value: String) -> Self {
        Self { name, value, title: None }
    }

    fn titled(name: &'static str, value: String, title: String) -> Self {
        Self { name, value, title: Some(title) }
    }
}

impl FunctionView {
    fn of(record: &RunRecord, function: &FunctionRecord) -> Self {
        let models = function.models.iter().map(|(alias, model)| format!("{alias} = {model}"));
        Self {
            name: function.name.clone(),
            function: full_name(record, function),
            models: models.collect::<Vec<_>>().join(", "),
            config: (function.config.as_str() != "{}").then(|| pretty(&function.config)),
            fingerprint: function.fingerprint.as_ref().map(Digest::short),
        }
    }
}

impl PluginView {
    fn of(plugin: &scorebox_eval::PluginRecord) -> Self {
        Self { name: plugin.name.clone(), version: plugin.version.clone(), digest: plugin.digest.to_string() }
    }
}

fn facts(context: &ReportContext<'_>) -> Vec<Fact> {
    let record = context.record;
    let mut facts = vec![Fact::titled(
        "Started",
        record.started_at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        record.started_at.to_string(),
    )];
    facts.extend(context.elapsed().map(|elapsed| Fact::new("Took", took(elapsed))));
    facts.push(dataset(record));
    facts.push(rows(record));
    facts.push(predictor(record));
    facts.extend(git(record));
    if let Some(usage) = record.summary.as_ref().map(|summary| summary.usage).filter(|usage| !usage.is_none()) {
        facts.push(spent(usage));
    }
    facts.push(Fact::titled("Scorebox", record.host_version.clone(), format!("seed {}", record.seed)));
    facts
}

fn dataset(record: &RunRecord) -> Fact {
    let dataset = &record.dataset;
    let name = dataset.version.clone().unwrap_or_else(|| dataset.path.display().to_string());
    Fact::titled("Dataset", format!("{name} ({})", dataset.digest.short()), dataset.digest.to_string())
}

fn rows(record: &RunRecord) -> Fact {
    let evaluated = record.summary.as_ref().map_or(0, |summary| summary.rows);
    let repeats = record.repeats.get();
    let rows = if repeats > 1 {
        format!("{}, each example {repeats} times", counted(evaluated, "row"))
    } else {
        counted(evaluated, "row")
    };
    let examples = record.dataset.rows;
    if evaluated == examples * u64::from(repeats) {
        return Fact::new("Evaluated", rows);
    }
    Fact::new("Evaluated", format!("{rows}, of {}", counted(examples, "example")))
}

fn predictor(record: &RunRecord) -> Fact {
    let predictor = record.functions.iter().find(|function| function.role == FunctionRole::Predictor);
    let Some(function) = predictor else {
        return Fact::new("Predictor", "none: the dataset has the outputs".to_owned());
    };
    let models: Vec<_> = function.models.values().cloned().collect();
    let name = full_name(record, function);
    let shown = if models.is_empty() { name } else { format!("{name} with {}", models.join(", ")) };
    Fact::titled("Predictor", shown, function.plugin.to_string())
}

fn git(record: &RunRecord) -> Option<Fact> {
    let commit = record.git_commit.as_deref();
    let short = commit.map(|commit| commit.chars().take(12).collect::<String>());
    let value = match (record.git_branch.clone(), short) {
        (Some(branch), Some(short)) => format!("{branch} at {short}"),
        (Some(branch), None) => branch,
        (None, short) => short?,
    };
    Some(Fact { name: "Git", value, title: commit.map(str::to_owned) })
}

fn spent(usage: Usage) -> Fact {
    let tokens = format!("{} read, {} written", thousands(usage.input_tokens), thousands(usage.output_tokens));
    let requests = counted(usage.requests, "request");
    Fact::titled("Models", format!("{}, {}, {requests}", usage.cost, counted(usage.tokens(), "token")), tokens)
}

/// The function with its plugin, as it stands in a config: `text/exact_match`.
pub(super) fn full_name(record: &RunRecord, function: &FunctionRecord) -> String {
    let plugin = record.plugins.iter().find(|plugin| plugin.digest == function.plugin);
    let plugin = plugin.map_or_else(|| function.plugin.short(), |plugin| plugin.name.clone());
    format!("{plugin}/{}", function.function)
}

/// Hours and minutes where there are any.
fn took(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..120 => duration(elapsed),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", thousands(seconds / 3600), seconds / 60 % 60),
    }
}

/// Indented JSON.
fn pretty(json: &Json) -> String {
    let value = json.to::<serde_json::Value>();
    value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| json.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn long_runs_are_counted_in_minutes_and_hours() {
        let shown = [9, 119, 120, 3_725, 8_000].map(|seconds| took(Duration::from_secs(seconds)));
        assert_eq!(shown, ["9.00 s", "119 s", "2 min 0 s", "62 min 5 s", "2 h 13 min"]);
    }

    #[test]
    fn the_facts_say_what_was_evaluated_and_with_what() {
        let rows = fixture::small_run();
        let record = fixture::record(&rows);
        let facts = facts(&ReportContext::new(&record));
        let shown: Vec<_> = facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
Started: 2026-01-02 03:04 UTC
Took: 60.0 s
Dataset: evals/data.jsonl (3a6eb0790f39)
Evaluated: 4 rows
Predictor: a172cedcae47/predict
Git: main at 0123456789ab
Models: $0.0220, 96 tokens, 4 requests
Scorebox: 0.1.0
"#);
    }
}

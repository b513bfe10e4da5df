use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use scorebox_core::{Digest, PredictorInfo, Scope, ScorerInfo};
use scorebox_engine::{Inspection, Plugin};
use scorebox_languages::Project;
use serde::Serialize;

use super::super::schema_table::settings_table;
use super::super::scorers::value_kind;
use super::super::{print, print_json};
use super::build::stop;
use super::instance::{InstanceFigures, bytes};
use super::subject::built_before;
use crate::arguments::InspectArguments;
use crate::config::nearest;
use crate::engine::{self, Needs};
use crate::exit::Stop;
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, WARN, render, table};

/// What is known of a plugin.
#[derive(Serialize)]
struct Inspected<'a> {
    plugin: &'a str,
    digest: Digest,
    size_bytes: usize,
    instance: InstanceFigures,
    #[serde(flatten)]
    inspection: &'a Inspection,
    scorers: Vec<&'a ScorerInfo>,
    predictors: Vec<&'a PredictorInfo>,
}

pub(crate) async fn run(arguments: &InspectArguments) -> Result<ExitCode, Stop> {
    let (component, function) = find(&arguments.plugin)?;
    let engine = engine::start(Needs::default()).map_err(Stop::unfinished)?;
    let plugin = engine.load_named(&arguments.plugin, &component).await;
    let plugin = plugin.with_context(|| arguments.plugin.clone()).map_err(Stop::Input)?;
    let inspected = Inspected::new(&arguments.plugin, &plugin, function).map_err(Stop::Input)?;
    if arguments.json {
        print_json(&inspected)
    } else {
        print(&if function.is_some() { inspected.functions() } else { inspected.to_text() })
    }
}

/// The component's bytes, and the function, where only one is asked for.
fn find(plugin: &str) -> Result<(Cow<'static, [u8]>, Option<&str>), Stop> {
    if scorebox_builtins::find(plugin).is_none() && Path::new(plugin).is_dir() {
        let project = Project::open(Path::new(plugin)).map_err(stop)?;
        return Ok((Cow::Owned(built_before(&project)?), None));
    }
    find_component(plugin).map_err(Stop::Input)
}

fn find_component(plugin: &str) -> anyhow::Result<(Cow<'static, [u8]>, Option<&str>)> {
    if let Some(builtin) = scorebox_builtins::find(plugin) {
        return Ok((Cow::Borrowed(builtin.component), None));
    }
    let (path, function) = plugin.rsplit_once('#').map_or((plugin, None), |(path, name)| (path, Some(name)));
    let read = std::fs::read(path);
    if let (Err(_), Some((name, function))) = (&read, plugin.split_once('/'))
        && let Some(builtin) = scorebox_builtins::find(name)
    {
        return Ok((Cow::Borrowed(builtin.component), Some(function)));
    }
    let bytes = read.map_err(|error| {
        let names: Vec<_> = scorebox_builtins::all().iter().map(|builtin| builtin.name).collect();
        let near = nearest(plugin, names.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
        let names = names.join(", ");
        anyhow!(
            "{path}: {error}\nhelp: name a component's file, a project's folder or a built-in plugin ({names}){}",
            near.unwrap_or_default()
        )
    })?;
    Ok((Cow::Owned(bytes), function))
}

impl<'a> Inspected<'a> {
    fn new(name: &'a str, plugin: &'a Plugin, function: Option<&str>) -> anyhow::Result<Self> {
        let is_wanted = |name: &str| function.is_none_or(|function| function == name);
        let inspected = Self {
            plugin: name,
            digest: plugin.digest(),
            size_bytes: plugin.size_bytes(),
            instance: plugin.instance_cost().into(),
            inspection: plugin.inspection(),
            scorers: plugin.scorers().iter().filter(|info| is_wanted(&info.name)).collect(),
            predictors: plugin.predictors().iter().filter(|info| is_wanted(&info.name)).collect(),
        };
        match function {
            Some(function) if inspected.scorers.is_empty() && inspected.predictors.is_empty() => {
                let scorers = plugin.scorers().iter().map(|info| info.name.as_str());
                let known: Vec<_> = scorers.chain(plugin.predictors().iter().map(|info| info.name.as_str())).collect();
                let near = nearest(function, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
                Err(anyhow!(
                    "{name}: the plugin has no `{function}`{}\nhelp: it has {}",
                    near.unwrap_or_default(),
                    known.join(", ")
                ))
            }
            _ => Ok(inspected),
        }
    }

    fn to_text(&self) -> String {
        let size = bytes(self.size_bytes);
        let facts = [
            ("digest", self.digest.to_string()),
            ("size", size),
            ("contract", format!("scorebox:plugin@{}", self.inspection.contract)),
            ("exports", self.inspection.exports.join("\n           ")),
            ("reach", self.reach()),
            ("instance", self.instance.to_text()),
        ];
        let mut text = format!("\n  {}\n\n", STRONG.paint(self.plugin));
        for (name, fact) in facts {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {} {fact}", FAINT.paint(format_args!("{name:8}")));
        }
        let mut imports = table(["imports", "which lets it"]);
        for import in &self.inspection.imports {
            imports.add_row([import.clone(), meaning(import).to_owned()]);
        }
        if !imports.is_empty() {
            let _ = write!(text, "\n{}", render(&imports));
        }
        text + &self.functions()
    }

    /// How much of the outside the plugin could touch.
    fn reach(&self) -> String {
        if self.inspection.is_pure {
            let what = "it can only compute, so equal examples always get equal results";
            return format!("{}: {what}", GOOD.paint("pure"));
        }
        let mut parts = Vec::new();
        if self.inspection.uses_system {
            parts.push(format!(
                "{}: no environment, no files unless granted, a virtual clock",
                WARN.paint("virtual system")
            ));
        }
        if self.inspection.reaches_out {
            parts.push(format!("{}: only what the operator grants", BAD.paint("models or HTTP")));
        }
        parts.join("; ")
    }

    fn functions(&self) -> String {
        let mut text = String::new();
        for info in &self.scorers {
            let gives = match info.scope {
                Scope::Example => value_kind(info.returns).to_owned(),
                Scope::Session => format!("{} for a whole conversation", value_kind(info.returns)),
            };
            let mut facts = format!("gives {gives}, needs {}", list(&info.requires.names()));
            let uses = info.uses.names();
            if !uses.is_empty() {
                facts += &format!(", can use {}", list(&uses));
            }
            describe(
                &mut text,
                "scorer",
                &info.name,
                &info.summary,
                Some(&facts),
                &settings_table(&info.config_schema),
            );
        }
        for info in &self.predictors {
            describe(
                &mut text,
                "predict function",
                &info.name,
                &info.summary,
                None,
                &settings_table(&info.config_schema),
            );
        }
        text.push('\n');
        text
    }
}

fn describe(text: &mut String, what: &str, name: &str, summary: &str, facts: Option<&str>, settings: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n  {} {}", FAINT.paint(what), STRONG.paint(NAME.paint(name)));
    let _ = writeln!(text, "    {summary}");
    if let Some(facts) = facts {
        let _ = writeln!(text, "    {}", FAINT.paint(facts));
    }
    let _ = write!(text, "\n{settings}");
}

fn list(fields: &[&str]) -> String {
    if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") }
}

/// What an import is for, in the words of someone who decides whether to trust the plugin.
fn meaning(import: &str) -> &'static str {
    match import.split('@').next().unwrap_or(import) {
        "scorebox:plugin/types" => "share the vocabulary; no reach",
        "scorebox:plugin/log" => "leave messages with the row; no reach",
        "scorebox:plugin/tracing" => "record spans of its trace; no reach",
        "scorebox:plugin/llm" => "ask the models that the operator maps",
        "wasi:http/outgoing-handler" => "send HTTP requests, where granted",
        "wasi:http/types" => "speak of HTTP; no reach by itself",
        name if name.starts_with("wasi:filesystem/") => "use directories, where granted; none by default",
        name if name.starts_with("wasi:clocks/") => "read a virtual clock, the same in every run",
        name if name.starts_with("wasi:random/") => "draw random numbers from the run's seed",
        name if name.starts_with("wasi:cli/") => "see an empty environment, and write to captured output",
        name if name.starts_with("wasi:io/") => "use streams of the other interfaces",
        _ => "",
    }
}

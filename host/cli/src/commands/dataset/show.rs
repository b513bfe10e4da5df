//! What datasets there are, and what is in one.

use std::fmt::Write as _;
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scorebox_core::Example;
use scorebox_store::{DatasetInfo, DatasetVersion, Store, VersionSelector};
use serde::Serialize;

use super::arguments::ShowArguments;
use super::shorten::shorten;
use super::stop;
use crate::arguments::ListArguments;
use crate::commands::{print, print_json};
use crate::exit::Stop;
use crate::terminal::{FAINT, NAME, STRONG, align_right, count, render, table, thousands};

/// Characters of a value that are shown.
const WIDTH: usize = 90;

pub(super) async fn list(arguments: &ListArguments, store: &Store) -> Result<ExitCode, Stop> {
    let datasets = store.datasets().await.map_err(stop)?;
    if arguments.json {
        return print_json(&datasets);
    }
    if datasets.is_empty() {
        let hint = "There is none yet: make one with `scorebox dataset create NAME FILE`";
        return print(&format!("  {}\n", FAINT.paint(hint)));
    }
    let mut table = table(["dataset", "version", "examples", "changed", "tags"]);
    for DatasetInfo { name, latest, tags, .. } in &datasets {
        let none = || FAINT.paint("–");
        let tags: Vec<_> =
            tags.iter().map(|(tag, version)| format!("{tag} {}", FAINT.paint(format_args!("→ {version}")))).collect();
        table.add_row([
            NAME.paint(name),
            latest.as_ref().map_or_else(none, |latest| latest.version.to_string()),
            latest.as_ref().map_or_else(none, |latest| thousands(latest.rows)),
            latest.as_ref().map_or_else(none, |latest| time(latest.created_at)),
            tags.join(", "),
        ]);
    }
    align_right(&mut table, 1..3);
    print(&format!("\n{}\n", render(&table)))
}

/// What is known of a dataset.
#[derive(Serialize)]
struct Shown {
    dataset: DatasetInfo,
    versions: Vec<DatasetVersion>,
    /// The version that is looked at; none in a dataset that was never filled.
    version: Option<DatasetVersion>,
    /// Its first examples.
    examples: Vec<Example>,
}

pub(super) async fn show(arguments: &ShowArguments, store: &Store) -> Result<ExitCode, Stop> {
    let (dataset, versions) = store.dataset_history(&arguments.reference.name).await.map_err(stop)?;
    let version = match (&arguments.reference.selector, &dataset.latest) {
        (VersionSelector::Latest, None) => None,
        _ => Some(store.dataset(&arguments.reference).await.map_err(stop)?),
    };
    let examples = match &version {
        Some(version) => store.dataset_examples(version, 0..arguments.limit).await.map_err(stop)?,
        None => Vec::new(),
    };
    let shown = Shown { dataset, versions, version, examples };
    if arguments.json { print_json(&shown) } else { print(&shown.to_text()) }
}

impl Shown {
    fn to_text(&self) -> String {
        let DatasetInfo { name, versions, tags, .. } = &self.dataset;
        let tags: Vec<_> = tags.iter().map(|(tag, version)| format!(" · {} → {version}", NAME.paint(tag))).collect();
        let mut text = format!("\n  {} {}{}\n", STRONG.paint(name), count(*versions, "version"), tags.concat());
        if self.versions.is_empty() {
            let hint = format!("  fill it with `scorebox dataset import {name} FILE`");
            let _ = writeln!(text, "{}\n", FAINT.paint(hint));
            return text;
        }
        let _ = write!(text, "\n{}\n", self.versions());
        if let Some(version) = self.version.as_ref().filter(|_| !self.examples.is_empty()) {
            let shown = format!("the first {} of {}", thousands(self.examples.len() as u64), thousands(version.rows));
            let _ = writeln!(text, "  {} {}", NAME.paint(version), FAINT.paint(shown));
            for example in &self.examples {
                text.push_str(&lines_of(example));
            }
            text.push('\n');
        }
        text
    }

    fn versions(&self) -> String {
        let mut table = table(["version", "examples", "added", "changed", "removed", "made", "by", "digest"]);
        for version in self.versions.iter().rev() {
            let origin = version.origin.as_deref().unwrap_or_default();
            table.add_row([
                version.version.to_string(),
                thousands(version.rows),
                thousands(version.added),
                thousands(version.changed),
                thousands(version.removed),
                time(version.created_at),
                format!("{} {origin}", version.action.as_str().replace('_', " ")),
                FAINT.paint(version.digest.short()),
            ]);
        }
        align_right(&mut table, 0..5);
        render(&table)
    }
}

/// An example, field by field.
fn lines_of(example: &Example) -> String {
    let mut text = format!("\n  {}\n", STRONG.paint(&example.id));
    let mut line = |field: &str, value: &str| {
        let _ = writeln!(text, "    {} {value}", FAINT.paint(format_args!("{field:<12}")));
    };
    line("inputs", &shorten(&example.inputs, WIDTH));
    let others = [("outputs", &example.outputs), ("expectations", &example.expectations), ("trace", &example.trace)];
    for (field, json) in others {
        if let Some(json) = json {
            line(field, &shorten(json, WIDTH));
        }
    }
    if !example.tags.is_empty() {
        let tags: Vec<_> = example.tags.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
        line("tags", &tags.join(" "));
    }
    text
}

/// To the minute, in UTC.
fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

//! What differs between the plans of two runs, and what that means for their numbers.

use std::collections::BTreeMap;

use scorebox_eval::{FunctionRecord, FunctionRole, RunRecord, RunStatus};
use serde::{Deserialize, Serialize};

use super::config_diff::config_changes;
use super::report::{PairedBy, Pairing};
use crate::shown;

/// What has a say in whether the numbers of two runs can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// How much it matters.
    pub severity: Severity,
    /// What differs.
    pub kind: DifferenceKind,
    /// The scorer that it concerns; none where it concerns all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scorer: Option<String>,
    /// What differs, how, and what to do.
    pub message: String,
}

/// How much a difference matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The numbers measure different things.
    NotComparable,
    /// The numbers may mislead.
    Caution,
    /// Good to know.
    Note,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The examples.
    Dataset,
    /// How far a run came.
    Status,
    /// A scorer's component or its function in it.
    ScorerPlugin,
    /// A scorer's config.
    ScorerConfig,
    /// What stands behind a model that a scorer asks.
    ScorerModels,
    /// Where randomness comes from.
    Seed,
    /// How often examples were evaluated.
    Repeats,
    /// The version of Scorebox.
    HostVersion,
}

/// What is meant to differ between two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What changed, such as `predict config temperature`.
    pub what: String,
    /// What it was.
    pub a: String,
    /// What it became.
    pub b: String,
}

/// The stored dataset, or else the file.
pub(super) fn dataset_name(record: &RunRecord) -> String {
    record.dataset.version.clone().unwrap_or_else(|| record.dataset.path.display().to_string())
}

/// What changed by intention, in the order of the plan.
pub(super) fn changes(a: &RunRecord, b: &RunRecord) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut push = |what: &str, a: String, b: String| {
        if a != b {
            changes.push(Change { what: what.to_owned(), a, b });
        }
    };
    match (predictor(a), predictor(b)) {
        (Some(from), Some(to)) => {
            push("predict function", from.function.clone(), to.function.clone());
            push("predict component", component(a, from), component(b, to));
            for (path, from, to) in config_changes(&from.config, &to.config) {
                push(&format!("predict config {path}"), from, to);
            }
            for (alias, from, to) in model_changes(from, to) {
                push(&format!("predict model {alias}"), from, to);
            }
        }
        (from, to) => {
            let name = |function: Option<&FunctionRecord>| {
                function.map_or_else(|| "none: the dataset's outputs".to_owned(), |it| it.function.clone())
            };
            push("predict function", name(from), name(to));
        }
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    push("git branch", text(&a.git_branch), text(&b.git_branch));
    push("git commit", text(&a.git_commit), text(&b.git_commit));
    changes
}

/// What has a say in whether the numbers can be compared, the worst first.
pub(super) fn differences(a: &RunRecord, b: &RunRecord, pairing: &Pairing) -> Vec<Difference> {
    let mut found: Vec<Difference> = dataset(a, b, pairing).into_iter().collect();
    for (side, record) in [("A", a), ("B", b)] {
        found.extend(unfinished(side, record));
    }
    for scorer in scorers(b) {
        if let Some(earlier) = scorers(a).find(|earlier| earlier.name == scorer.name) {
            found.extend(scorer_differences(a, earlier, b, scorer));
        }
    }
    found.extend(circumstances(a, b));
    found.sort_by_key(|difference| difference.severity);
    found
}

fn general(severity: Severity, kind: DifferenceKind, message: String) -> Difference {
    Difference { severity, kind, scorer: None, message }
}

fn dataset(a: &RunRecord, b: &RunRecord, pairing: &Pairing) -> Option<Difference> {
    let (from, to) = (dataset_name(a), dataset_name(b));
    let found = |severity, message| Some(general(severity, DifferenceKind::Dataset, message));
    if pairing.pairs == 0 {
        let message = format!(
            "no example is in both runs ({from} and {to}), so nothing can be paired: evaluate both on the same dataset"
        );
        return found(Severity::NotComparable, message);
    }
    let outside = pairing.only_a + pairing.only_b;
    if pairing.by == PairedBy::Inputs {
        let same_file = a.dataset.digest == b.dataset.digest;
        let what = if same_file {
            format!("{to} was read with other columns or types")
        } else if from == to {
            format!("{to} has changed between the runs")
        } else {
            format!("the datasets differ ({from} and {to})")
        };
        let message = format!(
            "{what}: examples were paired by their inputs, {}. Expectations may differ as well; for a clean comparison \
             evaluate both on one version of the dataset",
            common(pairing)
        );
        return found(Severity::Caution, message);
    }
    if outside == 0 {
        return None;
    }
    let message = format!(
        "the runs hold {}: only what is in both is compared. Evaluate both to the same limit to compare all",
        common(pairing)
    );
    found(Severity::Caution, message)
}

fn common(pairing: &Pairing) -> String {
    let both = shown::count(pairing.pairs, "example");
    let (a, b) = (shown::thousands(pairing.only_a), shown::thousands(pairing.only_b));
    format!("{both} in both, {a} only in A, {b} only in B")
}

fn unfinished(side: &str, record: &RunRecord) -> Option<Difference> {
    let how = match record.status {
        RunStatus::Finished => return None,
        RunStatus::Running => "is still running, or was killed",
        RunStatus::Interrupted => "was interrupted",
        RunStatus::OverBudget => "used up its budget",
        RunStatus::Failed => "could not go on",
    };
    let message =
        format!("run {side} ({}) {how}: `scorebox eval --resume {}` finishes it", record.run_id, record.run_id);
    Some(general(Severity::Caution, DifferenceKind::Status, message))
}

fn scorer_differences(a: &RunRecord, from: &FunctionRecord, b: &RunRecord, to: &FunctionRecord) -> Vec<Difference> {
    let name = &to.name;
    let advice = format!("score run A again with it: `scorebox score {} --scorer {name}`", a.run_id);
    let mut found = Vec::new();
    let mut push = |kind, what: String| {
        let message = format!("{what}; {advice}");
        let scorer = Some(name.clone());
        found.push(Difference { severity: Severity::NotComparable, kind, scorer, message });
    };
    if from.plugin != to.plugin || from.function != to.function {
        let (earlier, later) = (component(a, from), component(b, to));
        let what =
            format!("`{name}` is another scorer: {} of {earlier}, then {} of {later}", from.function, to.function);
        push(DifferenceKind::ScorerPlugin, what);
    }
    let changes = config_changes(&from.config, &to.config);
    if !changes.is_empty() {
        let shown: Vec<_> = changes.iter().map(|(path, from, to)| format!("{path}: {from} → {to}")).collect();
        let what = format!("`{name}` has another config ({})", shown.join(", "));
        push(DifferenceKind::ScorerConfig, what);
    }
    let models: Vec<_> =
        model_changes(from, to).into_iter().map(|(alias, from, to)| format!("{alias}: {from} → {to}")).collect();
    if !models.is_empty() {
        push(DifferenceKind::ScorerModels, format!("`{name}` asks another model ({})", models.join(", ")));
    }
    found
}

/// What a run depends on beside its functions and its examples.
fn circumstances(a: &RunRecord, b: &RunRecord) -> Vec<Difference> {
    let mut found = Vec::new();
    if a.repeats != b.repeats {
        let message = format!(
            "A evaluated each example {}, B {}: the means of the repeats are compared. The side with fewer is the noisier",
            times(a.repeats.get()),
            times(b.repeats.get())
        );
        found.push(general(Severity::Note, DifferenceKind::Repeats, message));
    }
    if a.seed != b.seed {
        let message = format!(
            "the seeds differ ({} and {}): plugins that use randomness may differ by chance. Set the same `seed` for both",
            a.seed, b.seed
        );
        found.push(general(Severity::Note, DifferenceKind::Seed, message));
    }
    if a.host_version != b.host_version {
        let message = format!(
            "Scorebox {} made A and {} made B: where that may matter, evaluate A again",
            a.host_version, b.host_version
        );
        found.push(general(Severity::Note, DifferenceKind::HostVersion, message));
    }
    found
}

fn times(repeats: u32) -> String {
    if repeats == 1 { "once".to_owned() } else { format!("{repeats} times") }
}

fn predictor(record: &RunRecord) -> Option<&FunctionRecord> {
    record.functions.iter().find(|function| function.role == FunctionRole::Predictor)
}

pub(super) fn scorers(record: &RunRecord) -> impl Iterator<Item = &FunctionRecord> {
    record.functions.iter().filter(|function| function.role == FunctionRole::Scorer)
}

/// The component of a function as a person knows it, and enough of its digest to tell it from another.
fn component(record: &RunRecord, function: &FunctionRecord) -> String {
    let plugin = record.plugins.iter().find(|plugin| plugin.digest == function.plugin);
    let short = function.plugin.short();
    match plugin {
        Some(plugin) => {
            let version = plugin.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
            format!("{}{version} ({short})", plugin.name)
        }
        None => short,
    }
}

/// The models that differ: the name in the config, and what stood behind it.
fn model_changes(from: &FunctionRecord, to: &FunctionRecord) -> Vec<(String, String, String)> {
    let none = || "none".to_owned();
    let mut all: BTreeMap<&String, (String, String)> = BTreeMap::new();
    for (alias, model) in &from.models {
        all.insert(alias, (model.clone(), none()));
    }
    for (alias, model) in &to.models {
        all.entry(alias).or_insert_with(|| (none(), none())).1.clone_from(model);
    }
    let changed = all.into_iter().filter(|(_, (from, to))| from != to);
    changed.map(|(alias, (from, to))| (alias.clone(), from, to)).collect()
}

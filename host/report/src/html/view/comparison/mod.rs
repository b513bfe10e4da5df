//! How the run differs from an earlier one.

mod flips;
mod line;
mod spending;

use scorebox_verdict::{Change, ComparisonReport, FeedbackComparison, RunBrief, Severity, Slice};
use serde::Serialize;

use self::flips::FlipsView;
use self::line::{LineView, Scales, feedback_name};
use self::spending::{SpendingLine, spending};
use super::percent;
use crate::shown::{counted, thousands};

/// How the run differs from an earlier one.
#[derive(Serialize)]
pub(super) struct ComparisonView {
    before: String,
    before_id: String,
    pairing: String,
    cautions: Vec<Caution>,
    changed: Vec<Change>,
    level: String,
    feedback: Vec<LineView>,
    labels: Vec<LabelsView>,
    missing: Vec<String>,
    spending: Vec<SpendingLine>,
    flips: Vec<FlipsView>,
    slices: Option<SlicesView>,
}

#[derive(Serialize)]
struct Caution {
    look: &'static str,
    sign: &'static str,
    words: &'static str,
    message: String,
}

#[derive(Serialize)]
struct LabelsView {
    name: String,
    summary: String,
    transitions: Vec<[String; 3]>,
    others: Option<String>,
}

#[derive(Serialize)]
struct SlicesView {
    by: String,
    warning: Option<String>,
    lines: Vec<SliceLine>,
}

#[derive(Serialize)]
struct SliceLine {
    value: String,
    pairs: String,
    line: LineView,
}

impl ComparisonView {
    pub(super) fn of(comparison: &ComparisonReport) -> Self {
        let scales = Scales::of(comparison);
        let numbers = comparison.feedback.iter().filter_map(|feedback| {
            let mut line =
                LineView::of(feedback_name(&feedback.scorer, &feedback.feedback), feedback.numbers.as_ref()?, &scales);
            line.left_out = left_out(feedback);
            Some(line)
        });
        let only = |names: &[String], which: &str| {
            (!names.is_empty()).then(|| format!("Only in {which}: {}.", names.join(", ")))
        };
        Self {
            before: run(&comparison.a),
            before_id: comparison.a.run_id.to_string(),
            pairing: comparison.pairing.sentence(),
            cautions: comparison.differences.iter().map(|it| Caution::of(it.severity, &it.message)).collect(),
            changed: comparison.changed.clone(),
            level: percent(comparison.confidence.level()),
            feedback: numbers.collect(),
            labels: comparison.feedback.iter().filter_map(LabelsView::of).collect(),
            missing: only(&comparison.only_a, "the earlier run")
                .into_iter()
                .chain(only(&comparison.only_b, "this run"))
                .collect(),
            spending: spending(comparison),
            flips: comparison.flips.iter().map(FlipsView::of).collect(),
            slices: comparison.slices.as_ref().map(|slices| SlicesView {
                by: slices.by.clone(),
                warning: slices.warning(),
                lines: slices.slices.iter().flat_map(|slice| slice_lines(slice, &scales)).collect(),
            }),
        }
    }
}

impl Caution {
    fn of(severity: Severity, message: &str) -> Self {
        let (look, sign, words) = match severity {
            Severity::NotComparable => ("bad", "✗", "not comparable"),
            Severity::Caution => ("error", "!", "caution"),
            Severity::Note => ("none", "·", "note"),
        };
        Self { look, sign, words, message: message.to_owned() }
    }
}

fn left_out(feedback: &FeedbackComparison) -> Option<String> {
    (feedback.left_out > 0).then(|| {
        format!(
            "{} left out ({} before and {} now)",
            counted(feedback.left_out, "pair"),
            counted(feedback.errors.a, "error"),
            thousands(feedback.errors.b)
        )
    })
}

fn run(brief: &RunBrief) -> String {
    let date = brief.started_at.strftime("%Y-%m-%d").to_string();
    let commit = brief.git_commit.as_deref().map(|commit| commit.chars().take(12).collect::<String>());
    let parts = [brief.git_branch.clone(), commit, Some(date)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl LabelsView {
    fn of(feedback: &FeedbackComparison) -> Option<Self> {
        let labels = feedback.labels.as_ref()?;
        Some(Self {
            name: feedback_name(&feedback.scorer, &feedback.feedback),
            summary: format!("{} of {} changed", thousands(labels.changed), counted(labels.n, "label")),
            transitions: labels
                .transitions
                .iter()
                .map(|it| [it.from.clone(), it.to.clone(), thousands(it.count)])
                .collect(),
            others: (labels.other_changes > 0).then(|| counted(labels.other_changes, "other change")),
        })
    }
}

fn slice_lines(slice: &Slice, scales: &Scales) -> Vec<SliceLine> {
    let lines = slice.feedback.iter().map(|(name, numbers)| SliceLine {
        value: slice.value.clone(),
        pairs: thousands(slice.pairs),
        line: LineView::of(name.clone(), numbers, scales),
    });
    lines.collect()
}

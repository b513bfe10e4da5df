use std::time::Duration;

use scorebox_core::Cost;
use scorebox_verdict::{
    Change, ComparisonReport, Difference, FeedbackComparison, LabelComparison, LatencyComparison, NumericComparison,
    RunBrief, Severity, Slice,
};

use super::comment::{Comment, count};
use super::escape::{code, code_in_cell, html, prose};
use crate::shown::{counted, duration, number, p_value, signed, signed_interval, thousands};

const MAX_NAME_CHARACTERS: usize = 100;
const MAX_VALUE_CHARACTERS: usize = 200;
const NOTHING: &str = "–";
const HEAD: &str = "\n| scorer | before | now | difference | 95 % interval | p | better | worse | same |\n\
                    |---|--:|--:|--:|:-:|--:|--:|--:|--:|\n";

/// How the run differs from an earlier one.
pub(super) fn write(comparison: &ComparisonReport, comment: &mut Comment) {
    let pairs = prose(&comparison.pairing.sentence());
    let head = format!("\n### Compared with {}\n\n{pairs}\n", run(&comparison.a));
    let cautions: Vec<_> = comparison.differences.iter().filter_map(caution).collect();
    comment.section(&head, &cautions, "caution", "");
    if !comparison.changed.is_empty() {
        let lines: Vec<_> = comparison.changed.iter().map(change).collect();
        comment.section("\nWhat changed:\n\n", &lines, "change", "");
    }
    let numbers = comparison.feedback.iter();
    let lines: Vec<_> =
        numbers.filter_map(|feedback| Some(numbers_line(&name(feedback), feedback.numbers.as_ref()?))).collect();
    if !lines.is_empty() {
        let head = table_head(comparison.confidence.level());
        comment.section(&head, &lines, "compared scorer", "");
    }
    let mut notes: Vec<_> = comparison.feedback.iter().flat_map(notes).collect();
    notes.extend(spending(comparison));
    comment.section("", &notes, "remark", "");
    slices(comparison, comment);
}

fn table_head(level: f64) -> String {
    HEAD.replace("95 %", &format!("{} %", (level * 1_000.0).round() / 10.0))
}

fn run(brief: &RunBrief) -> String {
    let branch = brief.git_branch.as_deref().map(|branch| format!("{}, ", code(branch, MAX_NAME_CHARACTERS)));
    let commit = brief.git_commit.as_deref().map(|commit| format!(", commit {}", code(commit, 12)));
    format!("{}run {}{}", branch.unwrap_or_default(), code(brief.run_id.as_str(), 80), commit.unwrap_or_default())
}

fn caution(difference: &Difference) -> Option<String> {
    let mark = match difference.severity {
        Severity::NotComparable => "**Not comparable:** ",
        Severity::Caution => "",
        Severity::Note => return None,
    };
    Some(format!("\n> {mark}{}\n", prose(&difference.message)))
}

fn change(change: &Change) -> String {
    let value = |text: &str| code(text, MAX_VALUE_CHARACTERS);
    format!("- {}: {} → {}\n", prose(&change.what), value(&change.a), value(&change.b))
}

/// `scorer`, or `scorer:feedback` where the two differ.
fn name(feedback: &FeedbackComparison) -> String {
    if feedback.scorer == feedback.feedback {
        feedback.scorer.clone()
    } else {
        format!("{}:{}", feedback.scorer, feedback.feedback)
    }
}

fn numbers_line(name: &str, numbers: &NumericComparison) -> String {
    let interval = numbers.interval.map(|it| signed_interval(it.interval.low, it.interval.high));
    let p = numbers.test.map(|test| p_value(test.p_adjusted));
    let difference = signed(numbers.difference);
    let difference = if numbers.is_significant() { format!("**{difference}**") } else { difference };
    let cells = [
        code_in_cell(name, MAX_NAME_CHARACTERS),
        number(numbers.mean.a),
        number(numbers.mean.b),
        difference,
        interval.unwrap_or_else(|| NOTHING.to_owned()),
        p.unwrap_or_else(|| NOTHING.to_owned()),
        thousands(numbers.better),
        thousands(numbers.worse),
        thousands(numbers.equal),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// What the table does not show of a feedback.
fn notes(feedback: &FeedbackComparison) -> Vec<String> {
    let name = code(&name(feedback), MAX_NAME_CHARACTERS);
    let mut notes = Vec::new();
    if let Some(numbers) = &feedback.numbers {
        let is_undecided = !numbers.is_significant();
        let power = numbers.power_sentence().filter(|_| is_undecided);
        notes.extend(power.map(|power| format!("\n{name}: no difference shown. {}\n", prose(&power))));
    }
    if let Some(labels) = &feedback.labels {
        notes.push(label_changes(&name, labels));
    }
    if feedback.errors.a + feedback.errors.b > 0 {
        let errors = format!("{} before, {} now", counted(feedback.errors.a, "error"), thousands(feedback.errors.b));
        notes
            .push(format!("\n{name}: {errors}; {} of which a side has no value\n", counted(feedback.left_out, "pair")));
    }
    notes
}

fn label_changes(name: &str, labels: &LabelComparison) -> String {
    const MAX_TRANSITIONS: usize = 3;
    let shown: Vec<_> = labels
        .transitions
        .iter()
        .take(MAX_TRANSITIONS)
        .map(|it| format!("{} → {} {}", code(&it.from, 40), code(&it.to, 40), thousands(it.count)))
        .collect();
    let colon = if shown.is_empty() { "" } else { ": " };
    let more = if labels.transitions.len() > MAX_TRANSITIONS || labels.other_changes > 0 { ", …" } else { "" };
    let changed = format!("{} of {}", thousands(labels.changed), counted(labels.n, "label"));
    format!("\n{name}: {changed} changed{colon}{}{more}\n", shown.join(", "))
}

fn spending(comparison: &ComparisonReport) -> Vec<String> {
    let spending = &comparison.spending;
    let mut lines = Vec::new();
    if spending.requests.a + spending.requests.b > 0 {
        let cost = |dollars| Cost::from_dollars(dollars).unwrap_or_default();
        lines.push(format!(
            "\nCost {} → {}, tokens {} → {}\n",
            cost(spending.cost_usd.a),
            cost(spending.cost_usd.b),
            thousands(spending.tokens.a),
            thousands(spending.tokens.b)
        ));
    }
    lines.extend(spending.predict_latency.as_ref().map(latency));
    lines
}

fn latency(latency: &LatencyComparison) -> String {
    // A negative or absurd time cannot be shown, and is none.
    let shown = |ns: f64| Duration::try_from_secs_f64(ns / 1e9).map_or_else(|_| NOTHING.to_owned(), duration);
    format!(
        "\nPredict latency: median {} → {}, p90 {} → {}\n",
        shown(latency.p50_ns.a),
        shown(latency.p50_ns.b),
        shown(latency.p90_ns.a),
        shown(latency.p90_ns.b)
    )
}

fn slices(comparison: &ComparisonReport, comment: &mut Comment) {
    let Some(slices) = &comparison.slices else { return };
    let head = table_head(comparison.confidence.level());
    let head = head.replacen("| scorer ", "| slice | scorer ", 1).replacen("|---", "|---|---", 1);
    let summary = format!("By <code>{}</code>: {}", html(&slices.by), counted(count(slices.slices.len()), "slice"));
    let warning = slices.warning().map_or_else(String::new, |warning| format!("\n{}\n", prose(&warning)));
    let lines: Vec<_> = slices.slices.iter().flat_map(slice_lines).collect();
    let head = format!("\n<details>\n<summary>{summary}</summary>\n{head}");
    comment.section(&head, &lines, "line of the slices", &format!("{warning}\n</details>\n"));
}

fn slice_lines(slice: &Slice) -> Vec<String> {
    let value = format!("{} ({})", code_in_cell(&slice.value, MAX_VALUE_CHARACTERS), thousands(slice.pairs));
    slice.feedback.iter().map(|(name, numbers)| format!("| {value} {}", numbers_line(name, numbers))).collect()
}

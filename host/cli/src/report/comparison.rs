//! A comparison, for a person at a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use scorebox_core::Value;
use scorebox_verdict::{
    ComparisonReport, Direction, Excerpt, FeedbackComparison, FeedbackFlips, NumericComparison, NumericKind, RunBrief,
    Severity, Sides, SpendingComparison,
};

use super::summary::{duration, number};
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, WARN, align_right, count, render, table, thousands, wrap};

/// The whole comparison, with at most so many rows of each scorer whose verdict changed.
pub(crate) fn comparison(report: &ComparisonReport, flips: usize) -> String {
    let mut text = format!("\n  {} {}\n", FAINT.paint("A"), run(&report.a));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {} {}", FAINT.paint("B"), run(&report.b));
    let _ = writeln!(text, "  {}", report.pairing.sentence());
    for change in &report.changed {
        let _ = writeln!(text, "  {} {}: {} → {}", FAINT.paint("changed"), change.what, change.a, change.b);
    }
    for difference in &report.differences {
        let word = match difference.severity {
            Severity::NotComparable => BAD.paint("not comparable"),
            Severity::Caution => WARN.paint("caution"),
            Severity::Note => FAINT.paint("note"),
        };
        let _ = writeln!(text, "  {word} {}", difference.message);
    }
    text.push('\n');
    text += &feedback_table(&report.feedback);
    for feedback in &report.feedback {
        let undecided = feedback.numbers.as_ref().filter(|numbers| !numbers.is_significant());
        if let Some(power) = undecided.and_then(NumericComparison::power_sentence) {
            let name = NAME.paint(name(&feedback.scorer, &feedback.feedback));
            let _ = writeln!(text, "  {name} {}", FAINT.paint(format_args!("no difference shown; {power}")));
        }
    }
    text += &left_out(report);
    text += &spending(&report.spending);
    if let Some(slices) = &report.slices {
        let _ = writeln!(text, "\n  {} {}", STRONG.paint("by"), slices.by);
        for slice in &slices.slices {
            for (subject, numbers) in &slice.feedback {
                let pairs = count(slice.pairs, "pair");
                let _ = writeln!(text, "  {} · {} · {pairs} · {}", slice.value, NAME.paint(subject), row_of(numbers));
            }
        }
        if let Some(warning) = slices.warning() {
            let _ = writeln!(text, "  {}", FAINT.paint(warning));
        }
    }
    if flips > 0 {
        report.flips.iter().for_each(|of_scorer| text += &flipped(of_scorer, flips));
    }
    text
}

fn run(run: &RunBrief) -> String {
    let mut parts = vec![STRONG.paint(&run.run_id), run.dataset.clone(), count(run.rows, "row")];
    parts.extend(run.git_branch.clone());
    parts.push(FAINT.paint(run.started_at.strftime("%Y-%m-%d %H:%M UTC")));
    parts.join(" · ")
}

fn name(scorer: &str, feedback: &str) -> String {
    if scorer == feedback { scorer.to_owned() } else { format!("{scorer}:{feedback}") }
}

fn feedback_table(feedback: &[FeedbackComparison]) -> String {
    let mut table = table(["scorer", "pairs", "A", "B", "B − A", "95 % CI", "p", "better", "worse", "errors A/B"]);
    for compared in feedback {
        let name = NAME.paint(name(&compared.scorer, &compared.feedback));
        let errors = format!("{}/{}", thousands(compared.errors.a), thousands(compared.errors.b));
        let row = match (&compared.numbers, &compared.labels) {
            (Some(numbers), _) => numeric_row(name, numbers, errors),
            (None, Some(labels)) => {
                let changed = format!("{} changed", thousands(labels.changed));
                let none = String::new;
                vec![name, thousands(labels.n), none(), none(), changed, none(), none(), none(), none(), errors]
            }
            (None, None) => {
                let mut row = vec![String::new(); 10];
                row[0] = name;
                row[9] = errors;
                row
            }
        };
        table.add_row(row);
    }
    align_right(&mut table, 1..10);
    render(&table)
}

fn numeric_row(name: String, numbers: &NumericComparison, errors: String) -> Vec<String> {
    let interval = numbers.interval.map(|it| format!("[{}, {}]", signed(it.interval.low), signed(it.interval.high)));
    let p_value = numbers.test.map(|test| p_value(test.p_adjusted));
    let difference = signed(numbers.difference);
    let difference = match (numbers.is_significant(), (numbers.difference > 0.0) != numbers.lower_is_better) {
        (false, _) => difference,
        (true, true) => GOOD.paint(difference),
        (true, false) => BAD.paint(difference),
    };
    vec![
        name,
        thousands(numbers.n),
        mean(numbers.kind, numbers.mean.a),
        mean(numbers.kind, numbers.mean.b),
        difference,
        interval.unwrap_or_default(),
        p_value.unwrap_or_default(),
        thousands(numbers.better),
        thousands(numbers.worse),
        errors,
    ]
}

fn row_of(numbers: &NumericComparison) -> String {
    let p_value = numbers.test.map(|test| format!(", p = {}", p_value(test.p_adjusted))).unwrap_or_default();
    format!(
        "{} → {} ({}{p_value})",
        mean(numbers.kind, numbers.mean.a),
        mean(numbers.kind, numbers.mean.b),
        numbers.shown_difference()
    )
}

fn mean(kind: NumericKind, value: f64) -> String {
    match kind {
        NumericKind::Boolean => format!("{:.1} %", value * 100.0),
        NumericKind::Number => number(value),
    }
}

fn signed(value: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, number(value))
}

fn p_value(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

fn left_out(report: &ComparisonReport) -> String {
    let line = |side: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!("  {} only in {side}: {}\n", FAINT.paint("left out"), names.join(", ")),
    };
    line("A", &report.only_a) + &line("B", &report.only_b)
}

fn spending(spending: &SpendingComparison) -> String {
    let mut text = String::new();
    if spending.requests != Sides::default() {
        let _ = writeln!(
            text,
            "  {} ${:.4} → ${:.4}, {} → {} tokens",
            FAINT.paint("cost"),
            spending.cost_usd.a,
            spending.cost_usd.b,
            thousands(spending.tokens.a),
            thousands(spending.tokens.b)
        );
    }
    if let Some(latency) = &spending.predict_latency {
        let shown = |sides: Sides<f64>| format!("{} → {}", time(sides.a), time(sides.b));
        let (median, p90) = (shown(latency.p50_ns), shown(latency.p90_ns));
        let _ = writeln!(text, "  {} median {median}, p90 {p90}", FAINT.paint("predict latency"));
    }
    text
}

fn time(nanoseconds: f64) -> String {
    duration(Duration::try_from_secs_f64(nanoseconds / 1e9).unwrap_or_default())
}

fn flipped(flips: &FeedbackFlips, most: usize) -> String {
    let (worse, better) = (count(flips.worse, "row"), thousands(flips.better));
    let name = NAME.paint(name(&flips.scorer, &flips.feedback));
    let mut text = format!("\n  {name}: {} got worse, {} better\n", BAD.paint(worse), GOOD.paint(better));
    if flips.relabelled > 0 {
        text = format!("\n  {name}: {} got another label\n", count(flips.relabelled, "row"));
    }
    let mut table = table(["row", "", "A", "B"]);
    for flip in flips.kept.iter().take(most) {
        let word = match flip.direction {
            Direction::Worse => BAD.paint("worse"),
            Direction::Better => GOOD.paint("better"),
            Direction::Relabelled => WARN.paint("other"),
        };
        let side =
            |value: &Value, outputs: &Option<Excerpt>, rationale: &Option<Excerpt>| side(value, outputs, rationale);
        table.add_row([
            flip.id.clone(),
            word,
            side(&flip.value.a, &flip.outputs.a, &flip.rationale.a),
            side(&flip.value.b, &flip.outputs.b, &flip.rationale.b),
        ]);
    }
    wrap(&mut table);
    text += &render(&table);
    let shown = flips.kept.len().min(most) as u64;
    if shown < flips.count() {
        let rest = thousands(flips.count() - shown);
        let _ = writeln!(
            text,
            "  {}",
            FAINT.paint(format_args!("and {rest} more; --flips N shows more, --json all that are kept"))
        );
    }
    text
}

/// The value, what was answered, and why.
fn side(value: &Value, outputs: &Option<Excerpt>, rationale: &Option<Excerpt>) -> String {
    const MOST: usize = 160;
    let short = |excerpt: &Excerpt| {
        let text: String = excerpt.text.chars().take(MOST).collect();
        let is_cut = excerpt.truncated || excerpt.text.chars().nth(MOST).is_some();
        text.replace(char::is_control, " ") + if is_cut { "…" } else { "" }
    };
    let mut lines = vec![shown_value(value)];
    lines.extend(outputs.as_ref().map(short));
    lines.extend(rationale.as_ref().map(|rationale| FAINT.paint(short(rationale))));
    lines.join("\n")
}

pub(super) fn shown_value(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Text(text) => text.chars().take(60).collect(),
        Value::Json(json) => json.as_str().chars().take(60).collect(),
        other => other.as_f64().map_or_else(String::new, number),
    }
}

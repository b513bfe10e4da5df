use scorebox_core::Value;
use scorebox_verdict::{
    Change, ComparisonReport, Direction, Excerpt, FeedbackComparison, FeedbackFlips, Flip, LatencyComparison,
    NumericComparison, RunBrief, Severity, Sides, Slice,
};
use serde::Serialize;
use std::time::Duration;

use super::{measure, percent};
use crate::rows::value_text;
use crate::shown::{counted, duration, number, p_value, signed, thousands};

/// Half the width of a drawing of a difference, in pixels.
const HALF_WIDTH: f64 = 70.0;
/// Flips of one feedback that the page shows.
const MAX_FLIPS: usize = 100;

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

/// One line of the table: the numbers of a feedback.
#[derive(Serialize)]
struct LineView {
    name: String,
    look: &'static str,
    n: String,
    before: String,
    now: String,
    difference: String,
    drawing: Option<DifferenceDrawing>,
    p: String,
    p_title: String,
    better: String,
    worse: String,
    equal: String,
    /// What to make of it, where no difference was shown.
    sentence: Option<String>,
    left_out: Option<String>,
}

/// A difference on an axis whose middle is zero.
#[derive(Serialize)]
struct DifferenceDrawing {
    from: f64,
    length: f64,
    at: f64,
    middle: f64,
}

#[derive(Serialize)]
struct LabelsView {
    name: String,
    summary: String,
    transitions: Vec<[String; 3]>,
    others: Option<String>,
}

#[derive(Serialize)]
struct SpendingLine {
    what: &'static str,
    before: String,
    now: String,
    difference: String,
}

#[derive(Serialize)]
struct FlipsView {
    name: String,
    summary: String,
    flips: Vec<FlipView>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct FlipView {
    id: String,
    position: u64,
    look: &'static str,
    sign: &'static str,
    words: &'static str,
    before: String,
    now: String,
    inputs: Option<String>,
    outputs: Sides<Option<String>>,
    rationale: Sides<Option<String>>,
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
        let reach = reach(comparison);
        let numbers = comparison.feedback.iter().filter_map(|feedback| {
            let line =
                LineView::of(feedback_name(&feedback.scorer, &feedback.feedback), feedback.numbers.as_ref()?, reach);
            Some(LineView { left_out: left_out(feedback), ..line })
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
                lines: slices.slices.iter().flat_map(|slice| slice_lines(slice, reach)).collect(),
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

impl LineView {
    fn of(name: String, numbers: &NumericComparison, reach: f64) -> Self {
        let is_up = numbers.difference > 0.0;
        let look = match numbers.is_significant() {
            false => "none",
            true if is_up == numbers.lower_is_better => "bad",
            true => "good",
        };
        Self {
            name,
            look,
            n: thousands(numbers.n),
            before: number(numbers.mean.a),
            now: number(numbers.mean.b),
            difference: numbers.shown_difference(),
            drawing: numbers.interval.map(|it| {
                let ends = (it.interval.low, it.interval.high);
                DifferenceDrawing::of(numbers.difference, ends, reach)
            }),
            p: numbers.test.map_or_else(|| "–".to_owned(), |test| p_value(test.p_adjusted)),
            p_title: numbers.test.map_or_else(String::new, |test| {
                format!("{}, {} before the correction for all comparisons", test.method.name(), p_value(test.p_value))
            }),
            better: thousands(numbers.better),
            worse: thousands(numbers.worse),
            equal: thousands(numbers.equal),
            sentence: (!numbers.is_significant()).then(|| numbers.sentence()),
            left_out: None,
        }
    }
}

impl DifferenceDrawing {
    fn of(difference: f64, (low, high): (f64, f64), reach: f64) -> Self {
        let place = |value: f64| measure((1.0 + (value / reach).clamp(-1.0, 1.0)) * HALF_WIDTH);
        let from = place(low);
        Self { from, length: measure(place(high) - from), at: place(difference), middle: HALF_WIDTH }
    }
}

/// The greatest end of any interval: all drawings of the table have one scale.
fn reach(comparison: &ComparisonReport) -> f64 {
    let numbers = comparison.feedback.iter().filter_map(|feedback| feedback.numbers.as_ref());
    let ends = numbers.filter_map(|numbers| numbers.interval).flat_map(|it| [it.interval.low, it.interval.high]);
    let reach = ends.fold(0.0, |reach: f64, end| reach.max(end.abs()));
    if reach > 0.0 { reach } else { 1.0 }
}

/// `scorer`, or `scorer:feedback` where the two differ.
fn feedback_name(scorer: &str, feedback: &str) -> String {
    if scorer == feedback { scorer.to_owned() } else { format!("{scorer}:{feedback}") }
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

fn spending(comparison: &ComparisonReport) -> Vec<SpendingLine> {
    let spending = &comparison.spending;
    let mut lines = Vec::new();
    if spending.requests != Sides::default() {
        let difference = spending.cost_per_row_usd.map_or_else(String::new, |means| {
            let interval = means
                .interval
                .map_or_else(String::new, |it| format!(" [{}, {}]", signed_dollars(it.low), signed_dollars(it.high)));
            format!("{}{interval} a row", signed_dollars(means.difference))
        });
        lines.push(SpendingLine {
            what: "Cost",
            before: format!("${:.4}", spending.cost_usd.a),
            now: format!("${:.4}", spending.cost_usd.b),
            difference,
        });
        lines.push(SpendingLine {
            what: "Tokens",
            before: thousands(spending.tokens.a),
            now: thousands(spending.tokens.b),
            difference: String::new(),
        });
    }
    lines.extend(spending.predict_latency.iter().flat_map(latency));
    lines
}

fn signed_dollars(amount: f64) -> String {
    let sign = if amount < 0.0 { "-" } else { "+" };
    match amount.abs() {
        size @ (0.0..1e-5) if size > 0.0 => format!("{sign}${size:.1e}"),
        size => format!("{sign}${size:.5}"),
    }
}

fn latency(latency: &LatencyComparison) -> [SpendingLine; 2] {
    let line = |what, times: Sides<f64>, difference| SpendingLine {
        what,
        before: nanoseconds(times.a),
        now: nanoseconds(times.b),
        difference,
    };
    let paired = latency.paired_ns.map_or_else(String::new, |means| {
        let interval = means.interval.map_or_else(String::new, |it| {
            format!(" [{}, {}]", signed_nanoseconds(it.low), signed_nanoseconds(it.high))
        });
        format!("{}{interval} a prediction", signed_nanoseconds(means.difference))
    });
    [line("Prediction, median", latency.p50_ns, paired), line("Prediction, p90", latency.p90_ns, String::new())]
}

fn nanoseconds(nanoseconds: f64) -> String {
    let time = Duration::try_from_secs_f64(nanoseconds / 1e9);
    time.map_or_else(|_| signed(nanoseconds), duration)
}

fn signed_nanoseconds(difference: f64) -> String {
    format!("{}{}", if difference < 0.0 { "-" } else { "+" }, nanoseconds(difference.abs()))
}

impl FlipsView {
    fn of(flips: &FeedbackFlips) -> Self {
        let parts = [(flips.worse, "worse"), (flips.better, "better"), (flips.relabelled, "with another label")];
        let parts: Vec<_> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{} {words}", thousands(*count)))
            .collect();
        let shown = flips.kept.len().min(MAX_FLIPS) as u64;
        Self {
            name: feedback_name(&flips.scorer, &flips.feedback),
            summary: parts.join(", "),
            flips: flips.kept.iter().take(MAX_FLIPS).map(FlipView::of).collect(),
            left_out: (shown < flips.count())
                .then(|| format!("The {} that changed most, of {}.", thousands(shown), thousands(flips.count()))),
        }
    }
}

impl FlipView {
    fn of(flip: &Flip) -> Self {
        let (look, sign, words) = match flip.direction {
            Direction::Worse => ("bad", "▼", "worse"),
            Direction::Better => ("good", "▲", "better"),
            Direction::Relabelled => ("none", "◆", "another label"),
        };
        Self {
            id: flip.id.clone(),
            position: flip.position.b,
            look,
            sign,
            words,
            before: value(&flip.value.a),
            now: value(&flip.value.b),
            inputs: flip.inputs.as_ref().map(json_excerpt),
            outputs: sides(&flip.outputs, json_excerpt),
            rationale: sides(&flip.rationale, excerpt),
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Boolean(true) => "passed".to_owned(),
        Value::Boolean(false) => "failed".to_owned(),
        Value::Number(it) => number(it.get()),
        Value::Integer(_) | Value::Text(_) | Value::Json(_) => value_text(value).unwrap_or_default(),
    }
}

fn excerpt(excerpt: &Excerpt) -> String {
    format!("{}{}", excerpt.text, if excerpt.truncated { "…" } else { "" })
}

/// The text where the JSON is one, or an object with nothing else; otherwise the JSON.
fn json_excerpt(json: &Excerpt) -> String {
    let text = match serde_json::from_str(&json.text) {
        Ok(serde_json::Value::String(text)) => Some(text),
        Ok(serde_json::Value::Object(fields)) if fields.len() == 1 => {
            fields.into_iter().next().and_then(|(_, value)| value.as_str().map(str::to_owned))
        }
        _ => None,
    };
    text.unwrap_or_else(|| excerpt(json))
}

fn sides(sides: &Sides<Option<Excerpt>>, shown: impl Fn(&Excerpt) -> String) -> Sides<Option<String>> {
    Sides { a: sides.a.as_ref().map(&shown), b: sides.b.as_ref().map(&shown) }
}

fn slice_lines(slice: &Slice, reach: f64) -> Vec<SliceLine> {
    let lines = slice.feedback.iter().map(|(name, numbers)| SliceLine {
        value: slice.value.clone(),
        pairs: thousands(slice.pairs),
        line: LineView::of(name.clone(), numbers, reach),
    });
    lines.collect()
}

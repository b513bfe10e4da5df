use scorebox_core::Value;
use scorebox_verdict::{Direction, Excerpt, FeedbackFlips, Flip, Sides};
use serde::Serialize;

use super::line::feedback_name;
use crate::rows::value_text;
use crate::shown::{number, thousands};

/// Flips of one feedback that the page shows.
const MAX_FLIPS: usize = 100;

/// The rows whose verdict on one feedback changed.
#[derive(Serialize)]
pub(super) struct FlipsView {
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

impl FlipsView {
    pub(super) fn of(flips: &FeedbackFlips) -> Self {
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

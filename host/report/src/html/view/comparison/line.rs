use std::collections::BTreeMap;

use scorebox_verdict::{ComparisonReport, NumericComparison, NumericKind};
use serde::Serialize;

use crate::html::view::measure;
use crate::shown::{number, p_value, thousands};

/// Half the width of a drawing of a difference, in pixels.
const HALF_WIDTH: f64 = 70.0;

/// One line of the table: the numbers of a feedback.
#[derive(Serialize)]
pub(super) struct LineView {
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
    pub(super) left_out: Option<String>,
}

/// A difference on an axis whose middle is zero.
#[derive(Serialize)]
struct DifferenceDrawing {
    from: f64,
    length: f64,
    at: f64,
    middle: f64,
}

/// How far the drawings of differences reach: the greatest end of an interval. Rates share one scale; numbers have units of
/// their own, and so a scale for each feedback.
pub(super) struct Scales(BTreeMap<Option<String>, f64>);

impl Scales {
    pub(super) fn of(comparison: &ComparisonReport) -> Self {
        let named = comparison
            .feedback
            .iter()
            .filter_map(|it| Some((feedback_name(&it.scorer, &it.feedback), it.numbers.as_ref()?)));
        let slices = comparison.slices.iter().flat_map(|slices| &slices.slices);
        let sliced = slices.flat_map(|slice| slice.feedback.iter().map(|(name, numbers)| (name.clone(), numbers)));
        let mut scales = BTreeMap::new();
        for (name, numbers) in named.chain(sliced) {
            let end = numbers.interval.map_or(0.0, |it| it.interval.low.abs().max(it.interval.high.abs()));
            let reach: &mut f64 = scales.entry(Self::key(&name, numbers.kind)).or_default();
            *reach = reach.max(end);
        }
        Self(scales)
    }

    fn reach(&self, name: &str, kind: NumericKind) -> f64 {
        self.0.get(&Self::key(name, kind)).copied().filter(|reach| *reach > 0.0).unwrap_or(1.0)
    }

    fn key(name: &str, kind: NumericKind) -> Option<String> {
        (kind == NumericKind::Number).then(|| name.to_owned())
    }
}

impl LineView {
    pub(super) fn of(name: String, numbers: &NumericComparison, scales: &Scales) -> Self {
        let is_up = numbers.difference > 0.0;
        let look = match numbers.is_significant() {
            false => "none",
            true if is_up == numbers.lower_is_better => "bad",
            true => "good",
        };
        let scale = scales.reach(&name, numbers.kind);
        Self {
            name,
            look,
            n: thousands(numbers.n),
            before: number(numbers.mean.a),
            now: number(numbers.mean.b),
            difference: numbers.shown_difference(),
            drawing: numbers.interval.map(|it| {
                let ends = (it.interval.low, it.interval.high);
                DifferenceDrawing::of(numbers.difference, ends, scale)
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

/// `scorer`, or `scorer:feedback` where the two differ.
pub(super) fn feedback_name(scorer: &str, feedback: &str) -> String {
    if scorer == feedback { scorer.to_owned() } else { format!("{scorer}:{feedback}") }
}

use std::collections::HashMap;
use std::num::NonZeroU32;

use scorebox_core::Feedback;
use scorebox_eval::{Outcome, RowResult};

use super::report::{ComparisonReport, FeedbackFlips, Flip, Sides};
use crate::{Excerpt, InputsKey};

/// A comparison of which only the texts of the rows are missing whose verdict changed.
#[derive(Debug)]
pub struct ComparisonDetails {
    report: ComparisonReport,
    repeats: Sides<NonZeroU32>,
    max_text_chars: usize,
    /// The places of flips, by the position of their row.
    flips_at: Sides<HashMap<u64, Vec<(usize, usize)>>>,
}

/// The rows whose texts are wanted: positions, ascending, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedRows {
    /// Of run A. Where A is a baseline, its texts are nowhere, and these rows can be left out.
    pub a: Vec<u64>,
    /// Of run B.
    pub b: Vec<u64>,
}

impl ComparisonDetails {
    pub(super) fn new(report: ComparisonReport, repeats: Sides<NonZeroU32>, max_text_chars: usize) -> Self {
        let mut flips_at: Sides<HashMap<u64, Vec<(usize, usize)>>> = Sides::default();
        for (feedback, flips) in report.flips.iter().enumerate() {
            for (place, flip) in flips.kept.iter().enumerate() {
                flips_at.a.entry(flip.position.a).or_default().push((feedback, place));
                flips_at.b.entry(flip.position.b).or_default().push((feedback, place));
            }
        }
        Self { report, repeats, max_text_chars, flips_at }
    }

    /// The rows whose texts are wanted.
    #[must_use]
    pub fn wanted(&self) -> WantedRows {
        let sorted = |places: &HashMap<u64, Vec<(usize, usize)>>| {
            let mut positions: Vec<u64> = places.keys().copied().collect();
            positions.sort_unstable();
            positions
        };
        WantedRows { a: sorted(&self.flips_at.a), b: sorted(&self.flips_at.b) }
    }

    /// Adds the texts of a row of A; one that is not wanted changes nothing. It should come with its example.
    pub fn detail_a(&mut self, row: &RowResult) {
        let position = position(row, self.repeats.a);
        for (feedback, place) in self.flips_at.a.get(&position).into_iter().flatten() {
            let flips = &mut self.report.flips[*feedback];
            let said = said(row, flips);
            let flip = &mut flips.kept[*place];
            flip.outputs.a = outputs(row, self.max_text_chars);
            flip.rationale.a = rationale(said.as_ref(), self.max_text_chars);
            if let Some(said) = said {
                flip.value.a = said.value;
            }
            add_inputs(flip, row, self.max_text_chars);
        }
    }

    /// Adds the texts of a row of B; one that is not wanted changes nothing. It should come with its example.
    pub fn detail_b(&mut self, row: &RowResult) {
        let position = position(row, self.repeats.b);
        for (feedback, place) in self.flips_at.b.get(&position).into_iter().flatten() {
            let flips = &mut self.report.flips[*feedback];
            let said = said(row, flips);
            let flip = &mut flips.kept[*place];
            flip.outputs.b = outputs(row, self.max_text_chars);
            flip.rationale.b = rationale(said.as_ref(), self.max_text_chars);
            if let Some(said) = said {
                flip.value.b = said.value;
            }
            add_inputs(flip, row, self.max_text_chars);
        }
    }

    /// The comparison, with the texts that came.
    #[must_use]
    pub fn finish(self) -> ComparisonReport {
        self.report
    }
}

fn position(row: &RowResult, repeats: NonZeroU32) -> u64 {
    row.index.saturating_mul(repeats.get().into()).saturating_add(row.repeat.into())
}

/// What the scorer said, where it said one thing under that name; the mean of several stays as it is.
fn said(row: &RowResult, flips: &FeedbackFlips) -> Option<Feedback> {
    let score = row.scores.iter().find(|score| *score.scorer == *flips.scorer)?;
    let Outcome::Feedback(feedback) = &score.outcome else { return None };
    let mut named = feedback.iter().filter(|feedback| feedback.name == flips.feedback);
    let first = named.next()?;
    match named.next() {
        None => Some(Feedback { metadata: None, ..first.clone() }),
        Some(_) => None,
    }
}

fn rationale(said: Option<&Feedback>, max_chars: usize) -> Option<Excerpt> {
    said?.rationale.as_deref().map(|text| Excerpt::of(text, max_chars))
}

/// What was judged: the prediction's outputs, or the dataset's where nothing was predicted.
fn outputs(row: &RowResult, max_chars: usize) -> Option<Excerpt> {
    let json = match &row.prediction {
        Some(prediction) => prediction.outputs.as_ref().ok(),
        None => row.content.as_ref().and_then(|content| content.example.outputs.as_ref()),
    };
    json.map(|json| Excerpt::of(json.as_str(), max_chars))
}

fn add_inputs(flip: &mut Flip, row: &RowResult, max_chars: usize) {
    if let (None, Some(content)) = (&flip.inputs, &row.content) {
        let inputs = &content.example.inputs;
        flip.inputs_key = Some(InputsKey::of(inputs));
        flip.inputs = Some(Excerpt::of(inputs.as_str(), max_chars));
    }
}

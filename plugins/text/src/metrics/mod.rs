//! The metrics as pure functions over texts; they know nothing of examples, configs or feedback.

pub mod bleu;
pub mod chrf;
pub mod edit;
pub mod gleu;
mod multiset;
pub mod numeric;
mod porter;
pub mod rouge;
pub mod ter;
pub mod token_f1;
mod tokenize_13a;
mod whitespace;

/// How much of an answer is right, how much of what was expected is there, and the balance of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PrecisionRecall {
    /// The matched share of the answer, from 0 to 1.
    pub precision: f64,
    /// The matched share of what was expected, from 0 to 1.
    pub recall: f64,
    /// The harmonic mean of the two, from 0 to 1.
    pub f1: f64,
}

impl PrecisionRecall {
    /// `matches` of `answered` parts of the answer were among the `expected` ones; a side without parts scores 0.
    fn of_counts(matches: usize, answered: usize, expected: usize) -> Self {
        let precision = share(matches, answered);
        let recall = share(matches, expected);
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Self { precision, recall, f1 }
    }
}

/// `part / whole`, and 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { count(part) / count(whole) }
}

/// A count as a float; texts are far shorter than 2^53 parts.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^53 parts")]
fn count(parts: usize) -> f64 {
    parts as f64
}

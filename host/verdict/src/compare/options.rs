use scorebox_eval::FieldPath;
use scorebox_stats::Confidence;

use crate::Subject;

/// How two runs are compared.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    /// The level of intervals.
    pub confidence: Confidence,
    /// Compares for each value of this field as well.
    pub by: Option<FieldPath>,
    /// Examples with one value of this field depend on each other, such as questions about one document. By default what
    /// the runs themselves say of their dataset.
    pub clusters: Option<FieldPath>,
    /// Scorers of which less is better.
    pub lower_is_better: Vec<Subject>,
    /// How many flips are kept for each feedback.
    pub max_flips: usize,
    /// By how much a number must move to be a flip. Without it, the 20 that moved most are kept.
    pub least_move: Option<f64>,
    /// The longest text of a flip, in characters.
    pub max_text_chars: usize,
    /// Where the randomness of a permutation test comes from.
    pub seed: u64,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            confidence: Confidence::default(),
            by: None,
            clusters: None,
            lower_is_better: Vec::new(),
            max_flips: 100,
            least_move: None,
            max_text_chars: 2000,
            seed: 0,
        }
    }
}

impl CompareOptions {
    pub(super) fn is_lower_better(&self, scorer: &str, feedback: &str) -> bool {
        self.lower_is_better.iter().any(|subject| subject.covers(scorer, feedback))
    }
}

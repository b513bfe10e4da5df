use std::collections::HashMap;

use super::feedback::{LabelComparison, Transition};
use super::texts::Texts;
use super::values::PairedLabels;
use crate::number::count;

/// Transitions that are listed.
const MAX_TRANSITIONS: usize = 20;
/// What stands for texts that are no labels.
const OTHERS: &str = "(others)";

/// Counts from which label to which rows went; none without any.
pub(super) fn compare_labels(pairs: &[PairedLabels], labels: &Texts) -> Option<LabelComparison> {
    if pairs.is_empty() {
        return None;
    }
    let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.from != pair.to) {
        *counts.entry((pair.from, pair.to)).or_default() += 1;
    }
    let changed = counts.values().sum();
    let name = |place| labels.at(place).unwrap_or(OTHERS).to_owned();
    let transition = |((from, to), count)| Transition { from: name(from), to: name(to), count };
    let mut transitions: Vec<Transition> = counts.into_iter().map(transition).collect();
    transitions.sort_by(|one, other| {
        other.count.cmp(&one.count).then_with(|| (&one.from, &one.to).cmp(&(&other.from, &other.to)))
    });
    transitions.truncate(MAX_TRANSITIONS);
    let listed: u64 = transitions.iter().map(|transition| transition.count).sum();
    Some(LabelComparison { n: count(pairs.len()), changed, transitions, other_changes: changed - listed })
}

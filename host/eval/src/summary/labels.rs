use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Labels that are counted one by one; a scorer with more of them writes prose.
const MAX_LABELS: usize = 1000;
/// The longest text that is still a label.
const MAX_LABEL_BYTES: usize = 256;

/// Texts, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// How often each label occurred: the first 1,000 labels of at most 256 bytes.
    pub counts: BTreeMap<String, u64>,
    /// How many further texts there were.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub others: u64,
}

impl LabelCounts {
    pub(super) fn add(&mut self, label: &str) {
        if let Some(count) = self.counts.get_mut(label) {
            *count += 1;
        } else if self.counts.len() < MAX_LABELS && label.len() <= MAX_LABEL_BYTES {
            self.counts.insert(label.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }
}

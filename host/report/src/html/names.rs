//! Short texts by number: labels, tags.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::limits::MAX_NAME_CHARACTERS;
use crate::shown::shortened;

/// Short texts in the order in which they came, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    list: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Names {
    /// The number of a text, whose end is cut off if it is long.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let name = shortened(name, MAX_NAME_CHARACTERS);
        if let Some(number) = self.numbers.get(&*name) {
            return *number;
        }
        let (name, number): (Arc<str>, _) = (name.into(), u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list.iter().map(|name| &**name))
    }
}

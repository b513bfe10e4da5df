use serde::{Deserialize, Serialize};

use crate::Cost;

/// What asking models took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Requests that were answered, each attempt at repair included; those that a cache answered count as well.
    #[serde(default)]
    pub requests: u64,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// What the tokens cost by the price table; a cache's answers count like the requests that they saved.
    #[serde(default, rename = "cost_usd")]
    pub cost: Cost,
}

impl Usage {
    /// Tokens read and written together.
    #[must_use]
    pub fn tokens(self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Whether no model was asked.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what something else took.
    pub fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost = self.cost.plus(other.cost);
    }
}

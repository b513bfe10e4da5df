use std::collections::BTreeMap;
use std::sync::LazyLock;

use scorebox_core::Cost;
use serde::{Deserialize, Serialize};

use crate::model::ModelReference;
use crate::providers::Tokens;

/// What a model costs, in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Tokens read.
    pub input: Cost,
    /// Tokens read that the provider's own prompt cache had; as `input` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<Cost>,
    /// Tokens written.
    pub output: Cost,
}

const TOKENS_PER_PRICE: u64 = 1_000_000;

impl Price {
    const FREE: Self = Self { input: Cost::ZERO, cached_input: None, output: Cost::ZERO };

    /// What so many tokens cost.
    pub(crate) fn of(&self, tokens: Tokens) -> Cost {
        let cached = tokens.cached_input.min(tokens.input);
        let parts = [
            (self.input, tokens.input - cached),
            (self.cached_input.unwrap_or(self.input), cached),
            (self.output, tokens.output),
        ];
        parts.into_iter().map(|(price, tokens)| price.share(tokens, TOKENS_PER_PRICE)).sum()
    }
}

/// The prices of models: the operator's first, then those that come with Scorebox.
#[derive(Clone, Debug, Default)]
pub(crate) struct PriceTable(BTreeMap<ModelReference, Price>);

/// Providers that run on one's own machine.
const FREE_PROVIDERS: [&str; 1] = ["ollama"];

impl PriceTable {
    pub(crate) fn new(own: BTreeMap<ModelReference, Price>) -> Self {
        Self(own)
    }

    /// The price of a model, if it is known. A dated version, such as `gpt-4o-mini-2024-07-18`, costs what the model does.
    pub(crate) fn price(&self, model: &ModelReference) -> Option<Price> {
        let listed = |model: &ModelReference| self.0.get(model).or_else(|| built_in().get(model)).copied();
        let free = || FREE_PROVIDERS.contains(&model.provider()).then_some(Price::FREE);
        listed(model).or_else(|| listed(&undated(model)?)).or_else(free)
    }
}

fn built_in() -> &'static BTreeMap<ModelReference, Price> {
    static TABLE: LazyLock<BTreeMap<ModelReference, Price>> =
        LazyLock::new(|| toml::from_str(include_str!("prices.toml")).unwrap_or_default());
    &TABLE
}

/// The model without the date at the end of its name: `-2024-07-18`, `-20240718`, or `-latest`.
fn undated(model: &ModelReference) -> Option<ModelReference> {
    let parts: Vec<_> = model.model().split('-').collect();
    let has_digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let kept = match parts.as_slice() {
        [kept @ .., "latest"] => kept,
        [kept @ .., date] if has_digits(date, 8) => kept,
        [kept @ .., year, month, day] if has_digits(year, 4) && has_digits(month, 2) && has_digits(day, 2) => kept,
        _ => return None,
    };
    format!("{}:/{}", model.provider(), kept.join("-")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(model: &str, tokens: Tokens) -> Option<f64> {
        Some(PriceTable::default().price(&model.parse().unwrap())?.of(tokens).dollars())
    }

    const TOKENS: Tokens = Tokens { input: 1_000_000, cached_input: 200_000, output: 100_000 };

    #[test]
    fn the_table_is_well_formed() {
        assert!(built_in().len() > 20);
    }

    #[test]
    fn tokens_are_paid_by_their_kind() {
        assert_eq!(cost("openai:/gpt-4o-mini", TOKENS), Some(0.8 * 0.15 + 0.2 * 0.075 + 0.1 * 0.6));
        assert_eq!(cost("ollama:/llama3.2", TOKENS), Some(0.0));
        assert_eq!(cost("openai:/gpt-unheard-of", TOKENS), None);
    }

    #[test]
    fn a_dated_version_costs_what_the_model_does_and_another_model_does_not() {
        assert!(cost("openai:/gpt-4o-mini-2024-07-18", TOKENS).is_some());
        assert!(cost("anthropic:/claude-sonnet-4-5-20250929", TOKENS).is_some());
        assert!(cost("anthropic:/claude-3-5-haiku-latest", TOKENS).is_some());
        assert_eq!(cost("openai:/gpt-4o-audio-preview", TOKENS), None);
        assert_eq!(cost("openai:/é-2024é07é18", TOKENS), None);
    }

    #[test]
    fn the_operator_s_prices_come_first() {
        let dollar = Cost::from_dollars(1.0).unwrap();
        let own = Price { input: dollar, cached_input: None, output: dollar };
        let model: ModelReference = "openai:/gpt-4o-mini".parse().unwrap();
        let table = PriceTable::new(BTreeMap::from([(model.clone(), own)]));
        assert_eq!(table.price(&model).unwrap().of(TOKENS).dollars(), 1.1);
    }
}

//! What a run would ask, counted without asking.

use scorebox_core::Cost;
use scorebox_engine::{ChatRequest, ChatResponse, FinishReason};
use serde::Serialize;

use super::asking::response;
use super::{Inner, lock};
use crate::door::Door;
use crate::estimate;
use crate::model::ModelReference;
use crate::providers::{Tokens, WireReply};
use crate::replies::Asked;

/// What one function would ask of one model or peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Requests.
    pub requests: u64,
    /// Those that the cache can answer.
    pub cached: u64,
    /// Tokens to be read, about; without those that the cache saves.
    pub input_tokens: u64,
    /// Tokens to be written, about.
    pub output_tokens: u64,
    /// What they cost; none where no price is known.
    #[serde(rename = "cost_usd")]
    pub cost: Option<Cost>,
}

impl Inner {
    /// The cached reply, or one of the right form; either way it is counted.
    pub(super) fn estimated_reply(
        &self,
        door: &Door,
        asked: &Asked,
        request: &ChatRequest,
        model: &ModelReference,
    ) -> ChatResponse {
        let tokens = estimate::likely_tokens(request);
        let cached: Option<ChatResponse> = self.cached(model, asked);
        self.note_estimate(door, model, tokens, cached.is_some());
        cached.unwrap_or_else(|| {
            let text = estimate::made_up_reply(request.response_schema.as_ref());
            let (tool_calls, finish_reason) = (Vec::new(), FinishReason::Stop);
            let reply = WireReply { text, tool_calls, tokens, model: model.to_string(), finish_reason };
            response(reply, self.usage(model, 1, tokens))
        })
    }

    pub(super) fn note_estimate(&self, door: &Door, model: &ModelReference, tokens: Tokens, is_cached: bool) {
        let price = self.prices.price(model);
        let mut estimates = lock(&self.estimates);
        let first = || Estimate { cost: price.map(|_| Cost::ZERO), ..Estimate::default() };
        let estimate = estimates.entry((door.function().to_owned(), model.to_string())).or_insert_with(first);
        estimate.requests += 1;
        if is_cached {
            estimate.cached += 1;
            return;
        }
        estimate.input_tokens += tokens.input;
        estimate.output_tokens += tokens.output;
        estimate.cost = price.zip(estimate.cost).map(|(price, cost)| cost.plus(price.of(tokens)));
    }
}

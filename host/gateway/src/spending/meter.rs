use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use scorebox_core::Cost;
use serde::Serialize;

use crate::model::ModelReference;
use crate::providers::Tokens;

/// Counts what happens between plugins and providers: the audit trail of a run, summed up.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<MeterReading>);

/// What happened so far. Between two runs of the same plan it may differ: that is why it is no part of the results.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MeterReading {
    /// By model.
    pub models: BTreeMap<ModelReference, ModelReading>,
    /// HTTP exchanges of plugins with other peers.
    pub http_exchanges: u64,
}

/// What happened with one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ModelReading {
    /// Requests that were sent, those that failed and those that were repeated included.
    pub sent: u64,
    /// Those among them that tried again what had failed.
    pub retries: u64,
    /// Answers of 429.
    pub rate_limited: u64,
    /// Replies that the cache gave.
    pub from_cache: u64,
    /// Replies that a cassette gave.
    pub from_cassette: u64,
    /// Tokens that were read, by the provider's count.
    pub input_tokens: u64,
    /// Tokens that were written.
    pub output_tokens: u64,
    /// What was spent by the price table. What a cache or a cassette gave cost nothing.
    #[serde(rename = "cost_usd")]
    pub cost: Cost,
    /// Whether no price is known, so that the cost is not counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_price: bool,
}

/// Something to count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Sent { is_retry: bool },
    RateLimited,
    FromCache,
    FromCassette,
    Spent { tokens: Tokens, cost: Option<Cost> },
}

impl Meter {
    pub(crate) fn count(&self, model: &ModelReference, event: Event) {
        let mut reading = self.lock();
        if !reading.models.contains_key(model) {
            reading.models.insert(model.clone(), ModelReading::default());
        }
        let Some(reading) = reading.models.get_mut(model) else { return };
        match event {
            Event::Sent { is_retry } => {
                reading.sent += 1;
                reading.retries += u64::from(is_retry);
            }
            Event::RateLimited => reading.rate_limited += 1,
            Event::FromCache => reading.from_cache += 1,
            Event::FromCassette => reading.from_cassette += 1,
            Event::Spent { tokens, cost } => {
                reading.input_tokens = reading.input_tokens.saturating_add(tokens.input);
                reading.output_tokens = reading.output_tokens.saturating_add(tokens.output);
                reading.cost = reading.cost.plus(cost.unwrap_or_default());
                reading.no_price |= cost.is_none();
            }
        }
    }

    pub(crate) fn count_http(&self) {
        self.lock().http_exchanges += 1;
    }

    pub(crate) fn read(&self) -> MeterReading {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, MeterReading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MeterReading {
    /// All models together.
    #[must_use]
    pub fn total(&self) -> ModelReading {
        let mut total = ModelReading::default();
        for reading in self.models.values() {
            total.sent += reading.sent;
            total.retries += reading.retries;
            total.rate_limited += reading.rate_limited;
            total.from_cache += reading.from_cache;
            total.from_cassette += reading.from_cassette;
            total.input_tokens = total.input_tokens.saturating_add(reading.input_tokens);
            total.output_tokens = total.output_tokens.saturating_add(reading.output_tokens);
            total.cost = total.cost.plus(reading.cost);
            total.no_price |= reading.no_price;
        }
        total
    }

    /// Whether nothing was asked at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.http_exchanges == 0
    }
}

//! What plugins ask models: within the budgets, in the form that each provider takes, checked.

use std::sync::Arc;

use scorebox_core::{Cost, Usage};
use scorebox_engine::{ChatRequest, ChatResponse, Embeddings, FinishReason, LlmError};

use super::{Inner, ModelProblem, Source};
use crate::config::ModelConfig;
use crate::door::Door;
use crate::model::ModelReference;
use crate::provider::{Provider, SendError};
use crate::providers::{Tokens, WireReply};
use crate::replies::Asked;
use crate::spending::{Amount, Event, Reservation, reserve};
use crate::{estimate, parameters, structured};

impl Inner {
    /// Asks a chat model on behalf of a door.
    pub(crate) async fn complete(&self, door: &Door, mut request: ChatRequest) -> Result<ChatResponse, LlmError> {
        let model = self.resolve(&request.model, door.permissions()).map_err(|problem| denied(&problem))?;
        fill_in(&mut request, &model)?;
        let asked = Asked::chat(&request, &model.reference);
        if let Source::Estimate = self.source {
            return Ok(self.estimated_reply(door, &asked, &request, &model.reference));
        }
        let live = async || self.ask_chat(door, &model.reference, &request).await;
        self.answer(&asked, &model.reference, live).await
    }

    /// Embeds texts on behalf of a door.
    pub(crate) async fn embed(&self, door: &Door, name: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        let model = self.resolve(&name, door.permissions()).map_err(|problem| denied(&problem))?.reference;
        let asked = Asked::Embed { model: model.clone(), texts: texts.clone() };
        let tokens = texts.iter().map(|text| estimate::text_tokens(text)).sum();
        let tokens = Tokens { input: tokens, cached_input: 0, output: 0 };
        if let Source::Estimate = self.source {
            self.note_estimate(door, &model, tokens, self.cached::<Embeddings>(&model, &asked).is_some());
            let vectors = texts.iter().map(|_| vec![0.0]).collect();
            return Ok(Embeddings { vectors, usage: self.usage(&model, 1, tokens), model: model.to_string() });
        }
        let live = async || self.ask_embeddings(door, &model, &texts, tokens).await;
        self.answer(&asked, &model, live).await
    }

    async fn ask_chat(
        &self,
        door: &Door,
        model: &ModelReference,
        request: &ChatRequest,
    ) -> Result<ChatResponse, LlmError> {
        let provider = self.provider(model.provider()).map_err(|problem| LlmError::Denied(problem.to_string()))?;
        let validator = request.response_schema.as_ref().map(|schema| self.schemas.validator(schema)).transpose()?;
        let first = self.send_chat(door, &provider, model, request).await?;
        let Some(validator) = validator.filter(|_| first.tool_calls.is_empty()) else {
            let usage = self.usage(model, 1, first.tokens);
            return Ok(response(first, usage));
        };
        let problems = match structured::check(&validator, &first.text) {
            Ok(json) => {
                let usage = self.usage(model, 1, first.tokens);
                return Ok(response(WireReply { text: json, ..first }, usage));
            }
            Err(problems) => problems,
        };
        let repair = structured::repair(request, &first.text, &problems);
        let second = self.send_chat(door, &provider, model, &repair).await?;
        match structured::check(&validator, &second.text) {
            Ok(json) => {
                let tokens = first.tokens.plus(second.tokens);
                Ok(response(WireReply { text: json, ..second }, self.usage(model, 2, tokens)))
            }
            Err(problems) => {
                let cut = if second.finish_reason == FinishReason::Length {
                    "; it was cut off: raise max_tokens"
                } else {
                    ""
                };
                let tokens = first.tokens.plus(second.tokens);
                let usage = self.usage(model, 2, tokens);
                let reason = format!("{model} gave no valid JSON in two attempts: {}{cut}", problems.join("; "));
                Err(LlmError::InvalidReply { reason, usage })
            }
        }
    }

    /// One request to a chat model, in the strongest form that it understands, within the budgets.
    async fn send_chat(
        &self,
        door: &Door,
        provider: &Provider,
        model: &ModelReference,
        request: &ChatRequest,
    ) -> Result<WireReply, LlmError> {
        let mut reservation = self.reserve(door, model, estimate::most_tokens(request)).await?;
        let likely = estimate::likely_tokens(request).total();
        let mut structure = provider.structure(model.model(), request.response_schema.as_ref());
        loop {
            let protocol = provider.protocol;
            let wire = protocol
                .chat(&provider.options, model.model(), request, structure)
                .map_err(|unsupported| LlmError::InvalidRequest(format!("{model}: {unsupported}")))?;
            match provider.send(&self.meter, model, &wire, likely, |body| protocol.read_chat(body)).await {
                Ok(reply) => {
                    self.spend(&mut reservation, model, reply.tokens);
                    return Ok(reply);
                }
                Err(SendError::Failed(error)) => return Err(error),
                Err(SendError::RefusesStructure(problem)) => {
                    let schema = request.response_schema.as_ref();
                    match schema.and_then(|schema| provider.weaken_structure(model.model(), schema, structure)) {
                        Some(weaker) => structure = weaker,
                        None => return Err(LlmError::InvalidRequest(format!("{model} refused it ({problem})"))),
                    }
                }
            }
        }
    }

    async fn ask_embeddings(
        &self,
        door: &Door,
        model: &ModelReference,
        texts: &[String],
        tokens: Tokens,
    ) -> Result<Embeddings, LlmError> {
        let provider = self.provider(model.provider()).map_err(|problem| LlmError::Denied(problem.to_string()))?;
        let mut reservation = self.reserve(door, model, tokens).await?;
        let protocol = provider.protocol;
        let wire = protocol
            .embed(&provider.options, model.model(), texts)
            .map_err(|unsupported| LlmError::InvalidRequest(format!("{model}: {unsupported}")))?;
        let read = |body: &[u8]| protocol.read_embeddings(body, texts.len());
        match provider.send(&self.meter, model, &wire, tokens.total(), read).await {
            Ok(reply) => {
                self.spend(&mut reservation, model, reply.tokens);
                let usage = self.usage(model, 1, reply.tokens);
                Ok(Embeddings { vectors: reply.vectors, usage, model: reply.model })
            }
            Err(SendError::Failed(error)) => Err(error),
            Err(SendError::RefusesStructure(problem)) => {
                Err(LlmError::InvalidRequest(format!("{model} refused it ({problem})")))
            }
        }
    }

    async fn reserve(&self, door: &Door, model: &ModelReference, tokens: Tokens) -> Result<Reservation, LlmError> {
        let has_dollar_budget = self.config.budget.cost.is_some() || door.permissions().budget.cost.is_some();
        if has_dollar_budget && self.prices.price(model).is_none() {
            return Err(denied(&ModelProblem::NoPrice { reference: model.clone() }));
        }
        let amount = self.amount(model, tokens);
        match reserve(&[door.ledger().clone(), self.run_ledger.clone()], amount).await {
            Ok(reservation) => Ok(reservation),
            Err((ledger, over)) => {
                // A request that is larger than the whole budget says nothing of what others may still do.
                if Arc::ptr_eq(&ledger, &self.run_ledger) && ledger.could_hold(amount) {
                    self.over_budget.send_if_modified(|known| {
                        let is_first = known.is_none();
                        known.get_or_insert_with(|| over.to_string());
                        is_first
                    });
                }
                Err(LlmError::OverBudget(over.to_string()))
            }
        }
    }

    fn spend(&self, reservation: &mut Reservation, model: &ModelReference, tokens: Tokens) {
        let cost = self.prices.price(model).map(|price| price.of(tokens));
        self.meter.count(model, Event::Spent { tokens, cost });
        reservation.spend(self.amount(model, tokens));
    }

    fn amount(&self, model: &ModelReference, tokens: Tokens) -> Amount {
        Amount { cost: self.cost(model, tokens), tokens: tokens.total(), requests: 1 }
    }

    fn cost(&self, model: &ModelReference, tokens: Tokens) -> Cost {
        self.prices.price(model).map_or(Cost::ZERO, |price| price.of(tokens))
    }

    pub(super) fn usage(&self, model: &ModelReference, requests: u64, tokens: Tokens) -> Usage {
        Usage { requests, input_tokens: tokens.input, output_tokens: tokens.output, cost: self.cost(model, tokens) }
    }
}

fn denied(problem: &ModelProblem) -> LlmError {
    LlmError::Denied(problem.to_string().trim_end().to_owned())
}

pub(super) fn response(reply: WireReply, usage: Usage) -> ChatResponse {
    let WireReply { text, tool_calls, model, finish_reason, .. } = reply;
    ChatResponse { text, tool_calls, usage, model, finish_reason }
}

/// What the request leaves open, the operator's settings of the model say.
fn fill_in(request: &mut ChatRequest, model: &ModelConfig) -> Result<(), LlmError> {
    request.max_tokens = request.max_tokens.or(model.max_tokens);
    request.temperature = request.temperature.or(model.temperature);
    request.parameters = parameters::merge(model.parameters.as_ref(), request.parameters.as_ref())?;
    Ok(())
}

//! The way out of the sandbox: what a plugin asks is checked, answered from what is kept, or sent.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scorebox_core::{Cost, Digest, Usage};
use scorebox_engine::{ChatRequest, ChatResponse, Embeddings, FinishReason, HttpError, HttpRequest, HttpResponse, LlmError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::config::{GatewayConfig, ModelConfig, Permissions, Replies};
use crate::door::Door;
use crate::estimate;
use crate::http::{HttpClients, check};
use crate::model::ModelReference;
use crate::provider::{Provider, ProviderProblem, SendError};
use crate::providers::{Tokens, WireReply};
use crate::replies::{Asked, Cassette, CassetteError, HttpReply, Recorder, ReplyCache};
use crate::spending::{Amount, Event, Ledger, Meter, MeterReading, PriceTable, Reservation, reserve};
use crate::structured::{self, Schemas};

/// Everything that leaves the sandbox of a run leaves through here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    config: GatewayConfig,
    source: Source,
    cache: Option<ReplyCache>,
    prices: PriceTable,
    meter: Meter,
    run_ledger: Arc<Ledger>,
    over_budget: watch::Sender<Option<String>>,
    providers: Mutex<HashMap<String, Result<Arc<Provider>, ProviderProblem>>>,
    http: HttpClients,
    schemas: Schemas,
    asking: Asking,
    estimates: Mutex<BTreeMap<(String, String), Estimate>>,
    write_problem: Mutex<Option<String>>,
}

/// Where replies come from.
#[derive(Debug)]
enum Source {
    Live,
    Record(Recorder),
    Replay { cassette: Cassette, path: PathBuf },
    Estimate,
}

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

/// Why a gateway cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The cassette cannot be used.
    #[error(transparent)]
    Cassette(#[from] CassetteError),
    /// The connections cannot be set up.
    #[error("connections cannot be set up: {0}")]
    Client(String),
}

/// Why a model cannot be used, found before the first row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelProblem {
    /// There is no such alias.
    #[error("there is no model `{name}`; add it to scorebox.toml, for instance:\n\n  [models]\n  {name} = \"openai:/gpt-4o-mini\"\n")]
    Unknown {
        /// The name that the plugin uses.
        name: String,
    },
    /// The plugin may not use it.
    #[error("the model `{name}` is not granted to this plugin; to grant it, add to scorebox.toml:\n\n  [permissions]\n  models = [\"{name}\"]\n")]
    NotGranted {
        /// The name that the plugin uses.
        name: String,
    },
    /// Its provider cannot be used.
    #[error("the model `{name}` ({reference}) cannot be used: {problem}")]
    Provider {
        /// The name that the plugin uses.
        name: String,
        /// The model.
        reference: ModelReference,
        /// Why.
        problem: ProviderProblem,
    },
    /// A budget in dollars needs a price.
    #[error(
        "no price of {reference} is known, so a budget in dollars cannot be kept; add it to scorebox.toml, in dollars \
         for a million tokens:\n\n  [prices]\n  \"{reference}\" = {{ input = 1.0, output = 2.0 }}\n"
    )]
    NoPrice {
        /// The model.
        reference: ModelReference,
    },
}

/// What came of asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<R, E> {
    Reply(R),
    Error(E),
}

impl<R, E> From<Outcome<R, E>> for Result<R, E> {
    fn from(outcome: Outcome<R, E>) -> Self {
        match outcome {
            Outcome::Reply(reply) => Ok(reply),
            Outcome::Error(error) => Err(error),
        }
    }
}

impl Gateway {
    /// Sets a gateway up. Providers are set up when they are first asked for.
    pub fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        let source = match &config.replies {
            Replies::Live => Source::Live,
            Replies::Record(path) => Source::Record(Recorder::open(path)?),
            Replies::Replay(path) => Source::Replay { cassette: Cassette::read(path)?, path: path.clone() },
            Replies::Estimate => Source::Estimate,
        };
        let http = HttpClients::new(&config.lookup, config.http_timeout).map_err(GatewayError::Client)?;
        let inner = Inner {
            source,
            cache: config.cache_dir.as_deref().map(ReplyCache::new),
            prices: PriceTable::new(config.prices.clone()),
            meter: Meter::default(),
            run_ledger: Ledger::new("the run's budget", config.budget),
            over_budget: watch::channel(None).0,
            providers: Mutex::default(),
            http,
            schemas: Schemas::default(),
            asking: Asking::default(),
            estimates: Mutex::default(),
            write_problem: Mutex::default(),
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The way out for one scorer or predict function, by its name in the run.
    #[must_use]
    pub fn door(&self, function: &str, permissions: Permissions) -> Door {
        Door::new(self.clone(), function, permissions)
    }

    /// What happened so far.
    #[must_use]
    pub fn reading(&self) -> MeterReading {
        self.inner.meter.read()
    }

    /// Waits until a request does not fit into the run's budget any more, and says so.
    pub async fn over_budget(&self) -> String {
        let mut changes = self.inner.over_budget.subscribe();
        loop {
            if let Some(reason) = changes.borrow_and_update().clone() {
                return reason;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// What would be asked, by function and model; filled by [`Replies::Estimate`] only.
    #[must_use]
    pub fn estimates(&self) -> BTreeMap<(String, String), Estimate> {
        lock(&self.inner.estimates).clone()
    }

    /// Completes the cassette, if one is recorded. Also says what went wrong with keeping replies meanwhile.
    pub fn finish(&self) -> Result<(), GatewayError> {
        if let Source::Record(recorder) = &self.inner.source {
            recorder.finish()?;
        }
        Ok(())
    }

    /// The first reply that could not be kept, and why: results do not suffer, but asking again will cost again.
    #[must_use]
    pub fn write_problem(&self) -> Option<String> {
        lock(&self.inner.write_problem).clone()
    }

    /// Whether a model can be used by whoever has the permissions: it is there, granted, its provider has a key, and a
    /// budget has its price.
    pub fn check_model(&self, name: &str, permissions: &Permissions) -> Result<(), ModelProblem> {
        let model = self.inner.resolve(name, permissions)?;
        let reference = model.reference;
        let has_dollar_budget = self.inner.config.budget.cost.is_some() || permissions.budget.cost.is_some();
        if has_dollar_budget && self.inner.prices.price(&reference).is_none() {
            return Err(ModelProblem::NoPrice { reference });
        }
        match &self.inner.source {
            Source::Live | Source::Record(_) => self
                .inner
                .provider(reference.provider())
                .map(drop)
                .map_err(|problem| ModelProblem::Provider { name: name.to_owned(), reference, problem }),
            Source::Replay { .. } | Source::Estimate => Ok(()),
        }
    }

    /// The names in `[models]`.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &ModelReference)> {
        self.inner.config.models.iter().map(|(alias, model)| (alias.as_str(), &model.reference))
    }
}

impl Inner {
    /// The model behind a name that a plugin uses, if it may.
    fn resolve(&self, name: &str, permissions: &Permissions) -> Result<ModelConfig, ModelProblem> {
        let known = self.config.models.get(name).cloned();
        let model = known.or_else(|| name.parse::<ModelReference>().ok().map(ModelConfig::from));
        let model = model.ok_or_else(|| ModelProblem::Unknown { name: name.to_owned() })?;
        if permissions.models.iter().any(|granted| granted == name) {
            Ok(model)
        } else {
            Err(ModelProblem::NotGranted { name: name.to_owned() })
        }
    }

    fn provider(&self, name: &str) -> Result<Arc<Provider>, ProviderProblem> {
        let mut providers = lock(&self.providers);
        if let Some(provider) = providers.get(name) {
            return provider.clone();
        }
        let provider = Provider::new(name, self.config.providers.get(name), &self.config.lookup).map(Arc::new);
        providers.insert(name.to_owned(), provider.clone());
        provider
    }

    /// Asks a chat model on behalf of a door.
    pub(crate) async fn complete(&self, door: &Door, mut request: ChatRequest) -> Result<ChatResponse, LlmError> {
        let model = self.resolve(&request.model, door.permissions()).map_err(denied)?;
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
        let model = self.resolve(&name, door.permissions()).map_err(denied)?.reference;
        let asked = Asked::Embed { model: model.clone(), texts: texts.clone() };
        let tokens = texts.iter().map(|text| estimate::text_tokens(text)).sum();
        let tokens = Tokens { input: tokens, cached_input: 0, output: 0 };
        if let Source::Estimate = self.source {
            self.note_estimate(door, &model, tokens, self.cached::<Embeddings>(&asked).is_some());
            let vectors = texts.iter().map(|_| vec![0.0]).collect();
            return Ok(Embeddings { vectors, usage: self.usage(&model, 1, tokens), model: model.to_string() });
        }
        let live = async || self.ask_embeddings(door, &model, &texts, tokens).await;
        self.answer(&asked, &model, live).await
    }

    /// Sends an HTTP request on behalf of a door.
    pub(crate) async fn http(&self, door: &Door, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let grants = &door.permissions().http;
        check(grants, request.request.method(), request.request.uri())?;
        let asked = Asked::http(&request);
        let recorded: Option<Outcome<HttpReply, HttpError>> = match &self.source {
            Source::Estimate => {
                let peer = request.request.uri().host().unwrap_or_default().to_owned();
                lock(&self.estimates).entry((door.function().to_owned(), peer)).or_default().requests += 1;
                return Ok(HttpResponse { response: http::Response::new(bytes::Bytes::from_static(b"{}")) });
            }
            Source::Replay { cassette, path } => {
                let missing = || HttpError::Unavailable(missing_in(path, &asked));
                Some(cassette.outcome(asked.key()).ok_or_else(missing)?)
            }
            Source::Live | Source::Record(_) => None,
        };
        if let Some(outcome) = recorded {
            let reply: HttpReply = Result::from(outcome)?;
            let broken = || HttpError::Unavailable(format!("the cassette's reply to {} is none", asked.summary()));
            let response = reply.response().ok_or_else(broken)?;
            if response.body().len() as u64 > request.max_body_bytes {
                return Err(HttpError::BodyTooLarge(request.max_body_bytes));
            }
            return Ok(HttpResponse { response });
        }
        self.meter.count_http();
        let outcome = self.http.send(grants, &request).await;
        if let Source::Record(recorder) = &self.source
            && !matches!(outcome, Err(HttpError::Denied(_)))
        {
            let written = match &outcome {
                Ok(response) => recorder.add(&asked, &Outcome::<_, HttpError>::Reply(HttpReply::of(response))),
                Err(error) => recorder.add(&asked, &Outcome::<HttpReply, _>::Error(error)),
            };
            self.note_write(written);
        }
        Ok(HttpResponse { response: outcome? })
    }

    /// Answers from the cassette or the cache, or else asks, and keeps the reply.
    async fn answer<R: Serialize + DeserializeOwned + Clone>(
        &self,
        asked: &Asked,
        model: &ModelReference,
        ask: impl AsyncFnOnce() -> Result<R, LlmError>,
    ) -> Result<R, LlmError> {
        let key = asked.key();
        if let Source::Replay { cassette, path } = &self.source {
            let recorded: Option<Outcome<R, LlmError>> = cassette.outcome(key);
            let outcome = recorded.ok_or_else(|| LlmError::Unavailable(missing_in(path, asked)))?;
            self.meter.count(model, Event::FromCassette);
            return outcome.into();
        }
        if self.cache.is_none() && matches!(self.source, Source::Live) {
            return ask().await;
        }
        // Whoever asks the same meanwhile waits for this reply.
        let _turn = self.asking.turn(key).await;
        if let Source::Record(recorder) = &self.source
            && let Some(Outcome::Reply(reply)) = recorder.outcome::<Outcome<R, LlmError>>(key)
        {
            self.meter.count(model, Event::FromCassette);
            return Ok(reply);
        }
        let outcome = match self.read_cache(model, asked).await {
            Some(reply) => {
                self.meter.count(model, Event::FromCache);
                Ok(reply)
            }
            None => {
                let outcome = ask().await;
                if let Ok(reply) = &outcome {
                    self.write_cache(model, asked, reply).await;
                }
                outcome
            }
        };
        if let Source::Record(recorder) = &self.source
            && !matches!(outcome, Err(LlmError::Denied(_) | LlmError::OverBudget(_)))
        {
            let written = match &outcome {
                Ok(reply) => recorder.add(asked, &Outcome::<_, LlmError>::Reply(reply)),
                Err(error) => recorder.add(asked, &Outcome::<R, _>::Error(error)),
            };
            self.note_write(written);
        }
        outcome
    }

    async fn read_cache<R: DeserializeOwned>(&self, model: &ModelReference, asked: &Asked) -> Option<R> {
        let (cache, key) = (self.cache.clone()?, self.cache_key(model, asked));
        // JSON is parsed here, because `R` need not be sendable to another thread.
        let text: Option<scorebox_core::Json> = tokio::task::spawn_blocking(move || cache.read(key)).await.ok()?;
        text?.to().ok()
    }

    async fn write_cache(&self, model: &ModelReference, asked: &Asked, reply: &impl Serialize) {
        let Some(cache) = self.cache.clone() else { return };
        let (key, asked) = (self.cache_key(model, asked), asked.clone());
        let Ok(reply) = scorebox_core::Json::from_value(reply) else { return };
        let written = tokio::task::spawn_blocking(move || cache.write(key, &asked, &reply)).await;
        if let Ok(written) = written {
            self.note_write(written);
        }
    }

    fn cached<R: DeserializeOwned>(&self, asked: &Asked) -> Option<R> {
        let model = match asked {
            Asked::Chat(request) => request.model.parse().ok()?,
            Asked::Embed { model, .. } => model.clone(),
            Asked::Http { .. } => return None,
        };
        self.cache.as_ref()?.read(self.cache_key(&model, asked))
    }

    /// The cache outlives the config: the same name may stand for another server in another project.
    fn cache_key(&self, model: &ModelReference, asked: &Asked) -> Digest {
        let config = self.config.providers.get(model.provider());
        let base_url = config.and_then(|config| config.base_url.as_deref()).unwrap_or_default();
        Digest::of(format!("{base_url}\n{}", asked.key()).as_bytes())
    }

    fn note_write<E: std::fmt::Display>(&self, written: Result<(), E>) {
        if let Err(error) = written {
            lock(&self.write_problem).get_or_insert_with(|| error.to_string());
        }
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
                let cut = if second.finish_reason == FinishReason::Length { "; it was cut off: raise max_tokens" } else { "" };
                Err(LlmError::InvalidReply(format!("{model} gave no valid JSON in two attempts: {}{cut}", problems.join("; "))))
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
        let mut structure = provider.structure(model.model());
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
                Err(SendError::RefusesStructure(problem)) => match provider.weaken_structure(model.model(), structure) {
                    Some(weaker) if request.response_schema.is_some() => structure = weaker,
                    _ => return Err(LlmError::InvalidRequest(format!("{model} refused it ({problem})"))),
                },
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
        let amount = self.amount(model, tokens);
        match reserve(&[door.ledger().clone(), self.run_ledger.clone()], amount).await {
            Ok(reservation) => Ok(reservation),
            Err((ledger, over)) => {
                if Arc::ptr_eq(&ledger, &self.run_ledger) {
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

    fn usage(&self, model: &ModelReference, requests: u64, tokens: Tokens) -> Usage {
        Usage { requests, input_tokens: tokens.input, output_tokens: tokens.output, cost: self.cost(model, tokens) }
    }

    /// The cached reply, or one of the right form; either way it is counted.
    fn estimated_reply(&self, door: &Door, asked: &Asked, request: &ChatRequest, model: &ModelReference) -> ChatResponse {
        let tokens = estimate::likely_tokens(request);
        let cached: Option<ChatResponse> = self.cached(asked);
        self.note_estimate(door, model, tokens, cached.is_some());
        cached.unwrap_or_else(|| {
            let text = estimate::made_up_reply(request.response_schema.as_ref());
            let (tool_calls, finish_reason) = (Vec::new(), FinishReason::Stop);
            let reply = WireReply { text, tool_calls, tokens, model: model.to_string(), finish_reason };
            response(reply, self.usage(model, 1, tokens))
        })
    }

    fn note_estimate(&self, door: &Door, model: &ModelReference, tokens: Tokens, is_cached: bool) {
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

fn denied(problem: ModelProblem) -> LlmError {
    LlmError::Denied(problem.to_string().trim_end().to_owned())
}

fn missing_in(path: &std::path::Path, asked: &Asked) -> String {
    format!("the cassette {} has no reply for what was asked: {}; record it with --record", path.display(), asked.summary())
}

fn response(reply: WireReply, usage: Usage) -> ChatResponse {
    let WireReply { text, tool_calls, model, finish_reason, .. } = reply;
    ChatResponse { text, tool_calls, usage, model, finish_reason }
}

/// What the request leaves open, the operator's settings of the model say.
fn fill_in(request: &mut ChatRequest, model: &ModelConfig) -> Result<(), LlmError> {
    request.max_tokens = request.max_tokens.or(model.max_tokens);
    request.temperature = request.temperature.or(model.temperature);
    if let Some(defaults) = &model.parameters {
        type Object = serde_json::Map<String, serde_json::Value>;
        let invalid = |error: scorebox_core::InvalidJson| LlmError::InvalidRequest(format!("parameters: {error}"));
        let mut merged: Object = defaults.to().map_err(invalid)?;
        if let Some(own) = &request.parameters {
            merged.extend(own.to::<Object>().map_err(invalid)?);
        }
        request.parameters = Some(scorebox_core::Json::from_value(&merged).map_err(invalid)?);
    }
    Ok(())
}

/// What is being asked at the moment, so that nothing is asked twice at once.
#[derive(Debug, Default)]
struct Asking(Mutex<HashMap<Digest, Arc<tokio::sync::Mutex<()>>>>);

/// One's turn to ask something; those who want the same come after it ends.
struct Turn<'a> {
    asking: &'a Asking,
    key: Digest,
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Asking {
    async fn turn(&self, key: Digest) -> Turn<'_> {
        let mutex = lock(&self.0).entry(key).or_default().clone();
        Turn { asking: self, key, _guard: mutex.lock_owned().await }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut asking = lock(&self.asking.0);
        // One in the map, one in this turn; more means that somebody waits.
        if asking.get(&self.key).is_some_and(|mutex| Arc::strong_count(mutex) <= 2) {
            asking.remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! One provider: its connections, its key, its pace, and how a failed attempt is repeated.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Client;
use scorebox_core::{Digest, Json};
use scorebox_engine::LlmError;
use url::Url;

use crate::config::ProviderConfig;
use crate::model::ModelReference;
use crate::net::{ClientOptions, HeadStart, Lookup, Target, TransportError, build_client, describe, read_body};
use crate::pace::{AdaptiveLimit, Place, RateLimits, RetryPolicy, retry_after};
use crate::providers::presets::{BEDROCK, names, preset};
use crate::providers::{Protocol, Refusal, Structure, Unreadable, WireOptions, WireRequest};
use crate::secret::{Redactor, SecretProblem, SecretSource};
use crate::spending::{Event, Meter};

/// Beyond so many schemas, what was found out is forgotten: a plugin may make one for every row.
const MAX_STRUCTURES: usize = 1_024;
/// The most that a provider's reply may have.
const MAX_REPLY_BYTES: u64 = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
const DEFAULT_GIVE_UP_AFTER: Duration = Duration::from_secs(240);
const DEFAULT_RETRIES: u32 = 7;
/// More requests at once than this only wait for each other.
const DEFAULT_CONCURRENCY: usize = 4096;

/// Why a provider cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderProblem {
    /// There is no such provider.
    #[error("there is no provider `{name}`; {}", unknown_advice(name, nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// It is known, but not reachable in a way that Scorebox speaks; the text says what to use instead.
    #[error("{0}")]
    NotSupported(&'static str),
    /// It has no base URL.
    #[error("the provider `{name}` has no base URL; add base_url = \"https://…\" to [providers.{name}]")]
    NoBaseUrl {
        /// The name.
        name: String,
    },
    /// Its key cannot be read.
    #[error(
        "the provider `{name}` has no key: {problem}; set it, or name another place with api_key_env = \"…\" or \
         api_key_file = \"…\" in [providers.{name}]"
    )]
    Key {
        /// The name.
        name: String,
        /// Why.
        problem: SecretProblem,
    },
    /// A setting is wrong.
    #[error("[providers.{name}] {setting}: {reason}")]
    Setting {
        /// The name.
        name: String,
        /// The key in the file.
        setting: &'static str,
        /// What is wrong.
        reason: String,
    },
}

fn unknown_advice(name: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!(
            "known are {}; describe another one in [providers.{name}] with base_url = \"https://…\"",
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

pub(crate) struct Provider {
    name: String,
    pub(crate) protocol: Protocol,
    pub(crate) options: WireOptions,
    base_url: Url,
    headers: HeaderMap,
    client: Client,
    head_start: HeadStart,
    limit: AdaptiveLimit,
    rate: RateLimits,
    retry: RetryPolicy,
    timeout: Duration,
    give_up_after: Duration,
    redactor: Redactor,
    strongest_structure: Structure,
    /// The way of asking for JSON that each model was found to understand, by its name and the schema: what is wrong with one
    /// schema must not weaken how others are asked for.
    structures: Mutex<HashMap<(String, Digest), Structure>>,
}

/// Why a provider gave no reply in the end.
#[derive(Debug)]
pub(crate) enum SendError {
    /// A weaker way of asking for JSON may do.
    RefusesStructure(String),
    Failed(LlmError),
}

/// Why one attempt failed.
enum Attempt {
    /// Once more, perhaps not before so long.
    Again {
        problem: String,
        wait: Option<Duration>,
    },
    Final(SendError),
}

impl Provider {
    /// Sets up a provider from what the operator says and the preset of its name.
    pub(crate) fn new(
        name: &str,
        config: Option<&ProviderConfig>,
        lookup: &Arc<dyn Lookup>,
    ) -> Result<Self, ProviderProblem> {
        let preset = preset(name);
        let none = ProviderConfig::default();
        let known = config.is_some() || preset.is_some();
        let config = config.unwrap_or(&none);
        if !known {
            return Err(unknown(name));
        }
        let setting = |setting, reason: String| ProviderProblem::Setting { name: name.to_owned(), setting, reason };
        let base_url = config.base_url.as_deref().or_else(|| preset.and_then(|preset| preset.base_url));
        let base_url = base_url.ok_or_else(|| ProviderProblem::NoBaseUrl { name: name.to_owned() })?;
        let base_url = Url::parse(base_url)
            .map_err(|error| setting("base_url", format!("{base_url:?} is no URL such as https://host/v1: {error}")))?;
        let target = Target::of(&base_url).map_err(|reason| setting("base_url", reason))?;
        let protocol = config.protocol.or_else(|| preset.map(|preset| preset.protocol)).unwrap_or(Protocol::OpenAi);

        let mut headers = HeaderMap::new();
        for (header, value) in &config.headers {
            let header: HeaderName =
                header.parse().map_err(|_| setting("headers", format!("{header:?} is no header's name")))?;
            let value = HeaderValue::from_str(value)
                .map_err(|_| setting("headers", format!("the value of {header} is none")))?;
            headers.insert(header, value);
        }
        let mut redactor = Redactor::default();
        let preset_key =
            || preset.and_then(|preset| preset.key_variable).map(|name| SecretSource::Environment(name.into()));
        let key = config.key.clone().or_else(preset_key).filter(|_| !config.no_key);
        if let Some(source) = key {
            let secret = source.read().map_err(|problem| ProviderProblem::Key { name: name.to_owned(), problem })?;
            redactor.add(&secret);
            let (header, prefix) = protocol.key_header();
            let malformed =
                |_| ProviderProblem::Key { name: name.to_owned(), problem: SecretProblem::Malformed(source) };
            headers.insert(header, secret.header(prefix).map_err(malformed)?);
        }

        if let Some(proxy) = &config.proxy
            && Url::parse(proxy).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
        {
            let reason = "a user name or password does not belong into a config, which runs keep".to_owned();
            return Err(setting("proxy", reason));
        }
        // An operator who writes a local address means it.
        let is_local = target.is_local();
        let client = build_client(&ClientOptions {
            lookup: lookup.clone(),
            // Behind a proxy, only the proxy's own name is resolved here, and proxies are in one's own network.
            allows_private: config.private || is_local || config.proxy.is_some(),
            connect_timeout: CONNECT_TIMEOUT,
            ca_file: config.ca_file.clone(),
            proxy: config.proxy.clone(),
        })
        .map_err(|reason| setting("ca_file or proxy", reason))?;
        Ok(Self {
            name: name.to_owned(),
            protocol,
            options: match preset {
                Some(preset) => preset.wire_options(config.api_version.clone()),
                None => WireOptions { api_version: config.api_version.clone(), ..WireOptions::default() },
            },
            base_url,
            headers,
            client,
            head_start: HeadStart::default(),
            limit: AdaptiveLimit::new(config.concurrency.unwrap_or(DEFAULT_CONCURRENCY)),
            rate: RateLimits::new(
                config.requests_per_minute.and_then(NonZeroU32::new),
                config.tokens_per_minute.and_then(NonZeroU32::new),
            ),
            retry: RetryPolicy { retries: config.retries.unwrap_or(DEFAULT_RETRIES) },
            timeout: config.timeout.unwrap_or(DEFAULT_TIMEOUT),
            give_up_after: config.give_up_after.unwrap_or(DEFAULT_GIVE_UP_AFTER),
            redactor,
            strongest_structure: preset.map_or(Structure::Schema, |preset| preset.strongest_structure),
            structures: Mutex::default(),
        })
    }

    /// The same provider with another number of retries.
    pub(crate) fn with_retries(self, retries: u32) -> Self {
        Self { retry: RetryPolicy { retries }, ..self }
    }

    /// The way of asking a model for JSON of a schema: the strongest that it has not refused.
    pub(crate) fn structure(&self, model: &str, schema: Option<&Json>) -> Structure {
        let known = schema.and_then(|schema| self.structures().get(&structure_key(model, schema)).copied());
        known.unwrap_or(self.strongest_structure)
    }

    /// Remembers that a model refused a way of asking for JSON of a schema; answers a weaker one.
    pub(crate) fn weaken_structure(&self, model: &str, schema: &Json, refused: Structure) -> Option<Structure> {
        let weaker = self.protocol.weaker(refused)?;
        let mut structures = self.structures();
        if structures.len() >= MAX_STRUCTURES {
            structures.clear();
        }
        let known = structures.entry(structure_key(model, schema)).or_insert(weaker);
        // Meanwhile, another request may have found out more.
        *known = weaker.max(*known);
        Some(*known)
    }

    fn structures(&self) -> std::sync::MutexGuard<'_, HashMap<(String, Digest), Structure>> {
        self.structures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request until there is a reply, as often and as fast as allowed. `tokens` is what it will take, about.
    pub(crate) async fn send<T>(
        &self,
        meter: &Meter,
        model: &ModelReference,
        request: &WireRequest,
        tokens: u64,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, SendError> {
        let url = self.url(&request.path).map_err(|reason| SendError::Failed(LlmError::InvalidRequest(reason)))?;
        let body = Bytes::from(request.body.to_string());
        // Waiting for one's turn does not count: it says nothing of the provider.
        let mut left = self.give_up_after;
        let mut delays = self.retry.delays();
        let mut last_problem: Option<String> = None;
        loop {
            self.rate.wait(tokens).await;
            let place = self.limit.place().await;
            meter.count(model, Event::Sent { is_retry: last_problem.is_some() });
            let began = Instant::now();
            let attempt = self.attempt(place, meter, model, &url, request, body.clone(), &read);
            let (problem, wait) = match tokio::time::timeout(left, attempt).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(Attempt::Final(error))) => return Err(error),
                Ok(Err(Attempt::Again { problem, wait })) => (problem, wait),
                Err(_) => return Err(self.gave_up(last_problem)),
            };
            let Some(delay) = delays.next() else { return Err(self.exhausted(&problem)) };
            // A provider that says when it can be asked again knows better than a rule; a little of the rule keeps those who
            // were told the same from coming back together, and those who were told nothing useful from coming at once.
            let delay = wait.map_or(delay, |wait| wait + delay / 16);
            left = left.saturating_sub(began.elapsed()).saturating_sub(delay);
            if left.is_zero() {
                return Err(self.gave_up(Some(match wait {
                    Some(wait) => format!("{problem}, and asks to wait {} s", wait.as_secs_f64()),
                    None => problem,
                })));
            }
            last_problem = Some(problem);
            tokio::time::sleep(delay).await;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all of one request, and called from one place")]
    async fn attempt<T>(
        &self,
        place: Place<'_>,
        meter: &Meter,
        model: &ModelReference,
        url: &Url,
        request: &WireRequest,
        body: Bytes,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, Attempt> {
        let exchange = self.exchange(url, request, body);
        let again =
            |problem: String| Attempt::Again { problem: self.redactor.redact(&problem).into_owned(), wait: None };
        let (status, headers, body) = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                place.failed();
                return Err(match error {
                    TransportError::AddressRefused(refused) => {
                        Attempt::Final(SendError::Failed(LlmError::Denied(format!(
                            "{refused}; where {} really is there, add private = true to [providers.{}]",
                            self.name, self.name
                        ))))
                    }
                    TransportError::TooLarge(_) => {
                        Attempt::Final(SendError::Failed(self.unavailable(&error.to_string())))
                    }
                    error => again(error.to_string()),
                });
            }
            Err(_) => {
                place.failed();
                return Err(again(format!("no answer within {} s", self.timeout.as_secs_f64())));
            }
        };
        if (200..300).contains(&status) {
            return match read(&body) {
                Ok(reply) => {
                    place.succeeded();
                    Ok(reply)
                }
                Err(unreadable) => {
                    place.failed();
                    // What is quoted of a body is cut short, and half a key would not be found in it.
                    let redacted = self.redactor.redact_bytes(&body);
                    let unreadable = redacted.and_then(|body| read(&body).err()).unwrap_or(unreadable);
                    Err(again(unreadable.to_string()))
                }
            };
        }
        let redacted = self.redactor.redact_bytes(&body);
        let refusal = self.protocol.refusal(status, redacted.as_deref().unwrap_or(&body));
        let problem = self.redactor.redact(&format!("{status}: {}", refusal.message)).into_owned();
        if status == 429 {
            meter.count(model, Event::RateLimited);
        }
        if status == 429 && !refusal.is_final {
            place.was_limited();
        } else {
            place.failed();
        }
        if is_transient(status) && !refusal.is_final {
            let wait = retry_after(&headers, SystemTime::now()).or(refusal.retry_after);
            return Err(Attempt::Again { problem, wait });
        }
        Err(Attempt::Final(self.refused(status, &refusal, problem)))
    }

    async fn exchange(
        &self,
        url: &Url,
        request: &WireRequest,
        body: Bytes,
    ) -> Result<(u16, HeaderMap, Bytes), TransportError> {
        let sent = self
            .client
            .post(url.clone())
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, "application/json")
            .headers(request.headers.clone())
            .headers(self.headers.clone())
            .body(body);
        // Without TLS, nothing would be shared: that is HTTP/1.1.
        let first = if url.scheme() == "https" { self.head_start.turn().await } else { None };
        let mut response = sent.send().await.map_err(|error| describe(&error))?;
        drop(first);
        let body = read_body(&mut response, MAX_REPLY_BYTES).await?;
        Ok((response.status().as_u16(), std::mem::take(response.headers_mut()), body))
    }

    /// The base URL with a path behind it; a query of the base URL stays.
    fn url(&self, path: &str) -> Result<Url, String> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        // Anthropic's API is written with and without its version.
        let base = self.base_url.path().trim_end_matches('/');
        let base = if path.starts_with("/v1/") { base.trim_end_matches("/v1") } else { base };
        let mut url = self.base_url.clone();
        url.set_path(&format!("{base}{path}"));
        let query: Vec<_> = self.base_url.query().into_iter().chain(query).collect();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        // A model's name is a guest's text: it must not lead elsewhere.
        if url.path().starts_with(base) { Ok(url) } else { Err("the model's name is no part of a path".into()) }
    }

    fn refused(&self, status: u16, refusal: &Refusal, problem: String) -> SendError {
        let name = &self.name;
        match status {
            _ if refusal.refuses_structure => SendError::RefusesStructure(problem),
            _ if refusal.refuses_key || matches!(status, 401 | 403) => {
                SendError::Failed(LlmError::Unavailable(format!(
                    "{name} refused the key ({problem}); look at api_key_env or api_key_file of [providers.{name}]"
                )))
            }
            400 | 404 | 413 | 422 => {
                SendError::Failed(LlmError::InvalidRequest(format!("{name} refused it ({problem})")))
            }
            300..400 => SendError::Failed(LlmError::Unavailable(format!(
                "{name} answered with a redirect ({problem}), which is not followed; look at base_url of [providers.{name}]"
            ))),
            _ => SendError::Failed(self.unavailable(&problem)),
        }
    }

    fn unavailable(&self, problem: &str) -> LlmError {
        LlmError::Unavailable(format!("{} ({problem})", self.name))
    }

    fn exhausted(&self, problem: &str) -> SendError {
        let attempts = match self.retry.retries {
            0 => "failed with".to_owned(),
            retries => format!("failed {} times, at last with", u64::from(retries) + 1),
        };
        SendError::Failed(LlmError::Unavailable(format!("{} {attempts} {problem}", self.name)))
    }

    fn gave_up(&self, last_problem: Option<String>) -> SendError {
        let last = last_problem.map_or_else(String::new, |problem| format!("; its last answer was {problem}"));
        let seconds = self.give_up_after.as_secs_f64();
        SendError::Failed(LlmError::Timeout(format!("{} gave no reply within {seconds} s{last}", self.name)))
    }
}

fn structure_key(model: &str, schema: &Json) -> (String, Digest) {
    (model.to_owned(), Digest::of(schema.as_str().as_bytes()))
}

/// Whether the same request may do better later (RFC 9110, 6585, 8470; 529 is Anthropic's *overloaded*, 520 to
/// 524 are Cloudflare's).
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=524 | 529)
}

fn unknown(name: &str) -> ProviderProblem {
    if name == "bedrock" {
        return ProviderProblem::NotSupported(BEDROCK);
    }
    let nearest = names().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    let nearest = nearest.filter(|(distance, _)| *distance <= 2).map(|(_, known)| known.to_owned());
    ProviderProblem::Unknown { name: name.to_owned(), nearest }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Provider").field("name", &self.name).finish_non_exhaustive()
    }
}

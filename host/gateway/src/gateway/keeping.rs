//! Replies that are kept: taken from a cassette or the cache, or else asked for once and put there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use scorebox_core::{Digest, Json};
use scorebox_engine::{HttpError, HttpRequest, HttpResponse, LlmError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Inner, Source, lock};
use crate::door::Door;
use crate::http::{HttpClients, check};
use crate::model::ModelReference;
use crate::net::HttpGrant;
use crate::replies::{Asked, HttpReply, Outcome};
use crate::spending::Event;

impl Inner {
    /// Sends an HTTP request on behalf of a door.
    pub(crate) async fn http(&self, door: &Door, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let grants = &door.permissions().http;
        check(grants, request.request.method(), request.request.uri())?;
        let asked = Asked::http(&request);
        let recorder = match &self.source {
            Source::Live => return Ok(HttpResponse { response: self.send_http(grants, &request).await? }),
            Source::Estimate => {
                let peer = request.request.uri().host().unwrap_or_default().to_owned();
                lock(&self.estimates).entry((door.function().to_owned(), peer)).or_default().requests += 1;
                return Ok(HttpResponse { response: http::Response::new(bytes::Bytes::from_static(b"{}")) });
            }
            Source::Replay { cassette, path } => {
                let outcome = cassette.outcome(asked.key());
                let outcome = outcome.ok_or_else(|| HttpError::Unavailable(missing_in(path, &asked)))?;
                return recorded_response(outcome, &asked, request.max_body_bytes);
            }
            Source::Record(recorder) => recorder,
        };
        // Whoever sends the same meanwhile gets the same: a replay could not tell them apart.
        let key = asked.key();
        let _turn = self.asking.turn(key).await;
        if let Some(outcome) = recorder.kept(key) {
            return recorded_response(outcome, &asked, request.max_body_bytes);
        }
        let outcome = self.send_http(grants, &request).await;
        let written = match &outcome {
            Ok(response) => recorder.add(&asked, &Outcome::<_, HttpError>::Reply(HttpReply::of(response))),
            Err(error) => recorder.add(&asked, &Outcome::<HttpReply, _>::Error(error)),
        };
        self.note_write(written);
        Ok(HttpResponse { response: outcome? })
    }

    async fn send_http(
        &self,
        grants: &[HttpGrant],
        request: &HttpRequest,
    ) -> Result<http::Response<bytes::Bytes>, HttpError> {
        let clients = self.http.get_or_init(|| HttpClients::new(&self.config.lookup, self.config.http_timeout));
        let clients = clients.as_ref().map_err(|reason| HttpError::Unavailable(reason.clone()))?;
        let outcome = clients.send(grants, request).await;
        if !matches!(outcome, Err(HttpError::Denied(_))) {
            self.meter.count_http();
        }
        outcome
    }

    /// Answers from the cassette or the cache, or else asks, and keeps the reply.
    pub(super) async fn answer<R: Serialize + DeserializeOwned>(
        &self,
        asked: &Asked,
        model: &ModelReference,
        ask: impl AsyncFnOnce() -> Result<R, LlmError>,
    ) -> Result<R, LlmError> {
        if self.cache.is_none() && matches!(self.source, Source::Live) {
            return ask().await;
        }
        let key = asked.key();
        if let Source::Replay { cassette, path } = &self.source {
            let recorded: Option<Outcome<R, LlmError>> = cassette.outcome(key);
            let outcome = recorded.ok_or_else(|| LlmError::Unavailable(missing_in(path, asked)))?;
            self.meter.count(model, Event::FromCassette);
            return outcome.into();
        }
        // Whoever asks the same meanwhile waits for this reply.
        let _turn = self.asking.turn(key).await;
        if let Source::Record(recorder) = &self.source
            && let Some(outcome) = recorder.kept::<R, LlmError>(key)
        {
            self.meter.count(model, Event::FromCassette);
            return outcome.into();
        }
        let cache_key = self.cache_key(model, key);
        let outcome = match self.read_cache(cache_key).await {
            Some(reply) => {
                self.meter.count(model, Event::FromCache);
                Ok(reply)
            }
            None => {
                let outcome = ask().await;
                if let Ok(reply) = &outcome {
                    self.write_cache(cache_key, asked, reply).await;
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

    async fn read_cache<R: DeserializeOwned>(&self, key: Digest) -> Option<R> {
        let cache = self.cache.clone()?;
        // JSON is parsed here, because `R` need not be sendable to another thread.
        let text: Option<Json> = tokio::task::spawn_blocking(move || cache.read(key)).await.ok()?;
        text?.to().ok()
    }

    async fn write_cache(&self, key: Digest, asked: &Asked, reply: &impl Serialize) {
        let Some(cache) = self.cache.clone() else { return };
        let Ok(reply) = Json::from_value(reply) else { return };
        let asked = asked.clone();
        let written = tokio::task::spawn_blocking(move || cache.write(key, &asked, &reply)).await;
        if let Ok(written) = written {
            self.note_write(written);
        }
    }

    pub(super) fn cached<R: DeserializeOwned>(&self, model: &ModelReference, asked: &Asked) -> Option<R> {
        self.cache.as_ref()?.read(self.cache_key(model, asked.key()))
    }

    /// The cache outlives the config: the same name may stand for another server in another project.
    fn cache_key(&self, model: &ModelReference, key: Digest) -> Digest {
        let config = self.config.providers.get(model.provider());
        let server = config.map(|it| (&it.base_url, it.protocol, &it.api_version, &it.headers));
        Digest::of(format!("{server:?}\n{key}").as_bytes())
    }

    fn note_write<E: std::fmt::Display>(&self, written: Result<(), E>) {
        if let Err(error) = written {
            lock(&self.write_problem).get_or_insert_with(|| error.to_string());
        }
    }
}

fn recorded_response(
    outcome: Outcome<HttpReply, HttpError>,
    asked: &Asked,
    max_body_bytes: u64,
) -> Result<HttpResponse, HttpError> {
    let reply = Result::from(outcome)?;
    let broken = || HttpError::Unavailable(format!("the cassette's reply to {} is none", asked.summary()));
    let response = reply.response().ok_or_else(broken)?;
    if response.body().len() as u64 > max_body_bytes {
        return Err(HttpError::BodyTooLarge(max_body_bytes));
    }
    Ok(HttpResponse { response })
}

fn missing_in(path: &Path, asked: &Asked) -> String {
    format!(
        "the cassette {} has no reply for what was asked: {}; record it with --record",
        path.display(),
        asked.summary()
    )
}

/// What is being asked at the moment, so that nothing is asked twice at once.
#[derive(Debug, Default)]
pub(super) struct Asking(Mutex<HashMap<Digest, Arc<tokio::sync::Mutex<()>>>>);

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

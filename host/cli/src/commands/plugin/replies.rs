//! What the cases of a plugin are answered by models and HTTP peers: what was recorded, or what is recorded now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use futures::future::join_all;
use http::Uri;
use scorebox_engine::{
    CallSettings, Caller, ChatRequest, ChatResponse, Embeddings, HttpError, HttpRequest, HttpResponse, LlmError,
    Outgoing,
};
use scorebox_gateway::{Door, Gateway, GatewayConfig, HttpGrant, ModelReference, Permissions, Replies};

use crate::config::CaseModels;
use crate::exit::Stop;
use crate::terminal;

/// The recorded replies, beside the cases.
pub(super) const REPLIES_FILE: &str = "replies.jsonl";

/// What stands behind the names of models, beside the cases.
const MODELS_FILE: &str = "models.toml";

/// What the gateway calls the cases.
const DOOR_NAME: &str = "plugin test";

/// The way out for the cases of a plugin.
pub(super) struct CaseReplies {
    outgoing: Arc<dyn Outgoing>,
    /// What is recorded meanwhile; none where replies are replayed.
    recording: Option<Recorded>,
}

/// What a recording has to keep in the end.
struct Recorded {
    gateway: Gateway,
    /// Where the names of models are kept.
    models_file: PathBuf,
    /// The models that the command line named and the file does not.
    new_models: BTreeMap<String, ModelReference>,
}

impl CaseReplies {
    /// Replies come from the file in the folder. Nothing is reached, so that everything may be asked.
    pub(super) fn replay(folder: &Path, models: &[(String, ModelReference)]) -> Result<Self, Stop> {
        let mut known = CaseModels::load(&folder.join(MODELS_FILE)).map_err(Stop::input)?;
        known.add(models);
        let cassette = folder.join(REPLIES_FILE);
        if !cassette.is_file() {
            return Ok(Self { outgoing: Arc::new(NothingRecorded { cassette }), recording: None });
        }
        let gateway = gateway(&known, Replies::Replay(cassette))?;
        Ok(Self { outgoing: Arc::new(Replaying { gateway, known }), recording: None })
    }

    /// Models and peers are asked, as far as the command line and the file allow it, and what they answer is kept.
    pub(super) fn record(folder: &Path, models: &[(String, ModelReference)]) -> Result<Self, Stop> {
        let models_file = folder.join(MODELS_FILE);
        let mut known = CaseModels::load(&models_file).map_err(Stop::input)?;
        let new_models = known.add(models);
        let gateway = gateway(&known, Replies::Record(folder.join(REPLIES_FILE)))?;
        let permissions =
            Permissions { models: known.models.keys().cloned().collect(), http: known.http, ..Permissions::default() };
        for name in &permissions.models {
            gateway.check_model(name, &permissions).map_err(Stop::input)?;
        }
        let door = gateway.door(DOOR_NAME, permissions.clone());
        let outgoing = Arc::new(Recording { door, permissions, models_file: models_file.clone() });
        Ok(Self { outgoing, recording: Some(Recorded { gateway, models_file, new_models }) })
    }

    /// How the cases are called.
    pub(super) fn settings(&self) -> CallSettings {
        CallSettings { outgoing: self.outgoing.clone(), ..CallSettings::default() }
    }

    /// Completes what is recorded.
    pub(super) fn finish(&self) -> Result<(), Stop> {
        self.recording.as_ref().map_or(Ok(()), Recorded::finish)
    }
}

impl Recorded {
    /// Completes the file of replies. Without the names of the models they could not be found again, so these are kept
    /// too.
    fn finish(&self) -> Result<(), Stop> {
        self.gateway.finish().map_err(Stop::unfinished)?;
        if let Some(problem) = self.gateway.write_problem() {
            return Err(Stop::Unfinished(anyhow::anyhow!("not every reply could be kept: {problem}")));
        }
        if self.new_models.is_empty() {
            return Ok(());
        }
        let lines = toml::to_string(&BTreeMap::from([("models", &self.new_models)])).map_err(Stop::unfinished)?;
        if self.models_file.exists() {
            let file = self.models_file.display();
            terminal::warn(format_args!("to replay this without --model, put into {file}:\n{lines}"));
            return Ok(());
        }
        let text =
            format!("# The models that {REPLIES_FILE} was recorded with, by the names that the cases use.\n{lines}");
        let written = std::fs::write(&self.models_file, text);
        written.with_context(|| format!("{}: cannot be written", self.models_file.display())).map_err(Stop::Unfinished)
    }
}

fn gateway(known: &CaseModels, replies: Replies) -> Result<Gateway, Stop> {
    let config = GatewayConfig {
        models: known.models.clone(),
        providers: known.providers.clone(),
        replies,
        ..GatewayConfig::default()
    };
    Gateway::new(config).map_err(Stop::input)
}

/// Answers from what was recorded. Everything is granted, for nothing is reached.
#[derive(Debug)]
struct Replaying {
    gateway: Gateway,
    known: CaseModels,
}

impl Replaying {
    fn door(&self, model: &str) -> Result<Door, LlmError> {
        if !self.known.models.contains_key(model) && model.parse::<ModelReference>().is_err() {
            return Err(LlmError::Unavailable(format!(
                "nothing says which model stands behind `{model}`, so no recorded reply can be found; record with \
                 `scorebox plugin test --record --model {model}=PROVIDER:/MODEL`"
            )));
        }
        Ok(self.gateway.door(DOOR_NAME, Permissions { models: vec![model.to_owned()], ..Permissions::default() }))
    }
}

#[async_trait]
impl Outgoing for Replaying {
    async fn complete(&self, caller: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.door(&request.model)?.complete(caller, request).await
    }

    async fn complete_all(&self, caller: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        join_all(requests.into_iter().map(|request| self.complete(caller, request))).await
    }

    async fn embed(&self, caller: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        self.door(&model)?.embed(caller, model, texts).await
    }

    async fn admit_http(&self, _: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        grant_for(&request.uri).map(drop)
    }

    async fn http(&self, caller: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let grant = grant_for(request.request.uri())?.methods(vec![request.request.method().clone()]);
        let permissions = Permissions { http: vec![grant], ..Permissions::default() };
        self.gateway.door(DOOR_NAME, permissions).http(caller, request).await
    }
}

/// A grant of whom a request is sent to.
fn grant_for(uri: &Uri) -> Result<HttpGrant, HttpError> {
    let invalid = || HttpError::InvalidRequest(format!("{uri} is no http or https URL"));
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(invalid()) };
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    HttpGrant::parse(&format!("{scheme}://{host}")).map(HttpGrant::private).map_err(|_| invalid())
}

/// Asks whom the file and the command line allow, and says how to allow the others.
#[derive(Debug)]
struct Recording {
    door: Door,
    permissions: Permissions,
    models_file: PathBuf,
}

impl Recording {
    fn check(&self, model: &str) -> Result<(), LlmError> {
        if self.permissions.models.iter().any(|known| known == model) {
            return Ok(());
        }
        Err(LlmError::Denied(format!(
            "nothing says which model stands behind `{model}`; say so with `--model {model}=PROVIDER:/MODEL`, such as \
             `--model {model}=openai:/gpt-4o-mini`"
        )))
    }
}

#[async_trait]
impl Outgoing for Recording {
    async fn complete(&self, caller: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.check(&request.model)?;
        self.door.complete(caller, request).await
    }

    async fn complete_all(&self, caller: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        join_all(requests.into_iter().map(|request| self.complete(caller, request))).await
    }

    async fn embed(&self, caller: &Caller, model: String, texts: Vec<String>) -> Result<Embeddings, LlmError> {
        self.check(&model)?;
        self.door.embed(caller, model, texts).await
    }

    async fn admit_http(&self, caller: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        self.door.admit_http(caller, request).await.map_err(|error| match (error, &request.uri) {
            (HttpError::Denied(_), uri) => HttpError::Denied(format!(
                "{} {uri} is not granted while recording; to grant it, put into {}: http = [\"{}://{}\"]",
                request.method,
                self.models_file.display(),
                uri.scheme_str().unwrap_or("https"),
                uri.authority().map_or("", |authority| authority.as_str()),
            )),
            (error, _) => error,
        })
    }

    async fn http(&self, caller: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.door.http(caller, request).await
    }
}

/// There are no recorded replies.
#[derive(Debug)]
struct NothingRecorded {
    cassette: PathBuf,
}

impl NothingRecorded {
    fn message(&self, asked: &str) -> String {
        format!(
            "there is no recorded reply to {asked}: {} is not there; record it with `scorebox plugin test --record`",
            self.cassette.display()
        )
    }

    fn model(&self, model: &str) -> LlmError {
        LlmError::Unavailable(self.message(&format!("what `{model}` is asked")))
    }
}

#[async_trait]
impl Outgoing for NothingRecorded {
    async fn complete(&self, _: &Caller, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        Err(self.model(&request.model))
    }

    async fn complete_all(&self, _: &Caller, requests: Vec<ChatRequest>) -> Vec<Result<ChatResponse, LlmError>> {
        requests.iter().map(|request| Err(self.model(&request.model))).collect()
    }

    async fn embed(&self, _: &Caller, model: String, _: Vec<String>) -> Result<Embeddings, LlmError> {
        Err(self.model(&model))
    }

    async fn admit_http(&self, _: &Caller, request: &http::request::Parts) -> Result<(), HttpError> {
        Err(HttpError::Unavailable(self.message(&format!("{} {}", request.method, request.uri))))
    }

    async fn http(&self, _: &Caller, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.request;
        Err(HttpError::Unavailable(self.message(&format!("{} {}", request.method(), request.uri()))))
    }
}

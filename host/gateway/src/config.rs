use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, Method};
use scorebox_core::{Cost, Json};
use url::Url;

use crate::model::ModelReference;
use crate::net::{HttpGrant, Lookup, SystemLookup, Target, admit};
use crate::providers::Protocol;
use crate::secret::SecretSource;
use crate::spending::Price;

/// How a gateway is set up: everything that holds for all plugins of a run.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// What plugins may call a model by.
    pub models: BTreeMap<String, ModelConfig>,
    /// Who serves models, by name. A provider that is not here is set up by the built-in presets.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// How many times a failed attempt is repeated, whatever the provider's own setting is.
    pub retries: Option<u32>,
    /// Prices that come before those of the built-in table.
    pub prices: BTreeMap<ModelReference, Price>,
    /// What the whole run may spend.
    pub budget: Budget,
    /// Where replies come from.
    pub replies: Replies,
    /// The folder of the reply cache; none caches nothing.
    pub cache_dir: Option<PathBuf>,
    /// How long an HTTP exchange of a plugin may take where the plugin does not say; the deadline of its call is above both.
    pub http_timeout: Duration,
    /// Who resolves names.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            models: BTreeMap::new(),
            providers: BTreeMap::new(),
            retries: None,
            prices: BTreeMap::new(),
            budget: Budget::default(),
            replies: Replies::default(),
            cache_dir: None,
            http_timeout: Duration::from_secs(60),
            lookup: Arc::new(SystemLookup),
        }
    }
}

/// A model behind an alias, with what the operator says about its use.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// The model.
    pub reference: ModelReference,
    /// The most tokens that a reply may have, where the request does not say.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, where the request does not say.
    pub temperature: Option<f64>,
    /// Further inference parameters, an object; those of a request come first.
    pub parameters: Option<Json>,
}

impl From<ModelReference> for ModelConfig {
    fn from(reference: ModelReference) -> Self {
        Self { reference, max_tokens: None, temperature: None, parameters: None }
    }
}

/// Where a provider is and how it is treated. What is `None` is as the preset of that name says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderConfig {
    /// The API that it speaks; OpenAI's for a name that is no preset.
    pub protocol: Option<Protocol>,
    /// Where its API is, such as `https://api.openai.com/v1`.
    pub base_url: Option<String>,
    /// Where the key is.
    pub key: Option<SecretSource>,
    /// The key is not needed.
    pub no_key: bool,
    /// Azure: the version of the older API.
    pub api_version: Option<String>,
    /// Further headers, which are no secrets.
    pub headers: BTreeMap<String, String>,
    /// The most requests that are under way at once; it shrinks while the provider answers 429.
    pub concurrency: Option<usize>,
    /// The most requests in a minute.
    pub requests_per_minute: Option<u32>,
    /// The most tokens in a minute, read and written.
    pub tokens_per_minute: Option<u32>,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// How long a call may take with all its attempts and waiting.
    pub give_up_after: Option<Duration>,
    /// How many times a failed attempt is repeated.
    pub retries: Option<u32>,
    /// Whether its host may be at a private address; otherwise only where the base URL names such an address or localhost.
    pub private: bool,
    /// Certificates to trust beside the system's, as PEM.
    pub ca_file: Option<PathBuf>,
    /// A proxy to reach it through.
    pub proxy: Option<String>,
}

/// What may be spent. What a cache or a cassette answers spends nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Dollars.
    pub cost: Option<Cost>,
    /// Tokens, read and written.
    pub tokens: Option<u64>,
    /// Requests to models, each attempt at repair included, but not what is tried again after a failure.
    pub requests: Option<u64>,
}

/// Where replies come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Replies {
    /// From providers and peers.
    #[default]
    Live,
    /// The same, and everything is written to a cassette; what is in it already is not asked again.
    Record(PathBuf),
    /// From a cassette; nothing is ever sent.
    Replay(PathBuf),
    /// Made up, to count what would be sent; nothing is ever sent.
    Estimate,
}

/// What one scorer or predict function may reach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    /// Models, by the names that the plugin uses.
    pub models: Vec<String>,
    /// HTTP peers.
    pub http: Vec<HttpGrant>,
    /// What this function may spend of the run's budget.
    pub budget: Budget,
}

impl Permissions {
    /// The headers that the operator adds to requests to a URL, if these are granted at all, whatever their method;
    /// otherwise the text says how to grant them.
    pub(crate) fn granted_headers(&self, url: &str) -> Result<Vec<(HeaderName, SecretSource)>, String> {
        let parsed = Url::parse(url).map_err(|error| format!("{url:?} is no URL: {error}"))?;
        let target = Target::of(&parsed)?;
        let methods = self.http.iter().flat_map(HttpGrant::allowed_methods);
        let admitted = methods.into_iter().find_map(|method| admit(&self.http, method, &target).ok());
        let admission = admitted.map_or_else(|| admit(&self.http, &Method::POST, &target), Ok)?;
        Ok(admission.secret_headers().cloned().collect())
    }
}

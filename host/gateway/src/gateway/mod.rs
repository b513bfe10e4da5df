//! The way out of the sandbox: what a plugin asks is checked, answered from what is kept, or sent.

mod asking;
mod estimating;
mod keeping;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use crate::config::{GatewayConfig, ModelConfig, Permissions, Replies};
use crate::door::Door;
use crate::http::HttpClients;
use crate::model::ModelReference;
use crate::provider::{Provider, ProviderProblem};
use crate::replies::{Cassette, CassetteError, Recorder, ReplyCache};
use crate::spending::{Ledger, Meter, MeterReading, PriceTable};
use crate::structured::Schemas;

pub use estimating::Estimate;
use keeping::Asking;

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
    /// Made when a plugin first sends something: most runs have no use for it.
    http: OnceLock<Result<HttpClients, String>>,
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

/// Why a gateway cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The cassette cannot be used.
    #[error(transparent)]
    Cassette(#[from] CassetteError),
}

/// Why a model cannot be used, found before the first row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelProblem {
    /// There is no such alias.
    #[error(
        "there is no model `{name}`; add it to scorebox.toml, for instance:\n\n  [models]\n  {name} = \"openai:/gpt-4o-mini\"\n"
    )]
    Unknown {
        /// The name that the plugin uses.
        name: String,
    },
    /// The plugin may not use it.
    #[error(
        "the model `{name}` is not granted to this plugin; to grant it, add \"{name}\" to `models` under [permissions] in scorebox.toml:\n\n  [permissions]\n  models = [\"{name}\"]\n"
    )]
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
        problem: Box<ProviderProblem>,
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

impl Gateway {
    /// Sets a gateway up. Providers are set up when they are first asked for.
    pub fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        let source = match &config.replies {
            Replies::Live => Source::Live,
            Replies::Record(path) => Source::Record(Recorder::open(path)?),
            Replies::Replay(path) => Source::Replay { cassette: Cassette::read(path)?, path: path.clone() },
            Replies::Estimate => Source::Estimate,
        };
        let inner = Inner {
            source,
            cache: config.cache_dir.as_deref().map(ReplyCache::new),
            prices: PriceTable::new(config.prices.clone()),
            meter: Meter::default(),
            run_ledger: Ledger::new("the run's budget", config.budget),
            over_budget: watch::channel(None).0,
            providers: Mutex::default(),
            http: OnceLock::new(),
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
            Source::Live | Source::Record(_) => {
                self.inner.provider(reference.provider()).map(drop).map_err(|problem| {
                    let problem = Box::new(problem);
                    ModelProblem::Provider { name: name.to_owned(), reference, problem }
                })
            }
            Source::Replay { .. } | Source::Estimate => Ok(()),
        }
    }

    /// Whether a URL may be reached by whoever has the permissions, and the headers that are granted for it are there;
    /// otherwise the text says what to do.
    pub fn check_url(&self, url: &str, permissions: &Permissions) -> Result<(), String> {
        let headers = permissions.granted_headers(url)?;
        if !matches!(self.inner.source, Source::Live | Source::Record(_)) {
            return Ok(());
        }
        for (name, source) in headers {
            source
                .read()
                .map_err(|problem| format!("the header {name} that is granted for {url} cannot be set: {problem}"))?;
        }
        Ok(())
    }

    /// Whether a request was refused because it does not fit into the run's budget.
    #[must_use]
    pub fn is_over_budget(&self) -> bool {
        self.inner.over_budget.borrow().is_some()
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
        let own = self.config.providers.get(name);
        let provider = Provider::new(name, own, &self.config.lookup).map(|provider| match self.config.retries {
            Some(retries) => Arc::new(provider.with_retries(retries)),
            None => Arc::new(provider),
        });
        providers.insert(name.to_owned(), provider.clone());
        provider
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

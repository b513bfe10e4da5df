use std::path::PathBuf;
use std::sync::Arc;

use scorebox_core::Cost;
use scorebox_fakes::{DEFAULT_KEY, FakeProvider, Protocol as Spoken};
use scorebox_gateway::{
    Gateway, GatewayConfig, HttpGrant, ModelReference, Permissions, Price, ProviderConfig, Replies, SecretSource,
};
use tempfile::TempDir;

use super::{ALIAS, Names, Way};

/// The model behind the alias.
pub(crate) const MODEL: &str = "test-model";

/// The APIs that are spoken, by the preset whose base URL is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OpenAi,
    /// Azure's v1 API.
    Azure,
    /// Azure's dated versions, with a path for each deployment.
    AzureByDeployment,
    Anthropic,
    Gemini,
}

impl Api {
    pub(crate) const ALL: [Self; 5] =
        [Self::OpenAi, Self::Azure, Self::AzureByDeployment, Self::Anthropic, Self::Gemini];

    /// The provider's name in the config.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Azure | Self::AzureByDeployment => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    fn base_url(self, fake: &FakeProvider) -> String {
        match self {
            Self::OpenAi => fake.base_url(Spoken::OpenAi),
            Self::Azure => fake.base_url(Spoken::Azure),
            Self::AzureByDeployment | Self::Anthropic => fake.url(),
            Self::Gemini => fake.base_url(Spoken::Gemini),
        }
    }
}

/// A gateway in the making, with a folder for its files. Its alias [`ALIAS`] is granted.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    config: GatewayConfig,
    permissions: Permissions,
    provider: &'static str,
    folder: Arc<TempDir>,
}

impl Setup {
    /// No models, no grants.
    pub(crate) fn new() -> Self {
        Self {
            config: GatewayConfig::default(),
            permissions: Permissions::default(),
            provider: "",
            folder: Arc::new(tempfile::tempdir().unwrap()),
        }
    }

    /// A model of a fake provider that speaks OpenAI's API.
    pub(crate) fn asking(fake: &FakeProvider) -> Self {
        Self::through(Api::OpenAi, fake)
    }

    /// A model of a fake provider, through one of its APIs, with the key that it wants.
    pub(crate) fn through(api: Api, fake: &FakeProvider) -> Self {
        let setup = Self::at(api, &api.base_url(fake));
        let Some(ca) = fake.ca_pem() else { return setup };
        let path = setup.path("ca.pem");
        std::fs::write(&path, ca).unwrap();
        setup.provider(|provider| provider.ca_file = Some(path))
    }

    /// A model of whoever is at a URL.
    pub(crate) fn at(api: Api, base_url: &str) -> Self {
        let mut setup = Self::new();
        setup.provider = api.name();
        let model: ModelReference = format!("{}:/{MODEL}", api.name()).parse().unwrap();
        setup.config.models.insert(ALIAS.to_owned(), model.into());
        let provider = ProviderConfig {
            base_url: Some(base_url.to_owned()),
            api_version: (api == Api::AzureByDeployment).then(|| "2024-10-21".to_owned()),
            ..ProviderConfig::default()
        };
        setup.config.providers.insert(api.name().to_owned(), provider);
        setup.permissions.models.push(ALIAS.to_owned());
        setup.key(DEFAULT_KEY)
    }

    /// Changes the provider's settings.
    pub(crate) fn provider(mut self, change: impl FnOnce(&mut ProviderConfig)) -> Self {
        change(self.config.providers.get_mut(self.provider).unwrap());
        self
    }

    /// Changes what holds for all.
    pub(crate) fn config(mut self, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// Changes what the function may do.
    pub(crate) fn permissions(mut self, change: impl FnOnce(&mut Permissions)) -> Self {
        change(&mut self.permissions);
        self
    }

    /// Grants HTTP.
    pub(crate) fn grant(self, grant: HttpGrant) -> Self {
        self.permissions(|permissions| permissions.http.push(grant))
    }

    /// Another key, in a file.
    pub(crate) fn key(self, key: &str) -> Self {
        let path = self.path("key");
        std::fs::write(&path, format!("{key}\n")).unwrap();
        self.provider(|provider| provider.key = Some(SecretSource::File(path)))
    }

    /// Keeps replies in a folder of its own, which clones share.
    pub(crate) fn caching(self) -> Self {
        let path = self.path("cache");
        self.config(|config| config.cache_dir = Some(path))
    }

    /// Where replies come from.
    pub(crate) fn replies(self, replies: Replies) -> Self {
        self.config(|config| config.replies = replies)
    }

    /// Records to the cassette of this setup, which clones share.
    pub(crate) fn recording(self) -> Self {
        let path = self.cassette();
        self.replies(Replies::Record(path))
    }

    /// Replays it.
    pub(crate) fn replaying(self) -> Self {
        let path = self.cassette();
        self.replies(Replies::Replay(path))
    }

    /// The cassette's file.
    pub(crate) fn cassette(&self) -> PathBuf {
        self.path("cassette.jsonl")
    }

    /// What the model costs, in dollars for a million tokens.
    pub(crate) fn price(self, input: f64, output: f64) -> Self {
        let [input, output] = [input, output].map(|dollars| Cost::from_dollars(dollars).unwrap());
        let model = format!("{}:/{MODEL}", self.provider).parse().unwrap();
        self.config(|config| {
            config.prices.insert(model, Price { input, cached_input: None, output });
        })
    }

    /// Resolves names by these answers.
    pub(crate) fn names(self, names: &Arc<Names>) -> Self {
        let lookup = names.clone();
        self.config(|config| config.lookup = lookup)
    }

    /// A path in the folder of this setup.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens the gateway, with a door for one function.
    pub(crate) fn open(&self) -> Way {
        let gateway = Gateway::new(self.config.clone()).unwrap();
        self.open_in(&gateway, "scorer")
    }

    /// A door of another function in a gateway that is open, with the permissions of this setup.
    pub(crate) fn open_in(&self, gateway: &Gateway, function: &str) -> Way {
        Way {
            door: gateway.door(function, self.permissions.clone()),
            gateway: gateway.clone(),
            _folder: self.folder.clone(),
        }
    }
}

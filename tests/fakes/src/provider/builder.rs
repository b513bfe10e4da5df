use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::chaos::{Chaos, Failure};
use crate::provider::FakeProvider;
use crate::provider::answer::{Answer, default_answer};
use crate::provider::asked::Asked;
use crate::tls::{BrokenTls, Tls};

/// The key that a provider expects unless it is told another.
pub const DEFAULT_KEY: &str = "sk-fake-0123456789abcdefghijklmnop";

/// Hosts that the certificates are for, unless told otherwise; the last one is for names of one's own resolver.
const DEFAULT_HOSTS: [&str; 4] = ["127.0.0.1", "::1", "localhost", "provider.test"];

/// How much of structured output a provider can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StructureSupport {
    /// Replies that satisfy a JSON Schema.
    Schema,
    /// Replies that are some JSON object, where the API has a way to ask for that.
    AnyJson,
    /// None, as older servers.
    Nothing,
}

pub(crate) type Script = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;
pub(crate) type Embed = Arc<dyn Fn(&str) -> Vec<f32> + Send + Sync>;

/// What a provider does.
pub(crate) struct Settings {
    /// `None` takes any key and none.
    pub(crate) key: Option<String>,
    pub(crate) script: Script,
    pub(crate) embed: Option<Embed>,
    pub(crate) dimensions: usize,
    pub(crate) latency: Duration,
    pub(crate) support: StructureSupport,
    pub(crate) max_concurrent: Option<u64>,
    /// How many requests are kept.
    pub(crate) record: usize,
    first: Vec<Failure>,
    chaos: Chaos,
}

impl Settings {
    /// What goes wrong with a request, by its number among those that passed the checks.
    pub(crate) fn failure(&self, number: u64) -> Option<Failure> {
        let first = usize::try_from(number).ok().and_then(|number| self.first.get(number));
        first.cloned().or_else(|| self.chaos.draw(number))
    }
}

/// Puts a [`FakeProvider`] together.
pub struct FakeProviderBuilder {
    settings: Settings,
    ip: IpAddr,
    port: u16,
    hosts: Vec<String>,
    tls: Option<Option<BrokenTls>>,
}

impl FakeProviderBuilder {
    pub(crate) fn new() -> Self {
        Self {
            settings: Settings {
                key: Some(DEFAULT_KEY.to_owned()),
                script: Arc::new(default_answer),
                embed: None,
                dimensions: 64,
                latency: Duration::ZERO,
                support: StructureSupport::Schema,
                max_concurrent: None,
                record: 1000,
                first: Vec::new(),
                chaos: Chaos::default(),
            },
            ip: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            hosts: DEFAULT_HOSTS.map(str::to_owned).into(),
            tls: None,
        }
    }

    /// The key that requests must carry; [`DEFAULT_KEY`] otherwise.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.settings.key = Some(key.into());
        self
    }

    /// Takes any key and none, as local servers do.
    #[must_use]
    pub fn any_key(mut self) -> Self {
        self.settings.key = None;
        self
    }

    /// What the model answers; [`default_answer`] otherwise.
    #[must_use]
    pub fn answer(mut self, script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        self.settings.script = Arc::new(script);
        self
    }

    /// The vector of a text; [`crate::default_embedding`] with 64 dimensions, or as many as are asked for, otherwise.
    #[must_use]
    pub fn embed(mut self, embed: impl Fn(&str) -> Vec<f32> + Send + Sync + 'static) -> Self {
        self.settings.embed = Some(Arc::new(embed));
        self
    }

    /// How long every answer takes, failures included.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.settings.latency = latency;
        self
    }

    /// Whether `response_format`, `output_config` and the like are known, or a 400.
    #[must_use]
    pub fn supports_structure(self, supports: bool) -> Self {
        self.structure(if supports { StructureSupport::Schema } else { StructureSupport::Nothing })
    }

    /// How much of structured output is known; the rest is a 400.
    #[must_use]
    pub fn structure(mut self, support: StructureSupport) -> Self {
        self.settings.support = support;
        self
    }

    /// Fails at random, but repeatably. Requests that are wrong in themselves are refused all the same.
    #[must_use]
    pub fn chaos(mut self, chaos: Chaos) -> Self {
        self.settings.chaos = chaos;
        self
    }

    /// How the first requests that pass the checks fail, one after the other.
    #[must_use]
    pub fn fail_first(mut self, failures: Vec<Failure>) -> Self {
        self.settings.first = failures;
        self
    }

    /// Answers 429 when there are more requests than this at the same time.
    #[must_use]
    pub fn max_concurrent(mut self, most: u64) -> Self {
        self.settings.max_concurrent = Some(most);
        self
    }

    /// How many of the last requests are kept for [`FakeProvider::recorded`]; a thousand otherwise.
    #[must_use]
    pub fn record(mut self, most: usize) -> Self {
        self.settings.record = most;
        self
    }

    /// Listens on another loopback address than `127.0.0.1`.
    #[must_use]
    pub fn ip(mut self, ip: impl Into<IpAddr>) -> Self {
        self.ip = ip.into();
        self
    }

    /// Listens on a port of one's own; on a free one otherwise.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Speaks TLS, with HTTP/2 and HTTP/1.1, under a CA of its own: [`FakeProvider::ca_pem`].
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = Some(None);
        self
    }

    /// Speaks TLS with a certificate for these hosts instead of the loopback addresses, `localhost` and
    /// `provider.test`.
    #[must_use]
    pub fn tls_for<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Self {
        self.hosts = hosts.into_iter().map(str::to_owned).collect();
        self.tls()
    }

    /// Speaks TLS wrongly.
    #[must_use]
    pub fn broken_tls(mut self, fault: BrokenTls) -> Self {
        self.tls = Some(Some(fault));
        self
    }

    /// Starts serving, in the runtime of the caller.
    pub async fn start(self) -> Result<FakeProvider> {
        ensure!(
            self.settings.chaos.is_valid(),
            "the chaos is not made of probabilities whose sum is at most one: {:?}",
            self.settings.chaos
        );
        let tls = self.tls.map(|fault| Tls::for_hosts(&self.hosts, fault)).transpose()?;
        FakeProvider::serve(self.settings, self.ip, self.port, tls).await
    }
}

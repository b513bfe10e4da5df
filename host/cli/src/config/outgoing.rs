//! The sections of `scorebox.toml` about what leaves the sandbox, and what the gateway makes of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use http::{HeaderName, Method};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use scorebox_core::{Cost, Json};
use scorebox_gateway::{Budget, HttpGrant, ModelConfig, ModelReference, Price, Protocol, ProviderConfig, SecretSource};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::units::Time;

/// A model behind an alias: `"openai:/gpt-4o-mini"`, or a table that says more.
pub(super) type ModelSection = TextOr<ModelSettings>;

/// A model and how it is used.
#[derive(Clone, Debug, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelSettings {
    /// The model, as PROVIDER:/MODEL.
    #[serde(rename = "use")]
    reference: String,
    /// Sampling temperature, where a plugin does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    /// The most tokens of a reply, where a plugin does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    /// Further inference parameters, passed on to the provider.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    parameters: toml::Table,
}

/// Where a provider is and how it is treated. What is left out is as the built-in provider of that name has it.
#[derive(Clone, Debug, Default, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderSection {
    /// The API that it speaks; OpenAI's for a provider that is not built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<ProtocolName>,
    /// Where its API is, such as "http://localhost:8000/v1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    /// The environment variable that holds its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key_env: Option<String>,
    /// The file that holds its key, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key_file: Option<PathBuf>,
    /// It wants no key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_api_key: bool,
    /// Azure: the version of the older API, such as "2024-10-21".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
    /// Further headers, which are no secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The most requests that are under way at once; it shrinks while the provider answers 429.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concurrency: Option<std::num::NonZeroUsize>,
    /// The most requests in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<std::num::NonZeroU32>,
    /// The most tokens in a minute, read and written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens_per_minute: Option<std::num::NonZeroU32>,
    /// How long one attempt may take; "60s" by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout: Option<Time>,
    /// How long a call may take with all its attempts; "240s" by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    give_up_after: Option<Time>,
    /// How many times a failed attempt is repeated; 7 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    /// Whether its host may be at a private address. Needed only where the base URL does not show it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    private: bool,
    /// Certificates to trust beside the system's, in PEM form, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    /// A proxy to reach it through. Those that the environment names are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
}

/// The API that a provider speaks.
#[derive(Clone, Copy, Debug, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ProtocolName {
    /// Chat completions and embeddings, which most providers speak.
    #[serde(rename = "openai")]
    OpenAi,
    /// The same on Azure.
    Azure,
    /// Messages.
    Anthropic,
    /// `generateContent`.
    Gemini,
}

/// What a plugin may send HTTP requests to: `"https://api.example.com"`, or a table that says more.
pub(super) type HttpSection = TextOr<HttpSettings>;

/// A peer and what may be done with it.
#[derive(Clone, Debug, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpSettings {
    /// Scheme, host and port, such as "https://*.example.com".
    url: String,
    /// Methods; GET, HEAD and POST by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    /// Whether it may be at a loopback, private or link-local address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    private: bool,
    /// Headers that are added to each request without the plugin seeing them, from an environment variable or a file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, SecretPlace>,
}

/// Where a secret is: { env = "NAME" } or { file = "path" }.
#[derive(Clone, Debug, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum SecretPlace {
    /// An environment variable.
    Env(String),
    /// A file, relative to this one.
    File(PathBuf),
}

/// What may be spent. What is cached or replayed spends nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetSection {
    /// Dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    cost_usd: Option<Cost>,
    /// Tokens, read and written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
    /// Requests to models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests: Option<u64>,
}

/// What a model costs, in dollars for a million tokens.
#[derive(Clone, Copy, Debug, DeriveDeserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceSection {
    /// Tokens read.
    #[schemars(with = "f64")]
    input: Cost,
    /// Tokens read that the provider's own cache had; as `input` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    cached_input: Option<Cost>,
    /// Tokens written.
    #[schemars(with = "f64")]
    output: Cost,
}

pub(super) fn model(section: &ModelSection) -> Result<ModelConfig, String> {
    let reference = |text: &str| text.parse::<ModelReference>().map_err(|error| error.to_string());
    match section {
        TextOr::Text(text) => Ok(reference(text)?.into()),
        TextOr::Table(settings) => Ok(ModelConfig {
            reference: reference(&settings.reference)?,
            max_tokens: settings.max_tokens,
            temperature: settings.temperature,
            parameters: match settings.parameters.is_empty() {
                true => None,
                false => Some(Json::from_value(&settings.parameters).map_err(|error| error.to_string())?),
            },
        }),
    }
}

pub(super) fn provider(section: &ProviderSection, folder: &Path) -> Result<ProviderConfig, String> {
    let within = |path: &PathBuf| super::project::within(folder, path);
    let key = match (&section.api_key_env, &section.api_key_file) {
        (Some(_), Some(_)) => return Err("name one place of the key: api_key_env or api_key_file".to_owned()),
        (Some(name), None) => Some(SecretSource::Environment(name.clone())),
        (None, Some(path)) => Some(SecretSource::File(within(path))),
        (None, None) => None,
    };
    if section.no_api_key && key.is_some() {
        return Err("there is a place of the key, but no_api_key = true".to_owned());
    }
    Ok(ProviderConfig {
        protocol: section.protocol.map(|name| match name {
            ProtocolName::OpenAi => Protocol::OpenAi,
            ProtocolName::Azure => Protocol::Azure,
            ProtocolName::Anthropic => Protocol::Anthropic,
            ProtocolName::Gemini => Protocol::Gemini,
        }),
        base_url: section.base_url.clone(),
        key,
        no_key: section.no_api_key,
        api_version: section.api_version.clone(),
        headers: section.headers.clone(),
        concurrency: section.concurrency.map(std::num::NonZeroUsize::get),
        requests_per_minute: section.requests_per_minute.map(std::num::NonZeroU32::get),
        tokens_per_minute: section.tokens_per_minute.map(std::num::NonZeroU32::get),
        timeout: section.timeout.map(Time::get),
        give_up_after: section.give_up_after.map(Time::get),
        retries: section.retries,
        private: section.private,
        ca_file: section.ca_file.as_ref().map(within),
        proxy: section.proxy.clone(),
    })
}

pub(super) fn http_grant(section: &HttpSection, folder: &Path) -> Result<HttpGrant, String> {
    let parse = |url: &str| HttpGrant::parse(url).map_err(|error| error.to_string());
    let settings = match section {
        TextOr::Text(url) => return parse(url),
        TextOr::Table(settings) => settings,
    };
    let mut grant = parse(&settings.url)?;
    if let Some(methods) = &settings.methods {
        let method = |name: &String| match name.to_ascii_uppercase().parse::<Method>() {
            Ok(method) => Ok(method),
            Err(_) => Err(format!("{name:?} is no HTTP method")),
        };
        grant = grant.methods(methods.iter().map(method).collect::<Result<_, _>>()?);
    }
    if settings.private {
        grant = grant.private();
    }
    for (name, place) in &settings.headers {
        let name: HeaderName = name.parse().map_err(|_| format!("{name:?} is no header's name"))?;
        let source = match place {
            SecretPlace::Env(variable) => SecretSource::Environment(variable.clone()),
            SecretPlace::File(path) => SecretSource::File(super::project::within(folder, path)),
        };
        grant = grant.header(name, source);
    }
    Ok(grant)
}

pub(super) fn budget(section: &BudgetSection) -> Budget {
    Budget { cost: section.cost_usd, tokens: section.tokens, requests: section.requests }
}

pub(super) fn price(section: &PriceSection) -> Price {
    Price { input: section.input, cached_input: section.cached_input, output: section.output }
}

/// A text, or a table for whoever has more to say.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum TextOr<T> {
    Text(String),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOrVisitor<T> {
            type Value = TextOr<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a table")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Table)
            }
        }
        deserializer.deserialize_any(TextOrVisitor(std::marker::PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for TextOr<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("TextOr{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<T>()] })
    }
}

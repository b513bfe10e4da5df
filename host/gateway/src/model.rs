use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A model and who serves it, written `provider:/model` as in MLflow, for instance `openai:/gpt-4o-mini`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelReference {
    provider: String,
    model: String,
}

/// Why a text is no model reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no model: write PROVIDER:/MODEL, such as openai:/gpt-4o-mini")]
pub struct InvalidModelReference {
    text: String,
}

impl ModelReference {
    /// The name of the provider, in lower case.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The model, as the provider names it.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl FromStr for ModelReference {
    type Err = InvalidModelReference;

    fn from_str(text: &str) -> Result<Self, InvalidModelReference> {
        let invalid = || InvalidModelReference { text: text.to_owned() };
        let (provider, model) = text.split_once(":/").ok_or_else(invalid)?;
        // `openai://gpt-4o` is a slip that would otherwise ask for the model `/gpt-4o`.
        let model = model.trim_start_matches('/');
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if provider.is_empty() || !provider.bytes().all(is_name) || model.trim().is_empty() {
            return Err(invalid());
        }
        Ok(Self { provider: provider.to_ascii_lowercase(), model: model.trim().to_owned() })
    }
}

impl TryFrom<String> for ModelReference {
    type Error = InvalidModelReference;

    fn try_from(text: String) -> Result<Self, InvalidModelReference> {
        text.parse()
    }
}

impl From<ModelReference> for String {
    fn from(reference: ModelReference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for ModelReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:/{}", self.provider, self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_a_provider_and_a_model() {
        let reference: ModelReference = "OpenAI:/gpt-4o-mini".parse().unwrap();
        assert_eq!((reference.provider(), reference.model()), ("openai", "gpt-4o-mini"));
        let nested: ModelReference = "openrouter:/meta-llama/llama-3.1-8b".parse().unwrap();
        assert_eq!(nested.model(), "meta-llama/llama-3.1-8b");
        assert_eq!("openai://gpt-4o".parse::<ModelReference>().unwrap().to_string(), "openai:/gpt-4o");
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["gpt-4o", "openai:gpt-4o", ":/gpt-4o", "openai:/", "open ai:/x"] {
            let error = text.parse::<ModelReference>().unwrap_err().to_string();
            assert!(error.contains("openai:/gpt-4o-mini"), "{error}");
        }
    }
}

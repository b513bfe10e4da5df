//! The providers that are known by name: what a config need not say about them.

use super::{MaxTokensField, Protocol, SeedField, Structure, WireOptions};

/// A provider that is known by name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Preset {
    /// The name before `:/` in a model reference.
    pub(crate) name: &'static str,
    /// The API that it speaks.
    pub(crate) protocol: Protocol,
    /// Where its API is; `None` if that differs from user to user.
    pub(crate) base_url: Option<&'static str>,
    /// The environment variable that holds the key by convention; `None` if it wants no key.
    pub(crate) key_variable: Option<&'static str>,
    /// How it calls the limit on tokens.
    pub(crate) max_tokens_field: MaxTokensField,
    /// How it calls the seed.
    pub(crate) seed_field: SeedField,
    /// The strictest way in which it can be asked for JSON.
    pub(crate) strongest_structure: Structure,
}

impl Preset {
    /// How its requests differ from others of its protocol. Only Azure knows an `api_version`.
    pub(crate) fn wire_options(&self, api_version: Option<String>) -> WireOptions {
        WireOptions { api_version, max_tokens_field: self.max_tokens_field, seed_field: self.seed_field }
    }
}

/// Why the provider `bedrock`, which users will look for, is not there.
pub(crate) const BEDROCK: &str = "the provider `bedrock` is not supported: AWS signs every request instead of taking a \
                                  key; reach its models through a server that speaks OpenAI's API, such as a LiteLLM \
                                  proxy, or take the same model from another provider, such as `anthropic`";

/// A provider that speaks OpenAI's API under its own address.
const fn compatible(name: &'static str, base_url: &'static str, key_variable: &'static str) -> Preset {
    Preset {
        name,
        protocol: Protocol::OpenAi,
        base_url: Some(base_url),
        key_variable: Some(key_variable),
        max_tokens_field: MaxTokensField::MaxTokens,
        seed_field: SeedField::Seed,
        strongest_structure: Structure::Schema,
    }
}

/// By name.
static PRESETS: &[Preset] = &[
    Preset {
        protocol: Protocol::Anthropic,
        ..compatible("anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY")
    },
    Preset {
        protocol: Protocol::Azure,
        base_url: None,
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..compatible("azure", "", "AZURE_OPENAI_API_KEY")
    },
    Preset {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..compatible("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY")
    },
    // It knows JSON, but no schemas.
    Preset {
        strongest_structure: Structure::AnyJson,
        ..compatible("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY")
    },
    compatible("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    Preset {
        protocol: Protocol::Gemini,
        ..compatible("gemini", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY")
    },
    Preset {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..compatible("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY")
    },
    Preset {
        seed_field: SeedField::RandomSeed,
        ..compatible("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY")
    },
    Preset { key_variable: None, ..compatible("ollama", "http://localhost:11434/v1", "") },
    Preset {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..compatible("openai", "https://api.openai.com/v1", "OPENAI_API_KEY")
    },
    compatible("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    compatible("perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
    compatible("together", "https://api.together.ai/v1", "TOGETHER_API_KEY"),
    compatible("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
];

/// The provider of a name.
pub(crate) fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The names that [`preset`] knows, in alphabetical order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_stands_for_one_provider() {
        let names: Vec<_> = names().collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert!(names.iter().all(|name| preset(name).is_some_and(|preset| preset.name == *name)));
        assert_eq!(preset("bedrock"), None);
        assert!(BEDROCK.contains("`bedrock` is not supported"));
    }

    #[test]
    fn base_urls_take_a_path_and_are_encrypted_unless_local() {
        for preset in PRESETS {
            let Some(base_url) = preset.base_url else {
                assert_eq!(preset.name, "azure");
                continue;
            };
            let url = url::Url::parse(base_url).unwrap();
            assert!(!base_url.ends_with('/'), "{base_url}");
            assert_eq!(url.scheme(), if url.host_str() == Some("localhost") { "http" } else { "https" }, "{base_url}");
        }
    }

    #[test]
    fn only_a_local_server_wants_no_key() {
        for preset in PRESETS {
            assert_eq!(preset.key_variable.is_none(), preset.name == "ollama");
            assert!(preset.key_variable.is_none_or(|variable| variable.ends_with("_API_KEY")));
        }
    }

    #[test]
    fn a_preset_knows_how_its_provider_spells_fields() {
        let options = |name| preset(name).unwrap().wire_options(None);
        assert_eq!(options("openai").max_tokens_field, MaxTokensField::MaxCompletionTokens);
        assert_eq!(options("ollama"), WireOptions::default());
        assert_eq!(options("mistral").seed_field, SeedField::RandomSeed);
        let azure = preset("azure").unwrap().wire_options(Some("2024-10-21".into()));
        assert_eq!(azure.api_version.as_deref(), Some("2024-10-21"));
    }
}

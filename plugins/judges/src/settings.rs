//! The settings that all judges share.

use scorebox_sdk::llm::{ModelName, Request};
use scorebox_sdk::serde_json::{Map, Value};

/// Declares a config: the fields given, and how a model is sampled.
macro_rules! sampling_config {
    ($(#[$attribute:meta])* pub(crate) struct $name:ident { $($fields:tt)* }) => {
        $(#[$attribute])*
        #[scorebox_sdk::config]
        pub(crate) struct $name {
            $($fields)*
            /// The sampling temperature.
            #[default(0.0)]
            #[schemars(range(min = 0.0))]
            pub(crate) temperature: f64,
            /// The most tokens that a reply may have; left to the operator without it.
            #[schemars(range(min = 1))]
            pub(crate) max_tokens: Option<u32>,
            /// Asks the provider for repeatable sampling, where it can.
            pub(crate) seed: Option<u64>,
            /// Further inference parameters, passed on to the provider as they are.
            pub(crate) parameters: Option<scorebox_sdk::serde_json::Map<String, scorebox_sdk::serde_json::Value>>,
        }

        impl $name {
            /// How a model is asked.
            pub(crate) fn asking<'a>(
                &'a self,
                model: &'a scorebox_sdk::llm::ModelName,
            ) -> $crate::settings::Settings<'a> {
                $crate::settings::Settings {
                    model,
                    temperature: self.temperature,
                    max_tokens: self.max_tokens,
                    seed: self.seed,
                    parameters: self.parameters.as_ref(),
                    confirm_on_fail: 0,
                }
            }
        }
    };
}
pub(crate) use sampling_config;

/// Declares a config: the fields given, the model that judges, and how it is sampled.
macro_rules! judge_config {
    ($(#[$attribute:meta])* pub(crate) struct $name:ident { $($fields:tt)* }) => {
        $crate::settings::sampling_config! {
            $(#[$attribute])*
            pub(crate) struct $name {
                $($fields)*
                /// The alias of the model that judges.
                #[default("judge")]
                pub(crate) model: scorebox_sdk::llm::ModelName,
            }
        }
    };
}
pub(crate) use judge_config;

/// Declares the config of a judge that answers true or false: the fields given, the model that judges, how it is
/// sampled, and how often a failure is confirmed.
macro_rules! verdict_config {
    ($(#[$attribute:meta])* pub(crate) struct $name:ident { $($fields:tt)* }) => {
        $crate::settings::judge_config! {
            $(#[$attribute])*
            pub(crate) struct $name {
                $($fields)*
                /// How many more times the model is asked when its first verdict is false. The majority decides, and a
                /// tie fails. Worth setting together with a temperature above 0.
                #[default(0)]
                #[schemars(range(max = 100))]
                pub(crate) confirm_on_fail: u32,
            }
        }

        impl $name {
            /// How the model is asked.
            pub(crate) fn settings(&self) -> $crate::settings::Settings<'_> {
                $crate::settings::Settings { confirm_on_fail: self.confirm_on_fail, ..self.asking(&self.model) }
            }
        }
    };
}
pub(crate) use verdict_config;

verdict_config! {
    /// Settings of a judge that has none of its own.
    pub(crate) struct JudgeConfig {}
}

/// How a model is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) model: &'a ModelName,
    pub(crate) temperature: f64,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) seed: Option<u64>,
    pub(crate) parameters: Option<&'a Map<String, Value>>,
    /// How many more times the model is asked when its first verdict is false.
    pub(crate) confirm_on_fail: u32,
}

impl Settings<'_> {
    /// A request without messages.
    pub(crate) fn request(&self) -> Request {
        let request = Request::new(self.model).temperature(self.temperature);
        let parameters = self.parameters.map(|parameters| Value::Object(parameters.clone()).to_string());
        Request { max_tokens: self.max_tokens, seed: self.seed, parameters, ..request }
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json;

    use super::*;

    fn read(config: &str) -> serde_json::Result<JudgeConfig> {
        serde_json::from_str(config)
    }

    #[test]
    fn the_model_is_called_judge_and_sampled_at_temperature_0_unless_the_config_says_otherwise() {
        let request = JudgeConfig::default().settings().request();
        assert_eq!((request.model.as_str(), request.temperature), ("judge", Some(0.0)));
        assert_eq!((request.max_tokens, request.seed, request.parameters), (None, None, None));
    }

    #[test]
    fn settings_reach_the_request() {
        let config =
            read(r#"{"model": "strict", "temperature": 1, "max_tokens": 9, "seed": 7, "parameters": {"top_p": 0.5}}"#)
                .unwrap();
        let request = config.settings().request();
        assert_eq!((request.model.as_str(), request.temperature), ("strict", Some(1.0)));
        assert_eq!((request.max_tokens, request.seed), (Some(9), Some(7)));
        assert_eq!(request.parameters.as_deref(), Some(r#"{"top_p":0.5}"#));
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(read(r#"{"modle": "judge"}"#).unwrap_err().to_string().contains("unknown field `modle`"));
    }
}

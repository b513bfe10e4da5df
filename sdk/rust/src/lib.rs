#![doc = include_str!("../README.md")]
// This crate must never know how the host runs a plugin: it sees the contract in `wit/`, and nothing else.
#![allow(clippy::test_attr_in_doctest, reason = "the README shows a whole plugin, tests included")]
#![allow(unexpected_cfgs, reason = "`getrandom_backend` is set by the build, for all crates of a component")]

// The macros name this crate `::scorebox_sdk`, also where they are used inside of it.
extern crate self as scorebox_sdk;

mod config;
mod describe;
mod error;
mod example;
mod feedback;
pub mod http;
mod inputs;
mod into_feedback;
mod json;
mod json_text;
pub mod llm;
pub mod log;
mod plugin;
mod register;
pub mod trace;
pub mod tracing;

#[cfg(target_family = "wasm")]
mod allocator;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod bindings;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
mod panics;
#[cfg(all(target_family = "wasm", getrandom_backend = "custom"))]
mod random;

pub use describe::{Aggregation, Fields, ValueKind};
pub use error::{Error, Result};
pub use example::Example;
pub use feedback::{Feedback, Value};
pub use inputs::Inputs;
pub use into_feedback::IntoFeedback;
pub use json::Json;
pub use json_text::JsonText;
pub use plugin::{Plugin, Predictor, Scorer};

pub use schemars::{self, JsonSchema};
pub use serde::{self, Deserialize, Serialize};
pub use serde_json::{self, json};

/// Makes a scorer of a function.
///
/// The function takes `example: &Example` and, where it has settings, `config: &YourConfig` (see [`macro@config`]); by
/// value works as well. It returns `bool`, an integer, `f64`, a text, JSON, [`Feedback`], `Vec<Feedback>`, or a
/// `Result` of one of these. A function that takes `turns: &[Example]` scores whole conversations. The first paragraph
/// of its doc comment is the summary that users see. The function itself stays as it is, to be called in tests.
///
/// Arguments, all optional:
///
/// | argument | meaning | default |
/// |---|---|---|
/// | `requires(outputs, …)` | fields without which a row fails before the scorer is called: `inputs`, `outputs`, `expectations`, `trace`, `tags` | `outputs` |
/// | `uses(inputs, …)` | further fields that are sent when the row has them | `inputs`, `expectations` |
/// | `returns = number` | the kind of value: `boolean`, `integer`, `number`, `text`, `json`, `varies` | told by the return type; `varies` for `Feedback` |
/// | `aggregations(mean, p90)` | how the values are summed up: `mean`, `min`, `max`, `median`, `p90`, `variance` | left to the host |
/// | `name = "…"` | the name that users write | the function's name |
///
/// As soon as `requires` or `uses` is written, only the fields named are sent: a scorer that says what it needs is a
/// faster scorer, and its results are reused when other fields change.
pub use scorebox_sdk_macros::scorer;

/// Makes a predict function of a function.
///
/// The function takes `inputs: &Inputs` and, where it has settings, `config: &YourConfig` (see [`macro@config`]); by
/// value works as well. It returns anything that serde can serialise, or a `Result` of it. The first paragraph of its
/// doc comment is the summary that users see. `#[predictor(name = "…")]` gives it another name than the function's.
///
/// ```
/// use scorebox_sdk::{Inputs, Result, predictor};
///
/// /// Answers with the question itself.
/// #[predictor]
/// fn echo(inputs: &Inputs) -> Result<String> {
///     Ok(inputs.text("question")?.into_owned())
/// }
///
/// scorebox_sdk::plugin! { predictors: [echo] }
///
/// # fn main() -> Result<()> {
/// let inputs = Inputs::new(scorebox_sdk::json!({ "question": "Why?" }));
/// assert_eq!(PLUGIN.predict("echo", "{}", inputs)?, "\"Why?\"");
/// # Ok(())
/// # }
/// ```
pub use scorebox_sdk_macros::predictor;

/// Makes a config of a struct, or a setting of an enum.
///
/// Derives `Clone`, `Debug`, [`Deserialize`] and [`JsonSchema`]; the doc comments of the fields become their
/// descriptions in the schema. In a struct, unknown keys are refused; a field with `#[default(value)]`, with
/// `#[default]` (the type's own default) or of type `Option` may be left out. When all fields may be left out, the
/// struct implements `Default`. An enum's variants are written in snake case. All attributes of serde and schemars work.
///
/// ```
/// /// How texts are compared.
/// #[scorebox_sdk::config]
/// struct Comparison {
///     /// Whether upper and lower case differ.
///     #[default(true)]
///     case_sensitive: bool,
///     #[default(Trim::Both)]
///     trim: Trim,
/// }
///
/// #[scorebox_sdk::config]
/// enum Trim {
///     Both,
///     Nothing,
/// }
///
/// let config: Comparison = scorebox_sdk::serde_json::from_str(r#"{"trim": "nothing"}"#)?;
/// assert!(config.case_sensitive && matches!(config.trim, Trim::Nothing));
/// assert!(matches!(Comparison::default().trim, Trim::Both));
/// # Ok::<(), scorebox_sdk::serde_json::Error>(())
/// ```
pub use scorebox_sdk_macros::config;

#[doc(hidden)]
pub mod __private {
    pub use crate::config::{ConfigCache, config_schema, empty_config_schema};
    pub use crate::json::to_json;
    pub use crate::plugin::{DefinesPredictor, DefinesScorer, ScorerCall};

    #[cfg(target_family = "wasm")]
    pub use crate::exports::HoldsPlugin;
}

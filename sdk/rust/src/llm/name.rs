use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A model alias in a config, such as `judge`.
///
/// Its schema says `"format": "scorebox-model"`, by which the host knows before the first row which models a plugin will
/// ask, and checks that they are there, granted, and have their keys. A text would work too, but only at the first call.
///
/// ```
/// use scorebox_sdk::llm::ModelName;
///
/// /// Settings of a judge.
/// #[scorebox_sdk::config]
/// struct Judge {
///     /// The model that judges.
///     #[default(ModelName::from("judge"))]
///     model: ModelName,
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelName(String);

impl ModelName {
    /// The alias itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ModelName {
    fn from(alias: &str) -> Self {
        Self(alias.to_owned())
    }
}

impl From<&ModelName> for String {
    fn from(name: &ModelName) -> Self {
        name.0.clone()
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl JsonSchema for ModelName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ModelName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "scorebox-model", "minLength": 1 })
    }
}

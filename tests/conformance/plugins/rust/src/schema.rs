//! Config schemas, written out: every language states the same ones.

/// Implements the schema of a config.
macro_rules! config_schema {
    ($config:ty, $schema:tt) => {
        impl scorebox_sdk::JsonSchema for $config {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($config).into()
            }

            fn json_schema(_: &mut scorebox_sdk::schemars::SchemaGenerator) -> scorebox_sdk::schemars::Schema {
                scorebox_sdk::schemars::json_schema!($schema)
            }
        }
    };
}

pub(crate) use config_schema;

/// Any config at all.
#[derive(scorebox_sdk::Deserialize)]
#[serde(crate = "scorebox_sdk::serde", transparent)]
pub(crate) struct Anything(pub(crate) scorebox_sdk::serde_json::Value);

config_schema!(Anything, { "type": "object" });

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use jsonschema::Validator;
use scorebox_sdk::schemars::{self, JsonSchema};
use scorebox_sdk::serde::de::{Deserialize, Deserializer, Error as _};
use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::document;

/// More would not be read by anybody.
const MAX_VIOLATIONS_SHOWN: usize = 5;

/// Settings of `json_schema`.
#[scorebox_sdk::config]
pub(crate) struct SchemaConfig {
    /// The JSON Schema (2020-12). References must stay inside the schema.
    schema: CompiledSchema,
    /// Whether a Markdown code fence around the whole output is ignored.
    #[default(false)]
    strip_fence: bool,
}

/// Whether the output satisfies a JSON Schema (2020-12).
#[scorer(requires(outputs), returns = boolean)]
pub(crate) fn json_schema(example: &Example, config: &SchemaConfig) -> Result<Feedback> {
    let document = match document::output(example, config.strip_fence)? {
        Ok(document) => document,
        Err(why) => return Ok(Feedback::new(false).with_rationale(why)),
    };
    let validator = &config.schema.0;
    let violations: Vec<String> = validator
        .iter_errors(&document)
        .take(MAX_VIOLATIONS_SHOWN)
        .map(|violation| match violation.instance_path().as_str() {
            "" => violation.to_string(),
            path => format!("{path}: {violation}"),
        })
        .collect();
    let feedback = Feedback::new(violations.is_empty());
    Ok(if violations.is_empty() { feedback } else { feedback.with_rationale(violations.join("\n")) })
}

/// A schema that is compiled when the config is read, so that a wrong one is an error of the config.
#[derive(Clone)]
struct CompiledSchema(Rc<Validator>);

impl<'de> Deserialize<'de> for CompiledSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let schema = Value::deserialize(deserializer)?;
        let validator = jsonschema::draft202012::new(&schema).map_err(D::Error::custom)?;
        Ok(Self(Rc::new(validator)))
    }
}

impl JsonSchema for CompiledSchema {
    fn schema_name() -> Cow<'static, str> {
        "Schema".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["object", "boolean"] })
    }
}

impl fmt::Debug for CompiledSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CompiledSchema")
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::{Error, json};

    use crate::PLUGIN;

    use super::*;

    fn score(schema: &Value, outputs: Value) -> Result<Feedback> {
        let config = json!({ "schema": schema }).to_string();
        PLUGIN.score("json_schema", config, Example::new("1").with_outputs(outputs)).map(|mut all| all.remove(0))
    }

    #[test]
    fn violations_are_named_by_their_path() {
        let schema = json!({
            "type": "object",
            "properties": { "name": { "type": "string" }, "tags": { "prefixItems": [{ "const": "a" }] } },
            "required": ["name"],
        });
        assert_eq!(score(&schema, json!(r#"{"name": "x", "tags": ["a"]}"#)).unwrap().value, true.into());
        let feedback = score(&schema, json!({ "tags": ["b"] })).unwrap();
        assert_eq!(feedback.value, false.into());
        let rationale = feedback.rationale.unwrap();
        assert!(rationale.contains("/tags/0") && rationale.contains("\"name\" is a required property"), "{rationale}");
    }

    #[test]
    fn references_inside_the_schema_are_followed() {
        let schema = json!({ "$ref": "#/$defs/positive", "$defs": { "positive": { "exclusiveMinimum": 0 } } });
        assert_eq!(score(&schema, json!(1)).unwrap().value, true.into());
        assert_eq!(score(&schema, json!(-1)).unwrap().value, false.into());
    }

    #[test]
    fn a_schema_that_is_none_is_an_invalid_config() {
        for schema in [json!({ "type": "strnig" }), json!({ "$ref": "https://example.com/schema" }), json!(3)] {
            let error = score(&schema, json!(1)).unwrap_err();
            assert!(matches!(error, Error::InvalidConfig(_)), "{schema}: {error}");
        }
    }
}

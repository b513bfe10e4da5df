//! What a config says that it will reach, told by the formats in its schema.

use scorebox_core::Json;
use serde_json::Value;

/// What a scorer or predict function will reach by its config, found without calling it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The function's name in the run.
    pub function: String,
    /// Models, by the names that the plugin uses: texts whose schema has `"format": "scorebox-model"`.
    pub models: Vec<String>,
    /// URLs: texts whose schema has `"format": "uri"`.
    pub urls: Vec<String>,
}

impl Declared {
    pub(super) fn new(function: &str, schema: &Json, config: &Json) -> Self {
        // A schema and a config were parsed before; what is not JSON declares nothing.
        let (schema, config) = (schema.to().unwrap_or(Value::Null), config.to().unwrap_or(Value::Null));
        let found = |format| {
            let mut found = Vec::new();
            collect(&schema, &schema, Some(&config), format, 0, &mut found);
            found.dedup();
            found
        };
        Self { function: function.to_owned(), models: found("scorebox-model"), urls: found("uri") }
    }
}

/// Deeper schemas are recursive.
const MAX_DEPTH: usize = 16;

/// Collects the texts at which the schema has a format; a default stands for what the config leaves out.
fn collect(schema: &Value, root: &Value, config: Option<&Value>, format: &str, depth: usize, found: &mut Vec<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    let config = config.or_else(|| schema.get("default"));
    if let Some(path) = schema.get("$ref").and_then(Value::as_str)
        && let Some(referred) = root.pointer(path.trim_start_matches('#'))
    {
        collect(referred, root, config, format, depth + 1, found);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        for schema in schema.get(choice).and_then(Value::as_array).into_iter().flatten() {
            collect(schema, root, config, format, depth + 1, found);
        }
    }
    if schema.get("format").and_then(Value::as_str) == Some(format) {
        found.extend(config.and_then(Value::as_str).map(str::to_owned));
    }
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        collect(schema, root, config.and_then(|config| config.get(name)), format, depth + 1, found);
    }
    if let Some(items) = schema.get("items") {
        for item in config.and_then(Value::as_array).into_iter().flatten() {
            collect(items, root, Some(item), format, depth + 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declared(schema: &Value, config: &Value) -> Declared {
        Declared::new("f", &Json::from_value(schema).unwrap(), &Json::from_value(config).unwrap())
    }

    #[test]
    fn models_are_found_by_their_format_wherever_they_stand() {
        let model = json!({ "type": "string", "format": "scorebox-model" });
        let schema = json!({
            "type": "object",
            "properties": {
                "model": { "type": "string", "format": "scorebox-model", "default": "judge" },
                "jury": { "type": "array", "items": { "$ref": "#/$defs/model" } },
                "second": { "anyOf": [model, { "type": "null" }] },
                "text": { "type": "string" },
            },
            "$defs": { "model": model },
        });
        let config = json!({ "jury": ["a", "b"], "second": "c", "text": "d" });
        let mut models = declared(&schema, &config).models;
        models.sort();
        assert_eq!(models, ["a", "b", "c", "judge"]);
        assert_eq!(declared(&schema, &json!({ "model": "x" })).models, ["x"]);
    }

    #[test]
    fn urls_are_found_too() {
        let schema = json!({ "properties": { "url": { "type": "string", "format": "uri" } } });
        assert_eq!(declared(&schema, &json!({ "url": "http://a" })).urls, ["http://a"]);
        assert_eq!(declared(&json!(true), &json!({})).urls, Vec::<String>::new());
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({ "$ref": "#", "properties": { "a": { "$ref": "#" } } });
        assert!(declared(&schema, &json!({ "a": { "a": {} } })).models.is_empty());
    }
}

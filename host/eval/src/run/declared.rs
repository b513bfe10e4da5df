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
            let mut search = Search { root: &schema, format, left: MAX_SCHEMAS, found: Vec::new() };
            search.collect(&schema, Some(&config), 0);
            search.found.dedup();
            search.found
        };
        Self { function: function.to_owned(), models: found("scorebox-model"), urls: found("uri") }
    }
}

/// Deeper schemas are recursive.
const MAX_DEPTH: usize = 16;
/// The most schemas that are looked at, references followed: a plugin's schema may refer to itself many times over.
const MAX_SCHEMAS: usize = 10_000;

struct Search<'s> {
    root: &'s Value,
    format: &'s str,
    left: usize,
    found: Vec<String>,
}

impl Search<'_> {
    /// Collects the texts at which the schema has the format; a default stands for what the config leaves out.
    fn collect(&mut self, schema: &Value, config: Option<&Value>, depth: usize) {
        let config = config.or_else(|| schema.get("default"));
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        if let Some(path) = schema.get("$ref").and_then(Value::as_str)
            && let Some(referred) = self.root.pointer(path.trim_start_matches('#'))
        {
            self.collect(referred, config, depth + 1);
        }
        for choice in ["anyOf", "oneOf", "allOf"] {
            for schema in schema.get(choice).and_then(Value::as_array).into_iter().flatten() {
                self.collect(schema, config, depth + 1);
            }
        }
        if schema.get("format").and_then(Value::as_str) == Some(self.format) {
            self.found.extend(config.and_then(Value::as_str).map(str::to_owned));
        }
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.collect(schema, config.and_then(|config| config.get(name)), depth + 1);
        }
        if let Some(items) = schema.get("items") {
            for item in config.and_then(Value::as_array).into_iter().flatten() {
                self.collect(items, Some(item), depth + 1);
            }
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
    fn a_schema_that_refers_to_itself_many_times_over_ends() {
        let properties: serde_json::Map<_, _> =
            ('a'..='z').map(|name| (name.to_string(), json!({ "$ref": "#" }))).collect();
        assert!(declared(&json!({ "properties": properties }), &json!({})).models.is_empty());
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({ "$ref": "#", "properties": { "a": { "$ref": "#" } } });
        assert!(declared(&schema, &json!({ "a": { "a": {} } })).models.is_empty());
    }
}

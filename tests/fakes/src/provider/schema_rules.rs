//! Which JSON Schemas providers take for structured output. None of them takes all.

use serde_json::{Map, Value};

/// What OpenAI's strict mode does not know.
const NOT_IN_STRICT: [&str; 18] = [
    "allOf",
    "contains",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "maxProperties",
    "minContains",
    "minProperties",
    "not",
    "oneOf",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "uniqueItems",
];
/// How deep objects may be nested in OpenAI's strict mode.
const STRICT_DEPTH: usize = 10;

/// What OpenAI says about a schema with `strict: true`, where it has something to say.
pub(crate) fn openai_strict_complaint(schema: &Value) -> Option<String> {
    if schema.get("anyOf").is_some() || schema.get("type").and_then(Value::as_str) != Some("object") {
        let found = schema.get("type").map_or_else(|| "None".to_owned(), ToString::to_string);
        return Some(format!(
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: {}'.",
            if found == "None" { "\"None\"".to_owned() } else { found }
        ));
    }
    find(schema, &mut Vec::new(), &mut |node, context| {
        let inside = format!("In context=({})", context.join(", "));
        if context.iter().filter(|step| **step == "'properties'").count() > STRICT_DEPTH {
            return Some(format!("{inside}, schema is nested deeper than {STRICT_DEPTH} levels."));
        }
        if let Some(keyword) = NOT_IN_STRICT.iter().find(|keyword| node.contains_key(**keyword)) {
            return Some(format!("{inside}, '{keyword}' is not permitted."));
        }
        let kinds = ["type", "anyOf", "$ref", "enum", "const"];
        if !kinds.iter().any(|kind| node.contains_key(*kind)) {
            return Some(format!("{inside}, schema must have a 'type' key."));
        }
        if names_type(node, "array") && !node.contains_key("items") {
            return Some(format!("{inside}, array schema missing items."));
        }
        if !names_type(node, "object") {
            return None;
        }
        if node.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Some(format!("{inside}, 'additionalProperties' is required to be supplied and to be false."));
        }
        let required = node.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let properties = node.get("properties").and_then(Value::as_object);
        let names = || properties.into_iter().flat_map(Map::keys);
        let missing = names().find(|name| !required.iter().any(|entry| entry == name.as_str()));
        if let Some(name) = missing {
            return Some(format!(
                "{inside}, 'required' is required to be supplied and to be an array including every key in \
                 properties. Missing '{name}'."
            ));
        }
        let extra = required.iter().find(|entry| !names().any(|name| *entry == name.as_str()));
        extra.map(|name| format!("{inside}, 'required' has the extra key {name}."))
    })
}

/// What Anthropic says about a schema for structured output, where it has something to say.
pub(crate) fn anthropic_complaint(schema: &Value) -> Option<String> {
    find(schema, &mut Vec::new(), &mut |node, _| {
        if names_type(node, "object") && node.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Some("For 'object' type, 'additionalProperties' must be explicitly set to false".to_owned());
        }
        for (kind, unsupported) in [
            ("integer", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"][..]),
            ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
            ("string", &["minLength", "maxLength"]),
            ("array", &["maxItems", "uniqueItems", "contains", "prefixItems"]),
            ("object", &["minProperties", "maxProperties", "patternProperties", "propertyNames"]),
        ] {
            let found: Vec<_> = unsupported.iter().copied().filter(|name| node.contains_key(*name)).collect();
            if names_type(node, kind) && !found.is_empty() {
                return Some(format!("For '{kind}' type, properties {} are not supported", found.join(", ")));
            }
        }
        if node.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 1) {
            return Some("For 'array' type, 'minItems' values other than 0 or 1 are not supported".to_owned());
        }
        let keyword = ["oneOf", "not", "if", "then", "else"].into_iter().find(|name| node.contains_key(*name));
        keyword.map(|keyword| format!("Schema type '{keyword}' is not supported"))
    })
}

/// The first field that Gemini's `Schema` does not have, with the path to its holder.
pub(crate) fn gemini_unknown_field(schema: &Value) -> Option<(String, String)> {
    const KNOWN: [&str; 22] = [
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "maxItems",
        "minItems",
        "properties",
        "required",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "example",
        "anyOf",
        "propertyOrdering",
        "default",
        "items",
        "minimum",
        "maximum",
    ];
    let mut unknown = None;
    find(schema, &mut Vec::new(), &mut |node, context| {
        let name = node.keys().find(|name| !KNOWN.contains(&name.as_str()))?;
        let path = context.iter().map(|step| step.trim_matches('\'')).collect::<Vec<_>>().join(".");
        unknown = Some((name.clone(), path));
        Some(String::new())
    });
    unknown
}

fn names_type(node: &Map<String, Value>, name: &str) -> bool {
    match node.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// The first thing that `complaint` has to say about a schema or one inside it; it is given the way there too.
fn find(
    schema: &Value,
    context: &mut Vec<String>,
    complaint: &mut impl FnMut(&Map<String, Value>, &[String]) -> Option<String>,
) -> Option<String> {
    let node = schema.as_object()?;
    if let Some(found) = complaint(node, context) {
        return Some(found);
    }
    let mut inside = |steps: &[String], schema: &Value| {
        context.extend_from_slice(steps);
        let found = find(schema, context, complaint);
        context.truncate(context.len() - steps.len());
        found
    };
    for holder in ["properties", "$defs", "definitions"] {
        for (name, schema) in node.get(holder).and_then(Value::as_object).into_iter().flatten() {
            if let Some(found) = inside(&[format!("'{holder}'"), format!("'{name}'")], schema) {
                return Some(found);
            }
        }
    }
    if let Some(items) = node.get("items")
        && let Some(found) = inside(&["'items'".to_owned()], items)
    {
        return Some(found);
    }
    for holder in ["anyOf", "oneOf", "allOf"] {
        let options = node.get(holder).and_then(Value::as_array).into_iter().flatten();
        for (index, option) in options.enumerate() {
            if let Some(found) = inside(&[format!("'{holder}'"), format!("'{index}'")], option) {
                return Some(found);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strict_mode_takes_closed_objects_whose_properties_are_all_required() {
        let schema = json!({
            "type": "object",
            "properties": {
                "rationale": {"type": "string"},
                "result": {"anyOf": [{"$ref": "#/$defs/verdict"}, {"type": "null"}]},
                "scores": {"type": "array", "items": {"type": "number", "minimum": 0}},
            },
            "required": ["rationale", "result", "scores"],
            "additionalProperties": false,
            "$defs": {"verdict": {"type": "string", "enum": ["yes", "no"]}},
        });
        assert_eq!(openai_strict_complaint(&schema), None);
    }

    #[test]
    fn strict_mode_says_what_is_wrong_and_where() {
        let inner = |inner: Value| {
            json!({
                "type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": false,
            })
        };
        for (schema, complaint) in [
            (json!({"type": "array", "items": {}}), "got 'type: \"array\"'"),
            (json!({"anyOf": []}), "got 'type: \"None\"'"),
            (json!({"type": "object", "properties": {}}), "In context=(), 'additionalProperties' is required"),
            (inner(json!({"type": "object"})), "In context=('properties', 'a'), 'additionalProperties'"),
            (
                inner(json!({"type": "object", "properties": {"b": {"type": "null"}}, "additionalProperties": false})),
                "Missing 'b'",
            ),
            (inner(json!({"type": "array"})), "array schema missing items"),
            (inner(json!({})), "schema must have a 'type' key"),
            (inner(json!({"type": "string", "default": ""})), "'default' is not permitted"),
            (inner(json!({"oneOf": [{"type": "null"}]})), "'oneOf' is not permitted"),
            (
                json!({"type": "object", "properties": {}, "required": ["b"], "additionalProperties": false}),
                "extra key \"b\"",
            ),
        ] {
            let got = openai_strict_complaint(&schema).unwrap();
            assert!(got.contains(complaint), "{schema}: {got}");
        }
    }

    #[test]
    fn anthropic_wants_closed_objects_and_no_bounds() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
        assert_eq!(anthropic_complaint(&closed), None);
        for (schema, complaint) in [
            (json!({"type": "object"}), "'additionalProperties' must be explicitly set to false"),
            (json!({"type": "array", "items": {"type": "object"}}), "'additionalProperties' must"),
            (json!({"type": "integer", "minimum": 1, "maximum": 5}), "properties minimum, maximum are not supported"),
            (json!({"type": "string", "maxLength": 5}), "maxLength"),
            (json!({"type": "array", "minItems": 2}), "minItems"),
            (json!({"oneOf": []}), "oneOf"),
        ] {
            let got = anthropic_complaint(&schema).unwrap();
            assert!(got.contains(complaint), "{schema}: {got}");
        }
    }

    #[test]
    fn gemini_names_the_first_field_that_its_schema_lacks() {
        assert_eq!(gemini_unknown_field(&json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}})), None);
        assert_eq!(
            gemini_unknown_field(&json!({"type": "object", "properties": {"a": {"const": 1}}})),
            Some(("const".to_owned(), "properties.a".to_owned()))
        );
        assert_eq!(
            gemini_unknown_field(&json!({"additionalProperties": false})),
            Some(("additionalProperties".to_owned(), String::new()))
        );
    }
}

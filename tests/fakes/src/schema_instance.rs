use serde_json::{Map, Number, Value, json};

/// How deep optional parts are filled in; below, only what a schema demands is there, so that recursive schemas end.
const ROOMY_DEPTH: usize = 4;
/// Where a schema that demands itself for ever is given up.
const MAX_DEPTH: usize = 32;

/// A small value that satisfies a JSON Schema: booleans are true, enums their first value, numbers their minimum or 1,
/// strings `ok`, arrays hold one item, objects all their properties.
///
/// `pattern`, `not` and conditions are not looked at. Types may be in capitals, as Gemini writes them.
pub fn instance_of(schema: &Value) -> Value {
    Instance { root: schema }.of(schema, 0)
}

/// The first JSON Schema that stands in a text, such as a prompt that asks for JSON.
pub fn schema_in_text(text: &str) -> Option<Value> {
    if !text.contains("\"type\"") && !text.contains("\"properties\"") && !text.contains("\"enum\"") {
        return None;
    }
    let mut start = 0;
    while let Some(found) = text[start..].find('{') {
        let brace = start + found;
        let mut values = serde_json::Deserializer::from_str(&text[brace..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) if is_schema(&value) => return Some(value),
            Some(Ok(_)) => start = brace + values.byte_offset(),
            _ => start = brace + 1,
        }
    }
    None
}

fn is_schema(value: &Value) -> bool {
    const TYPES: [&str; 6] = ["object", "array", "string", "number", "integer", "boolean"];
    value.get("properties").is_some_and(Value::is_object)
        || value.get("enum").is_some_and(Value::is_array)
        || value.get("anyOf").is_some_and(Value::is_array)
        || value.get("type").and_then(Value::as_str).is_some_and(|name| TYPES.contains(&name))
}

struct Instance<'a> {
    root: &'a Value,
}

impl Instance<'_> {
    fn of(&self, schema: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
            return first.clone();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map_or(Value::Null, |target| self.of(target, depth + 1));
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(options) = schema.get(choice).and_then(Value::as_array) {
                return self.of_choice(options, depth);
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.of_all(schema, parts, depth);
        }
        match kind(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "boolean" => Value::Bool(true),
            "integer" | "number" => number(schema),
            "null" => Value::Null,
            _ => Value::String(string(schema)),
        }
    }

    fn of_choice(&self, options: &[Value], depth: usize) -> Value {
        let is_null = |option: &&Value| option.get("type").and_then(Value::as_str) == Some("null");
        if depth >= ROOMY_DEPTH && options.iter().any(|option| is_null(&option)) {
            return Value::Null;
        }
        let chosen = options.iter().find(|option| !is_null(option)).or(options.first());
        chosen.map_or(Value::Null, |option| self.of(option, depth + 1))
    }

    fn of_all(&self, schema: &Value, parts: &[Value], depth: usize) -> Value {
        let mut merged = if schema.get("properties").is_some() { self.object(schema, depth) } else { Value::Null };
        for part in parts {
            match (&mut merged, self.of(part, depth + 1)) {
                (Value::Object(all), Value::Object(more)) => all.extend(more),
                (_, value) => merged = value,
            }
        }
        merged
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required: Vec<_> = items(schema, "required").iter().filter_map(Value::as_str).collect();
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return Value::Object(required.into_iter().map(|name| (name.to_owned(), json!("ok"))).collect());
        };
        let filled: Map<_, _> = properties
            .iter()
            .filter(|(name, _)| depth < ROOMY_DEPTH || required.contains(&name.as_str()))
            .map(|(name, property)| (name.clone(), self.of(property, depth + 1)))
            .collect();
        Value::Object(filled)
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        let least = integer(schema, "minItems").unwrap_or(u64::from(depth < ROOMY_DEPTH));
        let count = integer(schema, "maxItems").map_or(least, |most| least.min(most));
        let mut values: Vec<_> = items(schema, "prefixItems").iter().map(|item| self.of(item, depth + 1)).collect();
        let item = schema.get("items").map_or_else(|| json!("ok"), |item| self.of(item, depth + 1));
        while values.len() < usize::try_from(count).unwrap_or(usize::MAX) {
            values.push(item.clone());
        }
        Value::Array(values)
    }
}

/// The type that a schema names, the first that is not null, or the one that its other keywords suggest.
fn kind(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => {
            let mut names = names.iter().filter_map(Value::as_str);
            names.clone().find(|name| *name != "null").or_else(|| names.next())
        }
        _ => None,
    };
    let suggested = || match schema {
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ if schema.get("minimum").is_some() || schema.get("maximum").is_some() => "number",
        _ => "string",
    };
    named.unwrap_or_else(suggested).to_ascii_lowercase()
}

fn items<'a>(schema: &'a Value, name: &str) -> &'a [Value] {
    schema.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A keyword that counts; Gemini writes such numbers as strings.
fn integer(schema: &Value, name: &str) -> Option<u64> {
    match schema.get(name)? {
        Value::String(digits) => digits.parse().ok(),
        value => value.as_u64(),
    }
}

fn number(schema: &Value) -> Value {
    let bound = |name| schema.get(name).and_then(Value::as_number).cloned();
    let beyond = |name, step: i64| {
        let limit = bound(name)?;
        limit.as_i64().map(|limit| Number::from(limit + step)).or_else(|| {
            #[expect(clippy::cast_precision_loss, reason = "a step is one or minus one")]
            Number::from_f64(limit.as_f64()? + step as f64)
        })
    };
    let lowest = bound("minimum").or_else(|| beyond("exclusiveMinimum", 1)).or_else(|| bound("multipleOf"));
    let highest = bound("maximum").or_else(|| beyond("exclusiveMaximum", -1));
    let one_fits = highest.as_ref().and_then(Number::as_f64).is_none_or(|highest| highest >= 1.0);
    let chosen = lowest.or(if one_fits { None } else { highest });
    Value::Number(chosen.unwrap_or_else(|| Number::from(1)))
}

fn string(schema: &Value) -> String {
    match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => return "2024-01-01T00:00:00Z".to_owned(),
        Some("date") => return "2024-01-01".to_owned(),
        Some("time") => return "00:00:00Z".to_owned(),
        Some("email") => return "ok@example.com".to_owned(),
        Some("uri") => return "https://example.com/".to_owned(),
        Some("uuid") => return "00000000-0000-4000-8000-000000000000".to_owned(),
        _ => {}
    }
    let length = |name| integer(schema, name).and_then(|length| usize::try_from(length).ok());
    let mut text = "ok".to_owned();
    while text.len() < length("minLength").unwrap_or_default() {
        text.push('k');
    }
    text.truncate(length("maxLength").unwrap_or(usize::MAX));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_small_value() {
        for (schema, value) in [
            (json!({"type": "boolean"}), json!(true)),
            (json!({"type": "string"}), json!("ok")),
            (json!({"type": "STRING"}), json!("ok")),
            (json!({"type": ["null", "integer"]}), json!(1)),
            (json!({"type": "integer", "minimum": 3}), json!(3)),
            (json!({"type": "integer", "exclusiveMinimum": 3}), json!(4)),
            (json!({"type": "number", "minimum": -0.5}), json!(-0.5)),
            (json!({"type": "number", "maximum": 0.25}), json!(0.25)),
            (json!({"type": "null"}), json!(null)),
            (json!({"enum": ["no", "yes"]}), json!("no")),
            (json!({"const": 5}), json!(5)),
            (json!({"type": "array", "items": {"type": "boolean"}}), json!([true])),
            (json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2}), json!([true, true])),
            (json!({"type": "array", "maxItems": 0}), json!([])),
            (json!({"type": "string", "minLength": 4}), json!("okkk")),
            (json!({"type": "string", "maxLength": 1}), json!("o")),
            (json!({"anyOf": [{"type": "null"}, {"type": "boolean"}]}), json!(true)),
            (json!({}), json!("ok")),
        ] {
            assert_eq!(instance_of(&schema), value, "{schema}");
        }
    }

    #[test]
    fn objects_are_filled_and_references_followed() {
        let schema = json!({
            "type": "object",
            "properties": {
                "rationale": {"type": "string"},
                "result": {"$ref": "#/$defs/verdict"},
                "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
                "both": {"allOf": [{"properties": {"a": {"type": "null"}}}, {"properties": {"b": {"type": "null"}}}]},
            },
            "$defs": {"verdict": {"enum": ["yes", "no"]}},
        });
        assert_eq!(
            instance_of(&schema),
            json!({"rationale": "ok", "result": "yes", "parts": [{"n": 1}], "both": {"a": null, "b": null}})
        );
    }

    #[test]
    fn schemas_that_hold_themselves_come_to_an_end() {
        let list = json!({
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "required": ["next"],
        });
        let mut depth = 0;
        let instance = instance_of(&list);
        let mut at = &instance;
        while let Some(next) = at.get("next") {
            (at, depth) = (next, depth + 1);
        }
        assert!((1..=MAX_DEPTH).contains(&depth));
        instance_of(&json!({"properties": {"self": {"$ref": "#"}}, "required": ["self"]}));
    }

    #[test]
    fn a_schema_is_found_among_other_json_in_a_prompt() {
        let prompt = "Rate {this}: {\"answer\": 1}. Reply with JSON like\n```json\n\
                      {\"type\": \"object\", \"properties\": {\"ok\": {\"type\": \"boolean\"}}}\n```";
        let schema = schema_in_text(prompt).unwrap();
        assert_eq!(instance_of(&schema), json!({"ok": true}));
    }

    #[test]
    fn a_prompt_without_a_schema_has_none() {
        assert_eq!(schema_in_text("What is 6 x 7? {}"), None);
        assert_eq!(schema_in_text("{\"type\": \"question\", \"text\": \"why {\"}"), None);
    }
}

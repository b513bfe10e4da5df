//! A config's JSON Schema as a table that a person can read.

use scorebox_core::Json;
use serde_json::{Map, Value};

use crate::terminal::{FAINT, NAME, printable, render, table, wrap};

/// The settings that a schema describes: name, type, default, description. Nested objects appear as `outer.inner`.
pub(super) fn settings_table(schema: &Json) -> String {
    let Ok(schema) = schema.to::<Value>() else { return String::new() };
    let mut settings = Vec::new();
    collect(&schema, &schema, "", &mut settings, 0);
    if settings.is_empty() {
        return format!("   {}\n", FAINT.paint("no config"));
    }
    let mut table = table(["config", "type", "default", ""]);
    for Setting { name, kind, default, description } in settings {
        table.add_row([NAME.paint(name), kind, default, description]);
    }
    wrap(&mut table);
    render(&table).lines().map(|line| format!("  {line}\n")).collect()
}

struct Setting {
    name: String,
    kind: String,
    default: String,
    description: String,
}

/// Deeper nesting is left to `--json`.
const MAX_DEPTH: usize = 4;
/// So are schemas that a plugin blew up.
const MAX_SETTINGS: usize = 200;

fn collect(root: &Value, schema: &Value, prefix: &str, settings: &mut Vec<Setting>, depth: usize) {
    let schema = resolve(root, schema);
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<_> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    for (name, property) in properties {
        if settings.len() >= MAX_SETTINGS {
            return;
        }
        let resolved = resolve(root, property);
        let is_required = required.iter().any(|required| required.as_str() == Some(name));
        let default = property.get("default").filter(|default| !default.is_null());
        settings.push(Setting {
            name: printable(&format!("{prefix}{name}")),
            kind: kind(root, property, 0),
            default: match default {
                Some(default) => printable(&default.to_string()),
                None if is_required => "required".to_owned(),
                None => FAINT.paint("–"),
            },
            description: description(property).or_else(|| description(resolved)).unwrap_or_default(),
        });
        if depth < MAX_DEPTH {
            collect(root, property, &format!("{prefix}{name}."), settings, depth + 1);
        }
    }
}

/// The first paragraph, on one line.
fn description(schema: &Value) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    Some(printable(&text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Follows a reference within the schema; schemas come from plugins, so a circle of references must end.
fn resolve<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..16 {
        let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        let only = schema.get("allOf").and_then(Value::as_array).filter(|all| all.len() == 1).map(|all| &all[0]);
        match pointer.and_then(|pointer| root.pointer(pointer)).or(only) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

fn kind(root: &Value, schema: &Value, depth: usize) -> String {
    let schema = resolve(root, schema);
    if depth > MAX_DEPTH {
        return "…".to_owned();
    }
    let inner = |schema: &Value| kind(root, schema, depth + 1);
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().filter(|value| !value.is_null()).map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(options) = schema.get(choice).and_then(Value::as_array) {
            let mut kinds: Vec<_> = options.iter().map(inner).filter(|kind| kind != "null").collect();
            kinds.dedup();
            return kinds.join(" | ");
        }
    }
    match schema.get("type") {
        Some(Value::String(name)) => named(name, schema, &inner),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.map(|name| named(name, schema, &inner)).collect::<Vec<_>>().join(" | ")
        }
        _ => "any".to_owned(),
    }
}

fn named(name: &str, schema: &Value, inner: &impl Fn(&Value) -> String) -> String {
    match name {
        "string" => "text".to_owned(),
        "array" => schema.get("items").map_or_else(|| "array".to_owned(), |items| format!("[{}]", inner(items))),
        "object" => match schema.get("additionalProperties") {
            Some(values @ Value::Object(map)) if !map.is_empty() => format!("table of {}", inner(values)),
            _ => "table".to_owned(),
        },
        "integer" | "number" => format!("{name}{}", bounds(schema.as_object())),
        other => other.to_owned(),
    }
}

/// `≥ 0, ≤ 1`, where the schema has bounds that a person would set.
fn bounds(schema: Option<&Map<String, Value>>) -> String {
    let signs = [("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<")];
    let shown = signs.iter().filter_map(|(key, sign)| Some(format!("{sign} {}", schema?.get(*key)?)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    if shown.is_empty() { shown } else { format!(" {shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_reads_as_a_table() {
        let schema = r##"{"type":"object","required":["key"],"properties":{
            "key":{"type":"string","description":"What is\nlooked up.\n\nMore."},
            "mode":{"$ref":"#/$defs/Mode","default":"all"},
            "least":{"type":["integer","null"],"minimum":0},
            "table":{"type":"object","additionalProperties":{"type":"number"}},
            "words":{"type":"array","items":{"type":"string"}}},
            "$defs":{"Mode":{"description":"How many.","oneOf":[{"const":"all"},{"const":"any"}]}}}"##;
        let table = settings_table(&Json::parse(schema).unwrap());
        insta::assert_snapshot!(anstream::adapter::strip_str(&table), @r#"
         config   type              default    
        ──────────────────────────────────────────────────────────
         key      text              required   What is looked up.
         least    integer ≥ 0       –
         mode     "all" | "any"     "all"      How many.
         table    table of number   –
         words    [text]            –
        "#);
    }

    #[test]
    fn references_in_a_circle_end() {
        let schema = r##"{"properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"$ref":"#/$defs/A"}}}"##;
        assert!(settings_table(&Json::parse(schema).unwrap()).contains("any"));
    }
}

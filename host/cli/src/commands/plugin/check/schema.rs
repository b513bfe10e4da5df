//! Config schemas: whether they are valid, and whether what they give as defaults satisfies them.

use scorebox_cases::{Call, Case};
use scorebox_core::Json;
use scorebox_engine::Plugin;
use scorebox_eval::schema_problems;
use serde_json::Value;

use super::{Check, Verdict};

/// The schemas of all functions.
pub(super) fn check(plugin: &Plugin) -> Check {
    let scorers = plugin.scorers().iter().map(|info| (&info.name, &info.config_schema));
    let predictors = plugin.predictors().iter().map(|info| (&info.name, &info.config_schema));
    let mut found = Vec::new();
    for (name, schema) in scorers.chain(predictors) {
        let problems = findings(schema).into_iter().map(|(verdict, problem)| (verdict, format!("{name}: {problem}")));
        found.extend(problems);
    }
    Check::of("schemas", found, || "valid, and their defaults satisfy them".to_owned())
}

/// Why an evaluation would refuse the config of a case, a line for each problem.
pub(in super::super) fn config_problems(plugin: &Plugin, case: &Case) -> Vec<String> {
    let name = case.call.function();
    let schema = match &case.call {
        Call::Predict { .. } => {
            plugin.predictors().iter().find(|info| info.name == name).map(|info| &info.config_schema)
        }
        Call::Score { .. } | Call::Batch { .. } | Call::Session { .. } => {
            plugin.scorers().iter().find(|info| info.name == name).map(|info| &info.config_schema)
        }
    };
    let (Some(Ok(schema)), Ok(config)) = (schema.map(Json::to::<Value>), case.config.to::<Value>()) else {
        return Vec::new();
    };
    schema_problems(&schema, &config).unwrap_or_else(|problem| vec![problem])
}

fn findings(schema: &Json) -> Vec<(Verdict, String)> {
    let schema: Value = match schema.to() {
        Ok(schema) => schema,
        Err(error) => return vec![(Verdict::Failed, error.to_string())],
    };
    if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
        let problem = match error.instance_path().as_str() {
            "" => format!("no valid JSON Schema (2020-12): {error}"),
            place => format!("no valid JSON Schema (2020-12): {place}: {error}"),
        };
        return vec![(Verdict::Failed, problem)];
    }
    // Also finds references that lead nowhere.
    if let Err(problem) = schema_problems(&schema, &Value::Object(serde_json::Map::new())) {
        return vec![(Verdict::Failed, problem)];
    }
    let mut found = Vec::new();
    if !allows_objects(&schema) {
        found.push((Verdict::Failed, "a config is an object, and this allows none".to_owned()));
    }
    let mut wrong = Vec::new();
    wrong_defaults(&schema, &schema, "", &mut wrong);
    found.extend(wrong.into_iter().map(|problem| (Verdict::Failed, problem)));
    let is_open = schema.get("additionalProperties").is_none() && schema.get("unevaluatedProperties").is_none();
    let names_some = schema.get("properties").and_then(Value::as_object).is_some_and(|named| !named.is_empty());
    if is_open && names_some {
        let advice = "a misspelled key goes unnoticed; \"additionalProperties\": false refuses it";
        found.push((Verdict::Note, advice.to_owned()));
    }
    found
}

fn allows_objects(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => *schema != Value::Bool(false),
    }
}

/// The defaults at any depth that do not satisfy the schema they stand in.
fn wrong_defaults(root: &Value, schema: &Value, path: &str, wrong: &mut Vec<String>) {
    if let Some(default) = schema.get("default") {
        match schema_problems(&standalone(root, schema), default) {
            Ok(problems) => wrong.extend(problems.iter().map(|problem| format!("the default of {path}: {problem}"))),
            Err(problem) => wrong.push(format!("the default of {path}: {problem}")),
        }
    }
    for keyword in ["properties", "$defs", "patternProperties"] {
        for (name, inner) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            wrong_defaults(root, inner, &format!("{path}/{name}"), wrong);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(keyword).filter(|inner| inner.is_object()) {
            wrong_defaults(root, inner, &format!("{path}/{keyword}"), wrong);
        }
    }
}

/// A part of a schema with what its references lead to.
fn standalone(root: &Value, schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let (Some(definitions), Some(part)) = (root.get("$defs"), schema.as_object_mut()) {
        part.entry("$defs").or_insert_with(|| definitions.clone());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(schema: &str) -> Vec<String> {
        findings(&Json::parse(schema).unwrap()).into_iter().map(|(_, problem)| problem).collect()
    }

    #[test]
    fn a_schema_that_is_in_order_gives_nothing() {
        let schema = r##"{"type":"object","properties":{"mode":{"$ref":"#/$defs/Mode","default":"all"},
            "trim":{"type":"boolean","default":false}},"additionalProperties":false,
            "$defs":{"Mode":{"enum":["all","any"]}}}"##;
        assert_eq!(found(schema), Vec::<String>::new());
        assert_eq!(found(r#"{"type":"object"}"#), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (schema, problem) in [
            (r#"{"type":"objekt"}"#, "no valid JSON Schema"),
            (r#"{"type":"object","required":"a"}"#, "no valid JSON Schema"),
            (r#"{"type":"string"}"#, "a config is an object"),
            (r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}}}"##, "A"),
            (
                r#"{"type":"object","properties":{"n":{"type":"integer","default":"x"}},"additionalProperties":false}"#,
                "the default of /n",
            ),
            (
                r##"{"type":"object","additionalProperties":false,"properties":{"m":{"$ref":"#/$defs/M","default":"c"}},"$defs":{"M":{"enum":["a"]}}}"##,
                "the default of /m",
            ),
            (r#"{"type":"object","properties":{"a":{}}}"#, "a misspelled key"),
            (r#"{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1:1/a.json"}}}"#, "127.0.0.1"),
        ] {
            let found = found(schema);
            assert!(found.len() == 1 && found[0].contains(problem), "{schema}: {found:?}");
        }
    }
}

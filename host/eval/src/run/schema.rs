use jsonschema::PatternOptions;
use scorebox_core::schema_growth;
use serde_json::Value;

/// Checks a value against the JSON Schema that a plugin gave, and says what is wrong, a line for each problem.
///
/// The schema comes from a plugin, so it is not trusted: references to other documents are not followed,
/// references that would take too long are refused, and patterns take linear time.
///
/// # Errors
///
/// Why the schema cannot be used.
pub fn schema_problems(schema: &Value, value: &Value) -> Result<Vec<String>, String> {
    if !schema_growth(schema)?.allows(value) {
        return Err("it refers to itself so often that checking a config would take too long".to_owned());
    }
    let options = jsonschema::draft202012::options().with_pattern_options(PatternOptions::regex());
    let validator = options.build(schema).map_err(|error| error.to_string())?;
    let problem = |error: jsonschema::ValidationError<'_>| {
        let place = error.instance_path().to_string();
        if place.is_empty() { error.to_string() } else { format!("{place}: {error}") }
    };
    Ok(validator.iter_errors(value).map(problem).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn each_problem_names_its_place() {
        let schema = json(
            r#"{"type":"object","properties":{"n":{"type":"integer"},"mode":{"enum":["a","b"]}},"additionalProperties":false}"#,
        );
        assert!(schema_problems(&schema, &json(r#"{"n":1,"mode":"a"}"#)).unwrap().is_empty());
        let found = schema_problems(&schema, &json(r#"{"n":"x","mode":"c","other":1}"#)).unwrap();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|problem| problem.starts_with("/n: ")), "{found:?}");
        assert!(found.iter().any(|problem| problem.contains("other")), "{found:?}");
    }

    #[test]
    fn references_that_multiply_are_refused() {
        let levels = (0..40).map(|level| {
            let next = format!("#/$defs/l{}", level + 1);
            format!(r#""l{level}":{{"allOf":[{{"$ref":"{next}"}},{{"$ref":"{next}"}}]}}"#)
        });
        let defs: Vec<_> = levels.chain([r#""l40":{}"#.to_owned()]).collect();
        let schema = json(&format!(r##"{{"$ref":"#/$defs/l0","$defs":{{{}}}}}"##, defs.join(",")));
        assert!(schema_problems(&schema, &json("{}")).is_err());
    }

    #[test]
    fn references_to_elsewhere_are_not_followed() {
        for reference in ["http://127.0.0.1:1/schema.json", "file:///etc/passwd"] {
            let schema = json(&format!(r#"{{"$ref":"{reference}"}}"#));
            assert!(schema_problems(&schema, &json("{}")).is_err(), "{reference}");
        }
    }
}

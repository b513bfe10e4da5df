//! JSON Schemas as providers enforce them while a model writes. Each takes its own part of JSON Schema, and refuses a
//! schema with anything else. What is sent here is therefore narrower in shape and laxer in detail than what the guest
//! gave: the gateway holds every reply against the guest's schema afterwards.

use std::fmt;

use scorebox_core::Json;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// What a provider's constrained decoding asks of a schema.
#[derive(Debug)]
pub(super) struct Dialect {
    /// Every property of an object must be required.
    all_required: bool,
    /// The keywords that restrict values beyond their type and are understood.
    restrictions: &'static [&'static str],
    /// The largest `minItems` that is understood.
    max_min_items: u64,
}

/// OpenAI's strict mode (platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
pub(super) const OPENAI: Dialect = Dialect {
    all_required: true,
    restrictions: &[
        "pattern",
        "multipleOf",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "maxItems",
    ],
    max_min_items: u64::MAX,
};

/// Anthropic's structured outputs (platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema
/// limitations").
pub(super) const ANTHROPIC: Dialect = Dialect { all_required: false, restrictions: &["minItems"], max_min_items: 1 };

/// Formats of strings that both understand.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// Keywords that say nothing about which values are valid.
const ANNOTATIONS: &[&str] =
    &["$schema", "$id", "$comment", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// Keywords that restrict values, and that can be told in words where a dialect lacks them.
const TELLABLE: &[&str] = &[
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
];

/// Keywords of which a schema must have one to say anything that can be enforced.
const SUBSTANCE: &[&str] = &["type", "enum", "const", "$ref", "anyOf"];

/// The deepest that a schema may nest.
const MAX_DEPTH: usize = 100;

/// Whether a schema says that its values are objects.
pub(super) fn describes_an_object(schema: &Json) -> bool {
    members(schema).is_some_and(|members| members.value("type").is_some_and(|kind| kind.as_str() == "\"object\""))
}

/// The schema in a dialect: objects closed, annotations dropped, and restrictions that the dialect lacks moved into
/// the description. `None` if what it describes cannot be said in the dialect, such as an object with free keys.
pub(super) fn translated(schema: &Json, dialect: &Dialect) -> Option<Json> {
    if schema.nests_deeper_than(MAX_DEPTH) { None } else { one(schema, dialect) }
}

fn one(schema: &Json, dialect: &Dialect) -> Option<Json> {
    let source = members(schema)?;
    let mut target = Members::default();
    let mut told = Vec::new();
    for (keyword, value) in &source.0 {
        match keyword.as_str() {
            "type" | "enum" | "const" | "$ref" | "title" | "description" | "required" | "additionalProperties" => {
                target.push(keyword, value.clone());
            }
            "properties" | "$defs" | "definitions" => target.push(keyword, each_member(value, dialect)?),
            "items" => target.push(keyword, one(value, dialect)?),
            "anyOf" | "oneOf" if target.value("anyOf").is_none() => target.push("anyOf", each(value, dialect)?),
            "format" if FORMATS.iter().any(|format| value.as_str() == format!("\"{format}\"")) => {
                target.push(keyword, value.clone());
            }
            "minItems" if value.to::<u64>().is_ok_and(|least| least > dialect.max_min_items) => {
                told.push(format!("{keyword}: {value}"));
            }
            restriction if dialect.restrictions.contains(&restriction) => target.push(keyword, value.clone()),
            restriction if TELLABLE.contains(&restriction) => told.push(format!("{keyword}: {value}")),
            annotation if ANNOTATIONS.contains(&annotation) => {}
            _ => return None,
        }
    }
    if !SUBSTANCE.iter().any(|keyword| target.value(keyword).is_some()) {
        return None;
    }
    let allows = |kind: &str| source.value("type").is_some_and(|kinds| kinds.as_str().contains(kind));
    if allows("\"array\"") && target.value("items").is_none() {
        return None;
    }
    if allows("\"object\"") {
        close(&mut target, dialect)?;
    }
    describe(&mut target, &told)?;
    Json::from_value(&target).ok()
}

fn each_member(schemas: &Json, dialect: &Dialect) -> Option<Json> {
    let schemas = members(schemas)?.0.into_iter();
    let translated: Option<_> = schemas.map(|(name, schema)| Some((name, one(&schema, dialect)?))).collect();
    Json::from_value(&Members(translated?)).ok()
}

fn each(schemas: &Json, dialect: &Dialect) -> Option<Json> {
    let translated: Option<Vec<_>> =
        schemas.to::<Vec<Json>>().ok()?.iter().map(|schema| one(schema, dialect)).collect();
    Json::from_value(&translated?).ok()
}

/// Rules out all properties that the schema does not name. An object without named ones is meant to have others, so it
/// cannot be closed; nor can one whose other properties have a schema, or stand in another schema that it refers to.
fn close(object: &mut Members, dialect: &Dialect) -> Option<()> {
    let properties = members(object.value("properties")?)?;
    match object.value("additionalProperties").map(Json::as_str) {
        Some("false") => {}
        None => object.push("additionalProperties", Json::parse("false").ok()?),
        Some(_) => return None,
    }
    let required: Vec<String> = object.value("required").map_or_else(|| Some(Vec::new()), |names| names.to().ok())?;
    let all_named = required.iter().all(|name| properties.value(name).is_some());
    let all_required = properties.0.iter().all(|(name, _)| required.contains(name));
    let stands_alone = object.value("anyOf").is_none() && object.value("$ref").is_none();
    let can_be_closed = !properties.0.is_empty() && all_named && stands_alone;
    (can_be_closed && (all_required || !dialect.all_required)).then_some(())
}

fn describe(schema: &mut Members, told: &[String]) -> Option<()> {
    if told.is_empty() {
        return Some(());
    }
    let told = format!("Must satisfy {}.", told.join(", "));
    match schema.0.iter_mut().find(|(keyword, _)| keyword == "description") {
        Some((_, description)) => {
            *description = Json::from_value(&format!("{} {told}", description.to::<String>().ok()?)).ok()?;
        }
        None => schema.push("description", Json::from_value(&told).ok()?),
    }
    Some(())
}

/// The members of an object, in their order.
#[derive(Debug, Default)]
struct Members(Vec<(String, Json)>);

impl Members {
    fn value(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    fn push(&mut self, name: &str, value: Json) {
        self.0.push((name.to_owned(), value));
    }
}

fn members(json: &Json) -> Option<Members> {
    json.to().ok()
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some(member) = map.next_entry()? {
                    members.0.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    fn openai(schema: &str) -> Option<String> {
        translated(&json(schema), &OPENAI).map(|schema| schema.as_str().to_owned())
    }

    fn anthropic(schema: &str) -> Option<String> {
        translated(&json(schema), &ANTHROPIC).map(|schema| schema.as_str().to_owned())
    }

    #[test]
    fn a_schema_that_qualifies_keeps_its_order() {
        let schema = concat!(
            r#"{"type":"object","properties":{"why":{"type":"string"},"passed":{"type":"boolean"}},"#,
            r#""required":["why","passed"],"additionalProperties":false}"#
        );
        assert_eq!(openai(schema).as_deref(), Some(schema));
        assert_eq!(anthropic(schema).as_deref(), Some(schema));
    }

    #[test]
    fn objects_are_closed_at_every_level() {
        let schema = concat!(
            r#"{"$defs":{"D":{"type":"object","properties":{"x":{"type":"null"}},"required":["x"] END}},"#,
            r##""type":"object","properties":{"l":{"type":"array","items":{"$ref":"#/$defs/D"}}},"##,
            r#""required":["l"] END}"#
        );
        let closed = schema.replace(" END", r#","additionalProperties":false"#);
        assert_eq!(openai(&schema.replace(" END", "")), Some(closed));
    }

    #[test]
    fn optional_properties_have_no_form_in_openais_strict_mode() {
        let schema = r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#;
        assert_eq!(openai(schema), None);
        assert_eq!(anthropic(schema).as_deref(), Some(schema));
    }

    #[test]
    fn free_objects_arrays_and_values_have_no_form() {
        for schema in [
            r#"{"type":"object"}"#,
            r#"{"type":"object","properties":{}}"#,
            r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":true}"#,
            r#"{"type":"object","additionalProperties":{"type":"number"}}"#,
            r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a","b"]}"#,
            r#"{"type":["object","null"]}"#,
            r#"{"type":"array"}"#,
            r#"{"type":"array","items":{}}"#,
        ] {
            assert_eq!(openai(schema), None, "{schema}");
            assert_eq!(anthropic(schema), None, "{schema}");
        }
    }

    #[test]
    fn an_object_that_is_described_in_two_places_has_no_form() {
        let other = r#"{"type":"object","properties":{"b":{"type":"null"}},"required":["b"]}"#;
        for place in [format!(r#""anyOf":[{other}]"#), format!(r##""$defs":{{"B":{other}}},"$ref":"#/$defs/B""##)] {
            let properties = r#""type":"object","properties":{"a":{"type":"null"}},"required":["a"]"#;
            assert!(anthropic(&format!("{{{properties}}}")).is_some());
            assert_eq!(anthropic(&format!("{{{properties},{place}}}")), None);
        }
    }

    #[test]
    fn restrictions_that_a_dialect_lacks_are_told_in_words() {
        let schema = r#"{"type":"integer","minimum":1,"maximum":5,"format":"uint8","description":"A score."}"#;
        assert_eq!(
            openai(schema).as_deref(),
            Some(
                r#"{"type":"integer","minimum":1,"maximum":5,"description":"A score. Must satisfy format: \"uint8\"."}"#
            )
        );
        assert_eq!(
            anthropic(schema).as_deref(),
            Some(
                r#"{"type":"integer","description":"A score. Must satisfy minimum: 1, maximum: 5, format: \"uint8\"."}"#
            )
        );
    }

    #[test]
    fn anthropic_knows_arrays_with_at_least_one_item_but_no_more() {
        let one = r#"{"type":"array","items":{"type":"null"},"minItems":1}"#;
        assert_eq!(anthropic(one).as_deref(), Some(one));
        let two = r#"{"type":"array","items":{"type":"null"},"minItems":2}"#;
        assert_eq!(openai(two).as_deref(), Some(two));
        let told = r#"{"type":"array","items":{"type":"null"},"description":"Must satisfy minItems: 2."}"#;
        assert_eq!(anthropic(two).as_deref(), Some(told));
    }

    #[test]
    fn annotations_are_dropped_and_alternatives_become_any_of() {
        let schema = r#"{"$schema":"s","default":1,"oneOf":[{"type":"string","format":"date"},{"const":1}]}"#;
        let expected = r#"{"anyOf":[{"type":"string","format":"date"},{"const":1}]}"#;
        assert_eq!(openai(schema).as_deref(), Some(expected));
    }

    #[test]
    fn keywords_without_a_counterpart_have_no_form() {
        for schema in [
            r#"{"not":{"type":"string"}}"#,
            r#"{"patternProperties":{}}"#,
            r#"{"items":true}"#,
            r#"{"allOf":[{"type":"string"}]}"#,
            r#"{"anyOf":[{"type":"string"}],"oneOf":[{"type":"string"}]}"#,
            "true",
        ] {
            assert_eq!(anthropic(schema), None, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_nests_too_deep_has_no_form() {
        let schema = format!("{}{}{}", r#"{"anyOf":["#.repeat(60), r#"{"type":"null"}"#, "]}".repeat(60));
        assert_eq!(openai(&schema), None);
    }

    #[test]
    fn only_a_declared_object_is_one() {
        assert!(describes_an_object(&json(r#"{"type":"object"}"#)));
        for schema in [r#"{"type":"array"}"#, r#"{"type":["object","null"]}"#, r##"{"$ref":"#/x"}"##, "true"] {
            assert!(!describes_an_object(&json(schema)), "{schema}");
        }
    }
}

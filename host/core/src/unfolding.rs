//! How much work a JSON Schema can make. It comes from a plugin, and whoever checks a reply follows its references:
//! a chain of them takes stack, references to references multiply, and one that refers to itself twice multiplies with
//! each level of the reply.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The deepest that schemas and references may lead into each other.
const MAX_DEPTH: usize = 256;
/// The most schemas that are there once all references are followed, a reference to a schema around it not.
const MAX_SCHEMAS: usize = 20_000;
/// The most schemas that may be gone through for one reply because of references to schemas around them.
const MAX_VISITS: u64 = 10_000_000;

/// Keywords whose value is a schema, or a list of them, for the same value.
const SAME_VALUE: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];
/// Keywords whose value is a schema, or a list of them, for the items of a list.
const ITEMS: &[&str] = &["items", "prefixItems", "contains", "additionalItems", "unevaluatedItems"];
/// Keywords whose value is a schema for members of an object that it does not name.
const OTHER_MEMBERS: &[&str] = &["additionalProperties", "unevaluatedProperties", "propertyNames"];
/// Keywords that lead elsewhere in ways that are not followed here.
const OTHER_REFERENCES: &[&str] = &["$dynamicRef", "$recursiveRef"];

/// What a schema multiplies with each level of a reply: one where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaGrowth(u64);

impl SchemaGrowth {
    /// Whether a reply is shallow enough to be checked.
    pub fn allows(self, reply: &Value) -> bool {
        u32::try_from(depth(reply))
            .ok()
            .and_then(|depth| self.0.checked_pow(depth))
            .is_some_and(|visits| visits <= MAX_VISITS)
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The growth of a schema, or why it is not to be used.
pub fn schema_growth(schema: &Value) -> Result<SchemaGrowth, String> {
    let mut unfolding = Unfolding { root: schema, open: Vec::new(), schemas: 0, returns: HashMap::new() };
    unfolding.enter("#", "", 0)?;
    let (unnamed, named): (Vec<_>, Vec<_>) = unfolding.returns.into_iter().partition(|(place, _)| place.contains('*'));
    // A member that a pattern or the rest of the members stand for may be one that is named, too.
    let growth = named.iter().map(|(_, returns)| returns).max().unwrap_or(&0)
        + unnamed.iter().map(|(_, returns)| returns).sum::<u64>();
    Ok(SchemaGrowth(growth.max(1)))
}

struct Unfolding<'s> {
    root: &'s Value,
    /// The references that are being followed.
    open: Vec<&'s str>,
    schemas: usize,
    /// How often a schema around it is referred to, by the place in the reply.
    returns: HashMap<String, u64>,
}

impl<'s> Unfolding<'s> {
    /// Follows a reference from a place in the reply.
    fn enter(&mut self, reference: &'s str, place: &str, depth: usize) -> Result<(), String> {
        if self.open.contains(&reference) {
            *self.returns.entry(place.to_owned()).or_default() += 1;
            return Ok(());
        }
        let pointer = reference.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let target = pointer.filter(|pointer| !pointer.contains('%')).and_then(|pointer| self.root.pointer(pointer));
        let target = target.ok_or_else(|| format!("the reference `{reference}` leads nowhere; write #/$defs/NAME"))?;
        self.open.push(reference);
        self.schema(target, place, depth)?;
        self.open.pop();
        Ok(())
    }

    fn schema(&mut self, schema: &'s Value, place: &str, depth: usize) -> Result<(), String> {
        self.schemas += 1;
        if depth > MAX_DEPTH {
            return Err(format!("schemas and references lead more than {MAX_DEPTH} deep into each other"));
        }
        if self.schemas > MAX_SCHEMAS {
            return Err(format!("with all references followed, it has more than {MAX_SCHEMAS} schemas"));
        }
        let Value::Object(keywords) = schema else { return Ok(()) };
        for (keyword, value) in keywords {
            self.keyword(keyword, value, place, depth + 1)?;
        }
        Ok(())
    }

    fn keyword(&mut self, keyword: &str, value: &'s Value, place: &str, depth: usize) -> Result<(), String> {
        match (keyword, value) {
            ("$ref", Value::String(reference)) => self.enter(reference, place, depth),
            ("properties", Value::Object(named)) => {
                named.iter().try_for_each(|(name, schema)| self.schema(schema, &below(place, name), depth))
            }
            ("patternProperties", Value::Object(named)) => self.all(named, &format!("{place}/*"), depth),
            ("dependentSchemas" | "dependencies", Value::Object(named)) => self.all(named, place, depth),
            _ if SAME_VALUE.contains(&keyword) => self.each(value, place, depth),
            _ if ITEMS.contains(&keyword) => self.each(value, &format!("{place}/[]"), depth),
            _ if OTHER_MEMBERS.contains(&keyword) => self.each(value, &format!("{place}/*"), depth),
            // Within a schema that has a name of its own, references would mean something else.
            ("$id", Value::String(_)) if depth > 1 => Err("a schema within it has an `$id`; leave it out".to_owned()),
            _ if OTHER_REFERENCES.contains(&keyword) => Err(format!("`{keyword}` is not supported; use `$ref`")),
            _ => Ok(()),
        }
    }

    fn all(&mut self, schemas: &'s Map<String, Value>, place: &str, depth: usize) -> Result<(), String> {
        schemas.values().try_for_each(|schema| self.schema(schema, place, depth))
    }

    fn each(&mut self, schemas: &'s Value, place: &str, depth: usize) -> Result<(), String> {
        match schemas {
            Value::Array(schemas) => schemas.iter().try_for_each(|schema| self.schema(schema, place, depth)),
            schema => self.schema(schema, place, depth),
        }
    }
}

/// The place of a member. A name does not look like a pattern, whatever is in it.
fn below(place: &str, name: &str) -> String {
    format!("{place}/={}", name.replace('*', "+"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `count` definitions, each of which is made from the name of the next one.
    fn chain(count: usize, link: impl Fn(&str) -> Value) -> Value {
        let mut definitions = Map::new();
        for number in 0..count {
            definitions.insert(format!("d{number}"), link(&format!("#/$defs/d{}", number + 1)));
        }
        definitions.insert(format!("d{count}"), json!(true));
        json!({"$ref": "#/$defs/d0", "$defs": definitions})
    }

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inner, _| json!({ "a": inner }))
    }

    #[test]
    fn schemas_of_replies_do_not_grow() {
        let verdict = json!({"type": "object", "properties": {"why": {"type": "string"}, "parts": {"items": {"$ref": "#/$defs/part"}}},
            "$defs": {"part": {"properties": {"score": {"type": "integer"}}}}});
        assert_eq!(schema_growth(&verdict), Ok(SchemaGrowth(1)));
        let tree = json!({"$ref": "#/$defs/node", "$defs": {"node": {"properties": {
            "left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#/$defs/node"}}}}});
        assert_eq!(schema_growth(&tree), Ok(SchemaGrowth(1)));
        assert!(SchemaGrowth(1).allows(&nested(100)));
        assert_eq!(schema_growth(&json!({"$ref": "#"})), Ok(SchemaGrowth(1)));
    }

    #[test]
    fn a_schema_that_multiplies_itself_is_for_shallow_replies_only() {
        let twice = json!({"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
        let growth = schema_growth(&twice).unwrap();
        assert_eq!(growth, SchemaGrowth(2));
        assert!(growth.allows(&nested(10)) && !growth.allows(&nested(40)));
    }

    #[test]
    fn neither_detours_nor_patterns_hide_that_a_schema_multiplies_itself() {
        for schema in [
            json!({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {
                "x": {"properties": {"a": {"anyOf": [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/y"}]}}},
                "y": {"properties": {"a": {"anyOf": [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/y"}]}}}}}),
            json!({"properties": {"a": {"$ref": "#"}}, "patternProperties": {"a": {"$ref": "#"}, "^a": {"$ref": "#"}}}),
            json!({"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}}),
            json!({"prefixItems": [{"$ref": "#"}], "contains": {"$ref": "#"}}),
        ] {
            assert!(schema_growth(&schema).unwrap().0 >= 2, "{schema}");
        }
    }

    #[test]
    fn a_long_chain_of_references_is_refused() {
        let refused = schema_growth(&chain(30_000, |next| json!({ "$ref": next }))).unwrap_err();
        assert!(refused.contains("256 deep"), "{refused}");
    }

    #[test]
    fn references_that_multiply_are_refused() {
        let refused =
            schema_growth(&chain(40, |next| json!({"allOf": [{ "$ref": next }, { "$ref": next }]}))).unwrap_err();
        assert!(refused.contains("20000 schemas"), "{refused}");
    }

    #[test]
    fn references_that_cannot_be_followed_are_refused_and_members_may_have_any_name() {
        for schema in [
            json!({"$ref": "#name"}),
            json!({"$ref": "other.json"}),
            json!({"$ref": "#/$defs/none"}),
            json!({"$dynamicRef": "#a"}),
            json!({"items": {"$id": "x", "$ref": "#"}}),
        ] {
            assert!(schema_growth(&schema).is_err(), "{schema}");
        }
        assert_eq!(
            schema_growth(&json!({"$id": "x", "properties": {"$ref": {"type": "string"}, "$id": true}})),
            Ok(SchemaGrowth(1))
        );
    }
}

//! The body of a request under construction.

use std::collections::BTreeMap;

use scorebox_core::{InvalidJson, Json};
use serde::Serialize;

use super::NotSupported;

/// A JSON object whose members keep the text that they came in: models write the properties of a reply in the order
/// in which the schema has them, so that order must survive.
#[derive(Debug, Default)]
pub(super) struct Body(BTreeMap<String, Json>);

impl Body {
    /// Sets a member.
    pub(super) fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), NotSupported> {
        self.0.insert(name.to_owned(), json(name, value)?);
        Ok(())
    }

    /// Sets a member, if there is a value for it.
    pub(super) fn set_some<T: Serialize>(&mut self, name: &str, value: Option<T>) -> Result<(), NotSupported> {
        value.map_or(Ok(()), |value| self.set(name, &value))
    }

    /// Whether nothing was set.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets the members of `parameters` replace those that are set, except the `reserved` ones. An object that is set
    /// under one of the `nested` names is not replaced as a whole: its members are, one by one.
    pub(super) fn merge(
        &mut self,
        parameters: Option<&Json>,
        reserved: &[&str],
        nested: &[&str],
    ) -> Result<(), NotSupported> {
        for (name, value) in parameters.map_or_else(|| Ok(BTreeMap::new()), parameter_members)? {
            if reserved.contains(&name.as_str()) {
                return Err(NotSupported(format!(
                    "`parameters` may not hold `{name}`: the request itself says that; leave it out"
                )));
            }
            let value = match self.0.get(&name) {
                Some(own) if nested.contains(&name.as_str()) => merged(&name, own, value)?,
                _ => value,
            };
            self.0.insert(name, value);
        }
        Ok(())
    }

    /// Whether a member is set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Lets the members of another object replace those that are set.
    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The object.
    pub(super) fn finish(&self) -> Result<Json, NotSupported> {
        json("the body", &self.0)
    }
}

fn parameter_members(parameters: &Json) -> Result<BTreeMap<String, Json>, NotSupported> {
    parameters.to().map_err(|_| {
        NotSupported("`parameters` is not a JSON object; give one, such as {\"top_p\": 0.9}, or leave it out".into())
    })
}

fn merged(name: &str, own: &Json, value: Json) -> Result<Json, NotSupported> {
    let (Ok(mut members), Ok(others)) = (own.to::<BTreeMap<String, Json>>(), value.to::<BTreeMap<String, Json>>())
    else {
        return Ok(value);
    };
    members.extend(others);
    json(name, &members)
}

fn json<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Json, NotSupported> {
    Json::from_value(value)
        .map_err(|error: InvalidJson| NotSupported(format!("{name} of the request has no JSON form: {error}")))
}

/// A temperature that JSON can express.
pub(super) fn finite(temperature: Option<f64>) -> Result<Option<f64>, NotSupported> {
    match temperature {
        Some(value) if !value.is_finite() => {
            Err(NotSupported(format!("the temperature is {value}; give a finite number, or none for the default")))
        }
        _ => Ok(temperature),
    }
}

/// A seed that fits into the signed integer of `bits` bits that a provider takes. Equal seeds stay equal, which is all
/// that a seed is for.
pub(super) fn folded(seed: Option<u64>, bits: u32) -> Option<u64> {
    seed.map(|seed| seed & (u64::MAX >> (65 - bits)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parameters(value: &Value) -> Json {
        Json::from_value(value).unwrap()
    }

    #[test]
    fn parameters_replace_what_is_set() {
        let mut body = Body::default();
        body.set("temperature", &0.5).unwrap();
        body.merge(Some(&parameters(&json!({"temperature": 1, "top_p": 0.9}))), &[], &[]).unwrap();
        assert_eq!(body.finish().unwrap().to::<Value>().unwrap(), json!({"temperature": 1, "top_p": 0.9}));
    }

    #[test]
    fn objects_under_nested_names_are_merged_member_by_member() {
        let mut body = Body::default();
        body.set("config", &json!({"a": 1, "b": 2})).unwrap();
        body.set("other", &json!({"a": 1})).unwrap();
        body.merge(Some(&parameters(&json!({"config": {"b": 3}, "other": {"b": 3}}))), &[], &["config"]).unwrap();
        let expected = json!({"config": {"a": 1, "b": 3}, "other": {"b": 3}});
        assert_eq!(body.finish().unwrap().to::<Value>().unwrap(), expected);
    }

    #[test]
    fn reserved_names_and_parameters_that_are_no_object_are_refused() {
        let mut body = Body::default();
        let error = body.merge(Some(&parameters(&json!({"model": "m"}))), &["model"], &[]).unwrap_err();
        assert!(error.0.contains("`model`"), "{error}");
        assert!(body.merge(Some(&parameters(&json!([1]))), &[], &[]).unwrap_err().0.contains("not a JSON object"));
    }

    #[test]
    fn the_order_inside_a_member_and_the_spelling_of_numbers_survive() {
        let mut body = Body::default();
        body.set("schema", &Json::parse(r#"{"z":1.0,"a":12345678901234567890123}"#).unwrap()).unwrap();
        assert_eq!(body.finish().unwrap().as_str(), r#"{"schema":{"z":1.0,"a":12345678901234567890123}}"#);
    }

    #[test]
    fn seeds_are_folded_into_the_providers_integer() {
        assert_eq!(folded(Some(u64::MAX), 32), Some(i32::MAX as u64));
        assert_eq!(folded(Some(u64::MAX), 64), Some(i64::MAX as u64));
        assert_eq!(folded(Some(42), 32), Some(42));
        assert_eq!(folded(None, 32), None);
    }

    #[test]
    fn a_temperature_that_is_no_number_is_refused() {
        assert!(finite(Some(f64::NAN)).unwrap_err().0.contains("NaN"));
        assert_eq!(finite(Some(2.0)), Ok(Some(2.0)));
    }
}

use std::fmt;

use scorebox_core::{InvalidJson, Json};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The members of a JSON object in their order, each value as it is written. Of a repeated key, the last one counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// The members of an object; none for anything else, or where a key names half of a surrogate pair.
    pub(super) fn of(json: &Json) -> Option<Self> {
        if json.is_object() { json.to().ok() } else { None }
    }

    pub(super) fn get(&self, key: &str) -> Option<Json> {
        let (_, value) = self.0.iter().find(|(name, _)| name == key)?;
        json_of(value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Json)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), json_of(value)?)))
    }

    /// Sets a member: in its place if it is there already, else at the end.
    pub(super) fn set(&mut self, key: &str, value: &Json) -> Result<(), InvalidJson> {
        let value = value.to()?;
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some(member) => member.1 = value,
            None => self.0.push((key.to_owned(), value)),
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Result<Json, InvalidJson> {
        Json::from_value(self)
    }
}

/// A raw value is JSON by construction, so there is always a result.
fn json_of(value: &RawValue) -> Option<Json> {
    Json::parse(value.get()).ok()
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
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
                let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match members.iter_mut().find(|(known, _)| *known == name) {
                        Some(member) => member.1 = value,
                        None => members.push((name, value)),
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Members {
        Members::of(&Json::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn values_keep_their_spelling_and_keys_their_order() {
        let mut members = members(r#"{"b": 1.50, "a": [ 1 ], "b": 2e3}"#);
        members.set("c", &Json::parse("null").unwrap()).unwrap();
        members.set("a", &Json::parse("10000000000000000000000").unwrap()).unwrap();
        assert_eq!(members.to_json().unwrap().as_str(), r#"{"b":2e3,"a":10000000000000000000000,"c":null}"#);
        assert_eq!(members.get("b").unwrap().as_str(), "2e3");
        assert!(members.get("d").is_none());
    }

    #[test]
    fn only_objects_have_members() {
        assert!(Members::of(&Json::parse("[1]").unwrap()).is_none());
        assert!(Members::of(&Json::parse(r#"{"\ud800":1}"#).unwrap()).is_none());
    }
}

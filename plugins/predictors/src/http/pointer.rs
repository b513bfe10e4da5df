use std::borrow::Cow;

use scorebox_sdk::Deserialize;
use scorebox_sdk::JsonSchema;
use scorebox_sdk::schemars::{Schema, SchemaGenerator, json_schema};
use scorebox_sdk::serde_json::Value;

/// A JSON pointer (RFC 6901), such as `/choices/0/text`; empty for the whole document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(crate = "scorebox_sdk::serde", try_from = "String")]
pub(crate) struct Pointer(String);

impl Pointer {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes what is there out of the document.
    pub(crate) fn take(&self, mut document: Value) -> Option<Value> {
        document.pointer_mut(&self.0).map(Value::take)
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_absolute = text.is_empty() || text.starts_with('/');
        let is_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if is_absolute && is_escaped {
            Ok(Self(text))
        } else {
            Err(format!(
                "`{text}` is no JSON pointer; one is empty or written like /answer/text, with ~0 for ~ and ~1 for / in a key"
            ))
        }
    }
}

impl JsonSchema for Pointer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pointer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "json-pointer", "pattern": "^(/([^/~]|~[01])*)*$" })
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn taken(pointer: &str) -> Option<Value> {
        let document = json!({ "a": [{ "b": 1 }], "": 2, "x/y": 3, "m~n": 4 });
        Pointer::try_from(pointer.to_owned()).unwrap().take(document)
    }

    #[test]
    fn a_pointer_leads_into_objects_and_arrays() {
        assert_eq!(taken("/a/0/b"), Some(json!(1)));
        assert_eq!(taken("/"), Some(json!(2)));
        assert_eq!(taken("/x~1y"), Some(json!(3)));
        assert_eq!(taken("/m~0n"), Some(json!(4)));
        assert_eq!(taken(""), Some(json!({ "a": [{ "b": 1 }], "": 2, "x/y": 3, "m~n": 4 })));
        assert_eq!(taken("/a/1"), None);
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for text in ["answer", "/a~2", "/a~", "#/a"] {
            assert!(Pointer::try_from(text.to_owned()).unwrap_err().contains(text));
        }
    }
}

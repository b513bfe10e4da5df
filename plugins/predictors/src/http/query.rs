//! Inputs as the query of a URL, for requests without a body.

use std::collections::BTreeMap;

use scorebox_sdk::http::Url;
use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Error, Inputs, Result};

/// The URL with the inputs added to its query, sorted by name. `null` is left out.
pub(super) fn with_inputs(url: &Url, inputs: &Inputs) -> Result<String> {
    let mut text = url.to_string();
    for (name, value) in inputs.parse::<BTreeMap<String, Value>>()? {
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                let why = "a GET carries only texts, numbers and booleans; set `method` to POST, or use other inputs";
                return Err(Error::unsupported(format!("inputs.{name}: {why}")));
            }
        };
        if !text.ends_with(['?', '&']) {
            text.push(if text.contains('?') { '&' } else { '?' });
        }
        push_encoded(&mut text, &name);
        text.push('=');
        push_encoded(&mut text, &value);
    }
    Ok(text)
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn push_encoded(target: &mut String, text: &str) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.extend(['%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn asked(url: &str, inputs: Value) -> Result<String> {
        with_inputs(&Url::parse(url)?, &Inputs::new(inputs))
    }

    #[test]
    fn inputs_are_encoded_parameters() {
        let inputs = json!({ "q": "a&b =é", "n": 3, "all": true, "none": null });
        assert_eq!(
            asked("https://a.example/x", inputs).unwrap(),
            "https://a.example/x?all=true&n=3&q=a%26b%20%3D%C3%A9"
        );
    }

    #[test]
    fn parameters_of_the_url_stay() {
        assert_eq!(asked("https://a.example/?k=1", json!({ "q": 2 })).unwrap(), "https://a.example/?k=1&q=2");
        assert_eq!(asked("https://a.example/?", json!({ "q": 2 })).unwrap(), "https://a.example/?q=2");
        assert_eq!(asked("https://a.example/?k=1", json!({})).unwrap(), "https://a.example/?k=1");
    }

    #[test]
    fn an_object_is_no_parameter() {
        let error = asked("https://a.example/", json!({ "user": { "name": "Ada" } })).unwrap_err();
        assert!(matches!(&error, Error::Unsupported(text) if text.starts_with("inputs.user: ")), "{error}");
    }
}

//! Where the two texts of a comparison come from, which is the same for all scorers.

use scorebox_sdk::serde_json::{self, value::RawValue};
use scorebox_sdk::{Error, Example, Json, Result};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The key of the expectations that a scorer looks at unless the config names another.
const EXPECTED: &str = "expected_response";

/// Declares a config: the fields given, and where the texts are.
macro_rules! text_config {
    ($(#[$attribute:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$attribute])*
        #[scorebox_sdk::config]
        pub struct $name {
            $($fields)*
            /// Where the text is in the outputs, as keys and indices parted by points, such as `choices.0.text`;
            /// without it, the outputs are the text.
            pub output_path: Option<String>,
            /// Where the expected text is in the expectations, in the same form; `expected_response` without it.
            pub expected_path: Option<String>,
        }

        impl $crate::scorers::texts::Paths for $name {
            fn output_path(&self) -> Option<&str> {
                self.output_path.as_deref()
            }

            fn expected_path(&self) -> Option<&str> {
                self.expected_path.as_deref()
            }
        }
    };
}
pub(super) use text_config;

/// The paths that [`text_config`] adds to a config.
pub(super) trait Paths {
    /// Where the text is in the outputs.
    fn output_path(&self) -> Option<&str>;
    /// Where the expected text is in the expectations.
    fn expected_path(&self) -> Option<&str>;
}

/// The text that the application answered.
pub(super) fn output<'a>(example: &'a Example, paths: &impl Paths) -> Result<Cow<'a, str>> {
    text_at(&example.outputs()?, paths.output_path().unwrap_or_default(), "output_path")
}

/// The text that was expected.
pub(super) fn expected<'a>(example: &'a Example, paths: &impl Paths) -> Result<Cow<'a, str>> {
    match paths.expected_path() {
        None => hint(example.expectation(EXPECTED)?.text(), "expected_path"),
        Some(path) => text_at(&example.expectations()?, path, "expected_path"),
    }
}

/// The expected text and the output, lower-cased if the config says so.
pub(super) fn pair<'a>(
    example: &'a Example,
    paths: &impl Paths,
    ignore_case: bool,
) -> Result<(Cow<'a, str>, Cow<'a, str>)> {
    let (expected, output) = (expected(example, paths)?, output(example, paths)?);
    Ok((fold_case(expected, ignore_case), fold_case(output, ignore_case)))
}

/// The texts that were expected: one, or several in an array.
pub(super) fn all_expected(example: &Example, paths: &impl Paths) -> Result<Vec<String>> {
    let path = paths.expected_path().unwrap_or(EXPECTED);
    let found = example.expectations()?;
    match walk(&found, path)? {
        list if list.starts_with('[') => serde_json::from_str(list)
            .map_err(|_| Error::unsupported(format!("expectations.{path}: expected a text or an array of texts"))),
        _ => Ok(vec![text_at(&found, path, "expected_path")?.into_owned()]),
    }
}

fn text_at<'a>(field: &Json<'a>, path: &str, option: &str) -> Result<Cow<'a, str>> {
    if path.is_empty() {
        return hint(field.text(), option);
    }
    let found = walk(field, path)?;
    match found.as_bytes().first() {
        Some(b'"') => Ok(Cow::Owned(serde_json::from_str(found)?)),
        Some(b'[' | b'{') => {
            let what = if found.starts_with('[') { "an array" } else { "an object" };
            hint(Err(Error::unsupported(format!("{}.{path}: expected a text, found {what}", field.path()))), option)
        }
        _ => Ok(Cow::Borrowed(found)),
    }
}

/// Names the option of the config that leads to a text inside an object or an array.
fn hint<T>(text: Result<T>, option: &str) -> Result<T> {
    text.map_err(|error| match error {
        Error::Unsupported(message) => {
            Error::Unsupported(format!("{message}; set `{option}` in the config to where the text is in it"))
        }
        other => other,
    })
}

/// The JSON text at a path; what is not there or `null` is a missing field.
fn walk<'a>(field: &Json<'a>, path: &str) -> Result<&'a str> {
    let start = Some(field.as_str().trim_ascii());
    let found = path.split('.').fold(start, |value, step| child(value?, step));
    found.filter(|value| *value != "null").ok_or_else(|| Error::missing_field(format!("{}.{path}", field.path())))
}

fn child<'a>(value: &'a str, step: &str) -> Option<&'a str> {
    let found = if value.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(value).ok()?;
        *items.get(step.parse::<usize>().ok()?)?
    } else {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(value).ok()?;
        *members.get(step)?
    };
    Some(found.get())
}

/// Lower-cases a text if the config says so.
pub(super) fn fold_case(text: Cow<'_, str>, ignore_case: bool) -> Cow<'_, str> {
    if ignore_case { Cow::Owned(text.to_lowercase()) } else { text }
}

/// A text as a rationale quotes it.
pub(super) fn shown(text: &str) -> String {
    format!("{:?}", cut(text))
}

/// The start of a text, short enough for a rationale.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorers::edit::RatioConfig as Config;
    use scorebox_sdk::json;

    fn at(output_path: &str, expected_path: &str) -> Config {
        Config {
            output_path: Some(output_path.into()),
            expected_path: Some(expected_path.into()),
            ..Default::default()
        }
    }

    #[test]
    fn outputs_are_the_text_and_expected_response_is_expected() {
        let example = Example::new("1").with_outputs("a").with_expectations(json!({ "expected_response": 4 }));
        assert_eq!(output(&example, &Config::default()).unwrap(), "a");
        assert_eq!(expected(&example, &Config::default()).unwrap(), "4");
    }

    #[test]
    fn paths_lead_through_keys_and_indices() {
        let outputs = json!({ "choices": [{ "text": "é\n" }, { "text": 4.5 }] });
        let example = Example::new("1").with_outputs(outputs).with_expectations(json!({ "a": { "b": true } }));
        assert_eq!(output(&example, &at("choices.0.text", "")).unwrap(), "é\n");
        assert_eq!(output(&example, &at("choices.1.text", "")).unwrap(), "4.5");
        assert_eq!(expected(&example, &at("", "a.b")).unwrap(), "true");
    }

    #[test]
    fn what_is_not_there_is_named_by_its_path() {
        let example = Example::new("1").with_outputs(json!({ "a": [null] })).with_expectations(json!({}));
        assert_eq!(output(&example, &at("a.0", "")).unwrap_err(), Error::missing_field("outputs.a.0"));
        assert_eq!(output(&example, &at("a.b.c", "")).unwrap_err(), Error::missing_field("outputs.a.b.c"));
        let missing = Error::missing_field("expectations.expected_response");
        assert_eq!(expected(&example, &Config::default()).unwrap_err(), missing);
    }

    #[test]
    fn an_object_is_unsupported_and_the_option_that_helps_is_named() {
        let example = Example::new("1").with_outputs(json!({ "answer": { "text": "a" } }));
        for error in [output(&example, &Config::default()), output(&example, &at("answer", ""))].map(Result::unwrap_err)
        {
            assert!(matches!(error, Error::Unsupported(message) if message.contains("`output_path`")));
        }
    }
}

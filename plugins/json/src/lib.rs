//! Scorers for JSON: whether an output is JSON, equals the expected JSON, satisfies a schema, and how far it is off.
//!
//! An output may be a JSON value, or a text that holds one, as models give it; the same goes for the expected response,
//! `expectations.expected_response`. A text therefore stands for what it holds, and never for itself.

mod compare;
mod document;
mod is_json;
mod json_diff;
mod json_equals;
mod json_schema;

scorebox_sdk::plugin! {
    scorers: [is_json::is_json, json_equals::json_equals, json_schema::json_schema, json_diff::json_diff],
}

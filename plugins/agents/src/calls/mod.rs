//! Tool calls: where they come from, and when two of them are the same.

pub(crate) mod arguments;
pub(crate) mod assignment;
mod call;
mod messages;
mod source;

pub(crate) use call::ToolCall;
pub(crate) use source::{expected, expected_names, made, tool_name};

//! Deterministic scorers of what an agent did: the tools that it called, with which arguments, in which order, and what
//! that took.
//!
//! `calls` knows where tool calls come from and when two of them are the same; `scorers` makes scorers of it. No
//! scorer asks a model: that is what the judges are for.

mod calls;
mod scorers;
mod spans;
#[cfg(test)]
mod testing;

use scorers::{
    latency, repeated_calls, step_count, token_usage, tool_arguments, tool_call_f1, tool_errors, tool_order,
    tools_used, trajectory_match,
};

scorebox_sdk::plugin! {
    scorers: [
        tools_used::tools_used,
        tools_used::tools_not_used,
        tool_order::tool_order,
        tool_arguments::tool_arguments,
        tool_call_f1::tool_call_f1,
        trajectory_match::trajectory_match,
        repeated_calls::repeated_calls,
        tool_errors::tool_errors,
        step_count::step_count,
        latency::latency,
        token_usage::token_usage,
    ],
}

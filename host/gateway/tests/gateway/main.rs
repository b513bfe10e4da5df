//! Behaviour of the gateway through its public face, one file for each capability. Nothing leaves loopback.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

mod budgets;
mod cache;
mod cassettes;
mod connections;
mod estimates;
mod grants;
mod hostile_peers;
mod providers;
mod proxies;
mod retries;
mod secrets;
mod spellings;
mod structured;
mod support;

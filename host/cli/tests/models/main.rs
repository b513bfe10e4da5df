//! The `scorebox` command with models behind it, as a user meets it. The models are fakes that live in this process.
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod budgets;
mod cassettes;
mod choices;
#[path = "../common/mod.rs"]
mod common;
mod custom_judges;
mod failures;
mod http;
mod project;
mod refusals;
mod replies;
mod runs;
mod secrets;
mod sessions;

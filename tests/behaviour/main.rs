//! Behaviour of the engine through its public face, one file for each capability.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

mod cache;
mod crashes;
mod dear_guests;
mod denied;
mod describing;
mod determinism;
mod files;
mod hostile_javascript;
mod hostile_python;
mod isolation;
mod limits;
mod loading;
mod memory;
mod output;
mod reference_metrics;
mod said;
mod sandbox;

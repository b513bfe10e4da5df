//! Managed datasets through the store's public face, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[macro_use]
mod support;

#[path = "../store/evaluation.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of runs need more of it")]
mod evaluation;
#[path = "../store/home.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, unused_macros, reason = "the tests of runs need more of it")]
mod home;

mod changes;
mod concurrency;
mod deletion;
mod diffs;
mod exports;
mod references;
#[cfg(target_os = "linux")]
mod scale;
mod sources;

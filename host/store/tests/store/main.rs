//! The store through its public face, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod evaluation;
mod home;

mod deleting;
mod finding;
mod going_on;
mod killing;
mod opening;
mod plans;
mod reuse;
mod reviews;
mod round_trip;
mod writing;

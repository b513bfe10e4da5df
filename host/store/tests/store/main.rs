//! The store through its public face, on SQLite and on PostgreSQL.

mod evaluation;
mod home;

mod opening;
mod round_trip;
mod writing;

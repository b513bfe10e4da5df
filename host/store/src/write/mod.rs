//! How results reach the database: row by row into buffers, from there in transactions that hold several thousand rows.

mod batch;
mod postgres;
mod sink;
mod sqlite;

pub use sink::StoreSink;
pub(crate) use sink::{Purpose, SinkOrder, Target};

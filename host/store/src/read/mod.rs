//! Rows, page by page, in the order of their positions.

mod lines;
mod page;
mod rows;
mod summary;

pub(crate) use lines::{Wanted, read_examples, read_feedback, read_predictions, trace_of};
pub(crate) use rows::RowSource;
pub use rows::{RowParts, RowReader};
pub(crate) use summary::summarize;

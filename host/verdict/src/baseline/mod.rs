//! A run as a text file that is committed with the code: what a comparison needs of it, and no more.
//!
//! The format is described in `host/verdict/docs/baseline.md`. Where the file is, is the caller's business.

mod error;
mod reader;
mod row;
mod writer;

pub use self::error::{BaselineError, BaselineProblem};
pub use self::reader::BaselineReader;
pub use self::row::BaselineRow;
pub use self::writer::BaselineWriter;

/// The version of the format that is written, and the newest that is read.
const VERSION: u64 = 1;
/// The key of the first line that says what the file is.
const MARKER: &str = "scorebox_baseline";

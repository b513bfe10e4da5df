use scorebox_core::Example;

use super::error::{DatasetError, Place};

/// Bytes asked for at a time.
pub(super) const READ_BUFFER_BYTES: usize = 128 * 1024;

/// Gives the rows of a file one by one; a row without an id has its number, from 1.
pub(super) trait RowSource: Send {
    fn next_example(&mut self) -> Option<Result<Example, DatasetError>>;

    /// Where the row is that was read last.
    fn place(&self) -> Place;
}

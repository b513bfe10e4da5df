//! What came of a run, for a person.

mod failures;
mod summary;

pub(crate) use failures::{FailureDigest, FailureGroup, Watched};
pub(crate) use summary::{failures, summary};

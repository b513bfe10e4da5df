//! What came of a run, for a person.

mod failures;
mod models;
mod summary;

pub(crate) use failures::{FailureDigest, FailureGroup, Watched};
pub(crate) use models::models;
pub(crate) use summary::{duration, failures, summary};

//! What came of a run, for a person.

mod agreement;
mod comparison;
mod failures;
mod gate;
mod instances;
mod models;
mod repeats;
mod summary;

pub(crate) use agreement::agreement;
pub(crate) use comparison::comparison;
use failures::{FailureGroup, failure_groups};
pub(crate) use gate::gate;
pub(crate) use instances::{chosen_batches, memory};
pub(crate) use models::models;
pub(crate) use repeats::repeats;
pub(crate) use summary::{duration, failures, headline, slices, summary};

//! Example cases of a plugin: what goes in, what has to come out. Reads them, runs them in the sandbox, and says where
//! the two differ.
//!
//! This crate knows no terminal and no model: where outgoing calls lead is part of the settings that a case is run with.
//! The format is described in `host/docs/plugin.md`.

mod case;
mod compare;
mod expect;
mod observed;
mod read;
mod run;
mod sharing;

pub use case::{Call, Case, Place};
pub use compare::Difference;
pub use expect::{Expected, ExpectedError, ExpectedFeedback, ExpectedSpan};
pub use observed::{Observed, ObservedError, ObservedFeedback, ObservedSpan, Outcome};
pub use read::{CaseError, read_cases};
pub use run::run_case;
pub use sharing::{ScorerCalls, SharingDifference};

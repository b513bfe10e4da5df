//! What a run must come to, and whether it did.
//!
//! The keys and the grammar are described in `host/verdict/docs/gate.md`.

mod baseline;
mod bound;
mod config;
mod evaluate;
mod metric;
mod observe;
mod parse;
mod report;
mod requirement;

pub use self::bound::Bound;
pub use self::config::{
    AgainstBaseline, BaselineGate, Decide, GateConfig, InvalidAgainst, InvalidMargin, Margin, Missing,
};
pub use self::evaluate::Gate;
pub use self::metric::{LatencyMetric, Metric, PredictMetric, RunMetric};
pub use self::parse::{InvalidRequirement, RequirementProblem};
pub use self::report::{Check, CheckOutcome, GateReport};
pub use self::requirement::{Operator, Requirement, Target};

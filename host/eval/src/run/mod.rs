//! From a request to results: everything is checked first, then rows flow through in bounded buffers.

mod chunk;
mod evaluation;
mod pipeline;
mod plan;
mod schema;

pub use evaluation::{Progress, RunError, StopSignal, Stopper, stop_signal};
pub use plan::{ComponentSource, FunctionRequest, Plan, PlanError, PlanRequest, ScorerRequest};

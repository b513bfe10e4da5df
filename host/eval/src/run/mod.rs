//! From a request to results: everything is checked first, then rows flow through in bounded buffers.

mod chunk;
mod declared;
mod evaluation;
mod functions;
mod isolation;
mod loading;
mod memo;
mod pipeline;
mod plan;
mod rows;
mod schema;
mod score;
mod selection;

pub use declared::Declared;
pub use evaluation::{Progress, RunError, StopReason, StopSignal, Stopper, stop_signal};
pub use functions::NotReusable;
pub use isolation::ChosenBatches;
pub use memo::{KeptScore, Memo, MemoError, MemoKey};
pub use plan::{ComponentSource, FunctionRequest, Plan, PlanError, PlanRequest, ScorerRequest};
pub use schema::schema_problems;
pub use selection::RowSelection;

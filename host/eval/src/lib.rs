//! Evaluates examples: reads a dataset as a stream, keeps what came of each row, and sums it up.
//!
//! Results leave through [`ResultSink`], so that an evaluation runs without a store. Nothing here is ever loaded whole:
//! a million rows take the memory of a hundred thousand. This crate must never know the terminal, config files or HTTP.

mod dataset;
mod results;
mod run;
mod summary;

pub use dataset::{
    CellType, Dataset, DatasetError, FieldPath, Format, InvalidFieldPath, LayoutProblem, Place, ReadOptions, RowProblem,
};
pub use results::{
    ContentKey, DatasetRecord, FunctionRecord, FunctionRole, Outcome, PluginRecord, Prediction, ResultSink, RowContent,
    RowResult, RunFolder, RunRecord, RunStatus, ScoreResult, SinkError, SkipReason, SyncPolicy, encode_row,
};
pub use run::{
    ChosenBatches, ComponentSource, Declared, FunctionRequest, KeptScore, Memo, MemoError, MemoKey, NotReusable, Plan,
    PlanError, PlanRequest, Progress, RowSelection, RunError, ScorerRequest, StopReason, StopSignal, Stopper,
    schema_problems, stop_signal,
};
pub use summary::{
    AggregateInterval, BooleanCounts, CallSummary, FeedbackSummary, FirstError, IntervalMethod, LabelCounts, Latency,
    RepeatSummary, ScorerSummary, SliceCollector, Summary, SummaryCollector,
};

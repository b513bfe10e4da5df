//! The vocabulary that every layer of Scorebox speaks: examples, values, feedback, failures, traces, ids, digests.
//!
//! This crate must never know how a plugin runs, where results are kept, or what leaves the machine:
//! no wasmtime, no tokio, no SQL, no files. Types here are plain values with their JSON form.

mod canonical;
mod cost;
mod describe;
mod digest;
mod example;
mod failure;
mod feedback;
mod ids;
mod json;
mod trace;
mod unfolding;
mod usage;
mod value;

pub use canonical::NotCanonical;
pub use cost::{Cost, InvalidCost};
pub use describe::{Aggregation, Fields, PredictorInfo, Scope, ScorerInfo, ValueKind};
pub use digest::{Digest, DigestWriter, InvalidDigest};
pub use example::Example;
pub use failure::{Failure, FailureKind};
pub use feedback::{Feedback, InvalidName, validate_feedback_name, validate_plugin_item_name};
pub use ids::{InvalidId, RunId, SpanId, TraceId};
pub use json::{InvalidJson, Json};
pub use trace::{Span, SpanEvent, SpanKind, SpanStatus, StatusCode, Trace};
pub use unfolding::{SchemaGrowth, schema_growth};
pub use usage::Usage;
pub use value::{NotFinite, Number, Value};

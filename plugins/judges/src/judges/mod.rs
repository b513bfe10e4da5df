//! The judges, one family to a file: each asks its question about what a row holds.

pub(crate) mod conversations;
pub(crate) mod correctness;
pub(crate) mod custom;
pub(crate) mod equivalence;
pub(crate) mod guidelines;
pub(crate) mod jury;
pub(crate) mod pairwise;
pub(crate) mod quality;
pub(crate) mod retrieval;
pub(crate) mod retrieval_relevance;
pub(crate) mod rubric;
pub(crate) mod tool_call_correctness;
pub(crate) mod tool_call_efficiency;

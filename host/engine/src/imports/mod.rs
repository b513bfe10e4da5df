//! What guests may call: one file for each interface of the contract.

pub(crate) mod http;
mod llm;
mod log;
pub(crate) mod tracing;

use crate::bindings::types;
use crate::state::HostState;

// The interface holds types only, but its (empty) trait still has to be there.
impl types::Host for HostState {}

use std::time::Duration;

use scorebox_core::{Failure, FailureKind};
use wasmtime::component::ResourceTableError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::capture::push_escaped;
use crate::config::CallLimits;
use crate::limiter::Refusal;
use crate::state::{HostState, lock};

/// Why the host stopped a guest; travels through wasmtime as an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("the call took longer than the limit deadline of {} s", .limit.as_secs_f64())]
    Deadline { limit: Duration },
    #[error("the call used more CPU time than the limit cpu of {} s", .limit.as_secs_f64())]
    Cpu { limit: Duration },
    #[error("the guest made more host calls than the limit host_calls of {limit}")]
    HostCalls { limit: u64 },
    #[error("the guest sent more requests than the limit outgoing_requests of {limit}")]
    OutgoingRequests { limit: u64 },
}

impl Stop {
    fn kind(self) -> FailureKind {
        match self {
            Self::Deadline { .. } => FailureKind::Deadline,
            Self::Cpu { .. } => FailureKind::CpuLimit,
            Self::HostCalls { .. } | Self::OutgoingRequests { .. } => FailureKind::HostCallLimit,
        }
    }
}

/// A guest that gives up after the host did not fulfil a request says so in its own words; the kind is the host's.
pub(crate) fn blame(failure: Failure, unfulfilled: Option<(FailureKind, String)>) -> Failure {
    match unfulfilled {
        Some((kind, reason)) if failure.kind == FailureKind::Failed => {
            let message = if failure.message.contains(&reason) {
                failure.message
            } else {
                format!("{} ({reason})", failure.message)
            };
            Failure { kind, message, ..failure }
        }
        _ => failure,
    }
}

/// At which point of a call an error came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Instantiation,
    Call,
}

/// Turns whatever ended a call into a failure that names its cause, and adds what the guest had printed.
pub(crate) fn describe(error: &wasmtime::Error, stage: Stage, state: &mut HostState) -> Failure {
    let (kind, message) = classify(error, stage, state);
    let backtrace = error.downcast_ref::<WasmBacktrace>().filter(|trace| !trace.frames().is_empty());
    Failure {
        kind,
        message,
        backtrace: backtrace.map(|trace| escaped(&trace.to_string())),
        guest_output: guest_output(state),
    }
}

fn classify(error: &wasmtime::Error, stage: Stage, state: &HostState) -> (FailureKind, String) {
    let limits = &state.settings.limits;
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return (stop.kind(), stop.to_string());
    }
    // A refusal surfaces as whatever the guest's allocator does then, so it comes before the trap it led to.
    if let Some(refusal) = state.limiter.refused {
        return refused_memory(refusal);
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap {
            Trap::StackOverflow => {
                (FailureKind::StackLimit, "the guest used up its stack (limit stack_bytes): endless recursion?".into())
            }
            Trap::OutOfFuel => {
                let limit = limits.fuel.map_or_else(|| "none".to_owned(), |fuel| fuel.to_string());
                (FailureKind::FuelLimit, format!("the guest used up the limit fuel of {limit}"))
            }
            trap => (FailureKind::Trap, trap_message(*trap, state)),
        };
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        let limit = limits.resources;
        return (
            FailureKind::HostCallLimit,
            format!("the guest held more handles than the limit resources of {limit}"),
        );
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return (FailureKind::Trap, format!("the guest exited with code {} instead of answering", exit.0));
    }
    let text = escaped(&error.root_cause().to_string());
    match stage {
        Stage::Instantiation => (FailureKind::Instantiation, format!("the guest cannot be instantiated: {text}")),
        Stage::Call => (FailureKind::InvalidOutput, unreadable_message(&text, limits)),
    }
}

fn trap_message(trap: Trap, state: &HostState) -> String {
    match state.log.last_error() {
        Some(message) => format!("the guest trapped: {trap}; its last error message: {message}"),
        None => format!("the guest trapped: {trap}"),
    }
}

fn unreadable_message(text: &str, limits: &CallLimits) -> String {
    format!(
        "what the guest passed to the host cannot be read: {text} (a host call may carry host_call_bytes = {} bytes, \
         a result output_bytes = {})",
        limits.host_call_bytes, limits.output_bytes
    )
}

/// Memory that a guest wanted and did not get, as a failure.
pub(crate) fn refused_memory(refusal: Refusal) -> (FailureKind, String) {
    let message = match refusal {
        Refusal::Memory { wanted_bytes, limit_bytes } => {
            format!("the guest wanted {wanted_bytes} bytes of memory; the limit memory_bytes is {limit_bytes}")
        }
        Refusal::Table { wanted_elements, limit_elements } => {
            format!("the guest wanted {wanted_elements} table elements; the limit table_elements is {limit_elements}")
        }
    };
    (FailureKind::MemoryLimit, message)
}

/// What the guest had printed, for a person who looks for the cause.
fn guest_output(state: &mut HostState) -> Option<String> {
    let mut output = String::new();
    for line in state.log.take() {
        output.push_str(line.level.as_str());
        output.push_str(": ");
        output.push_str(&line.message);
        output.push('\n');
    }
    for (_, refusal) in state.http_hooks.take_refusals() {
        output.push_str("http: ");
        push_escaped(&mut output, &refusal, usize::MAX);
        output.push('\n');
    }
    if let Some(stderr) = &state.stderr {
        let stderr = lock(stderr);
        output.push_str(stderr.text());
        if stderr.dropped_bytes() > 0 {
            let dropped = stderr.dropped_bytes();
            output.push_str(&format!("\n[{dropped} further bytes dropped: the limit stderr_bytes is reached]\n"));
        }
    }
    (!output.is_empty()).then_some(output)
}

fn escaped(text: &str) -> String {
    const MAX_BYTES: usize = 16 * 1024;
    let mut target = String::new();
    push_escaped(&mut target, text, MAX_BYTES);
    target
}

//! More output and more handles than anybody wants.

use crate::wasi::cli::stderr::get_stderr;
use crate::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::{Scored, failed, text};

const WRITES: usize = 1000;

pub(crate) fn stderr_flood(_: &str) -> Scored {
    let stderr = get_stderr();
    let line = format!("\u{1b}[31m{}\n", "e".repeat(4000));
    for _ in 0..WRITES {
        if stderr.blocking_write_and_flush(line.as_bytes()).is_err() {
            return failed("standard error is closed");
        }
    }
    text(format!("{} bytes", WRITES * line.len()))
}

pub(crate) fn stderr_flood_then_trap(inputs: &str) -> Scored {
    drop(stderr_flood(inputs));
    core::arch::wasm32::unreachable()
}

/// Takes handles to host resources and gives none back.
pub(crate) fn handle_flood(_: &str) -> Scored {
    let mut handles = Vec::new();
    loop {
        handles.push(subscribe_duration(1));
    }
}

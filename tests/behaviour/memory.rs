//! However a guest misbehaves, the host's memory returns to where it was.

use std::process::Command;

use scorebox_tests::{curious_component, hostile_component};

/// What a process may grow by over twenty calls: far less than one leaked guest of the kind that fills its memory.
const MAX_GROWTH_BYTES: usize = 8 * 1024 * 1024;

/// Measures in a process of its own, where no other test allocates.
#[track_caller]
fn assert_memory_returns(component: &[u8], scorers: &[&str]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), component).unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_scorebox-test-worker"));
    let output = worker.arg("memory").arg(file.path()).args(scorers).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(report.lines().count(), scorers.len(), "{report}");
    for line in report.lines() {
        let (scorer, growth) = line.split_once(' ').unwrap();
        let growth: usize = growth.parse().unwrap();
        assert!(growth < MAX_GROWTH_BYTES, "after {scorer} the process is larger by {growth} bytes");
    }
}

#[test]
fn memory_returns_after_guests_that_take_too_much() {
    let scorers = [
        "memory_bomb",
        "deep_recursion",
        "deep_recursion_with_buffers",
        "giant_text",
        "giant_json",
        "giant_rationales",
        "deep_json",
        "million_feedbacks",
        "log_flood",
        "giant_log_message",
        "host_call_flood",
        "span_flood",
        "fat_span",
        "panic",
        "giant_error",
    ];
    assert_memory_returns(hostile_component(), &scorers);
}

#[test]
fn memory_returns_after_guests_that_use_the_system() {
    let scorers = ["stderr_flood", "stderr_flood_then_trap", "handle_flood", "exit", "random_bytes", "fetch"];
    assert_memory_returns(curious_component(), &scorers);
}

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

/// By how much a process grows in which many guests want to fill 64 MiB each at once.
fn growth_in_a_crowd(budget_bytes: u64) -> usize {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), hostile_component()).unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_scorebox-test-worker"));
    let output = worker.arg("crowd").arg(file.path()).arg(budget_bytes.to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn all_guests_together_stay_within_the_memory_budget() {
    const MIB: usize = 1024 * 1024;
    let within = growth_in_a_crowd(128 * MIB as u64);
    assert!(within < 160 * MIB, "the process grew by {} MiB, and two guests take 128", within / MIB);
    let without = growth_in_a_crowd(u64::MAX);
    assert!(without > 256 * MIB, "without a budget it grew by {} MiB only, so the test shows nothing", without / MIB);
}

#[test]
fn memory_returns_after_guests_that_use_the_system() {
    let scorers = ["stderr_flood", "stderr_flood_then_trap", "handle_flood", "exit", "random_bytes", "fetch"];
    assert_memory_returns(curious_component(), &scorers);
}

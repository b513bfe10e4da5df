use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, IsTerminal as _, stdout};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::languages;
use crate::repository::{Repository, command_line};
use crate::terminal::{green, heading};
use crate::wasm_target;

/// Runs all tests, natively and through components, and says what passed.
pub(crate) fn run(repository: &Repository, arguments: &[OsString]) -> Result<()> {
    wasm_target::ensure(repository)?;
    if !names_packages(arguments) {
        languages::prepare(repository)?;
        languages::test_sdks(repository)?;
    }
    let suites = [
        ("Unit tests and behaviour tests", ["--lib", "--bins", "--tests"].as_slice()),
        ("Examples in the documentation", &["--doc"]),
    ];
    let mut outcomes = Vec::new();
    for (name, targets) in suites {
        heading(name);
        let mut command = repository.cargo(["test", "--release", "--no-fail-fast"]);
        if !names_packages(arguments) {
            command.arg("--workspace");
        }
        command.args(targets).args(arguments);
        outcomes.push((name, run_suite(&mut command, arguments)?));
    }
    summarise(&outcomes)
}

/// Whether the user chose packages; otherwise it is all of them.
fn names_packages(arguments: &[OsString]) -> bool {
    let own = arguments.iter().take_while(|argument| *argument != "--");
    own.filter_map(|argument| argument.to_str())
        .any(|argument| argument == "--package" || argument.starts_with("--package=") || argument.starts_with("-p"))
}

/// What a suite of tests came to.
struct Outcome {
    passed_all: bool,
    tally: Tally,
    took: Duration,
}

/// Runs `cargo test`, passing its output on and counting along.
fn run_suite(command: &mut Command, arguments: &[OsString]) -> Result<Outcome> {
    let text = command_line(command);
    // The output goes through a pipe, so that the test harness cannot see whether it is a terminal that shows it.
    if stdout().is_terminal() && !arguments.iter().any(|argument| argument == "--") {
        command.args(["--", "--color", "always"]);
    }
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run `{text}`"))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            tally.count(&line);
            println!("{line}");
        }
    }
    let passed_all = child.wait()?.success();
    Ok(Outcome { passed_all, tally, took: start.elapsed() })
}

fn summarise(outcomes: &[(&str, Outcome)]) -> Result<()> {
    heading("Result");
    for (name, outcome) in outcomes {
        let Tally { passed, failed, skipped } = &outcome.tally;
        let took = outcome.took.as_secs();
        eprintln!("{name}: {passed} passed, {failed} failed, {} skipped ({took} s)", skipped.len());
        for test in skipped {
            eprintln!("  skipped: {test}");
        }
    }
    let failed: Vec<_> = outcomes.iter().filter(|(_, outcome)| !outcome.passed_all).map(|(name, _)| *name).collect();
    if !failed.is_empty() {
        bail!("not all tests passed, see above: {}", failed.join("; "));
    }
    eprintln!("{}", green("All tests passed."));
    Ok(())
}

/// Counts, from the lines that the test harness writes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    /// Names of the tests that did not run, with the reason where they give one.
    skipped: Vec<String>,
}

impl Tally {
    fn count(&mut self, line: &str) {
        let line = without_colours(line);
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += number_before(result, " passed");
            self.failed += number_before(result, " failed");
        } else if let Some((test, outcome)) = line.strip_prefix("test ").and_then(|test| test.split_once(" ... "))
            && let Some(reason) = outcome.strip_prefix("ignored")
        {
            self.skipped.push(format!("{test}{}", reason.replacen(", ", ": ", 1)));
        }
    }
}

/// The number that stands before a word; 0 if there is none.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((text, code)) = rest.split_once('\x1b') {
        plain.push_str(text);
        rest = code.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up_and_skipped_tests_are_named() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test one ... ok",
            "test needs_docker ... ignored, there is no Docker here",
            "test slow ... \x1b[33mignored\x1b[m",
            "test result: \x1b[32mok\x1b[m. 12 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.03s",
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.count(line);
        }
        let skipped = vec!["needs_docker: there is no Docker here".to_owned(), "slow".to_owned()];
        assert_eq!(tally, Tally { passed: 15, failed: 1, skipped });
    }

    #[test]
    fn a_chosen_package_replaces_the_workspace() {
        let names = |arguments: &[&str]| names_packages(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(names(&["-p", "scorebox-core"]));
        assert!(names(&["--package=scorebox-core"]));
        assert!(!names(&["digest"]));
        assert!(!names(&["--", "-p"]));
    }
}

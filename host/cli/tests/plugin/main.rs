//! `scorebox plugin` as the author of a plugin meets it.
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod cases;
mod checks;
#[path = "../common/mod.rs"]
mod common;
mod mistakes;
mod projects;
mod replies;

use std::fs;

use common::{Ran, Sandbox};

/// The built-in plugin `text` as a file, with cases.
fn text_plugin(cases: &str) -> Sandbox {
    plugin("text", cases)
}

/// A built-in plugin as a file, with cases.
fn plugin(builtin: &str, cases: &str) -> Sandbox {
    with_component(scorebox_builtins::find(builtin).unwrap().component, cases)
}

/// A component as a file, with cases.
fn with_component(component: &[u8], cases: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("it.wasm"), component).unwrap();
    fs::create_dir(sandbox.path("tests")).unwrap();
    sandbox.with("tests/examples.jsonl", cases)
}

/// A text with what differs from run to run taken out.
fn normalised(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        shown += &figures_taken_out(line);
        shown.push('\n');
    }
    shown
}

/// Numbers with a unit that depends on the machine or the build.
fn figures_taken_out(line: &str) -> String {
    const UNITS: [&str; 8] = ["ns", "µs", "ms", "s", "KiB", "MiB", "B", "bytes"];
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for index in 1..words.len() {
        let unit = words[index].trim_end_matches([',', ';', ')', '.']);
        let number = words[index - 1].trim_start_matches('(');
        if !UNITS.contains(&unit) || number.parse::<f64>().is_err() {
            continue;
        }
        let replaced = (words[index - 1].replacen(number, "_", 1), words[index].replacen(unit, "_", 1));
        (words[index - 1], words[index]) = replaced;
    }
    words.join(" ")
}

/// Refused with exit code 2, with nothing on standard output.
fn refused(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    ran.stderr.trim_end()
}

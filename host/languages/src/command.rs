//! Runs the tools of other languages.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::LanguageError;

/// The most of a tool's output that an error repeats: its end, where tools say what went wrong.
const SHOWN_BYTES: usize = 8 * 1024;

/// Runs a command to its end and answers what it wrote to its standard output; an error if it fails, with what the tool
/// wrote.
///
/// `what` is what is being done, as the beginning of a sentence: `bundling src/index.ts`. `advice` says how to get the
/// program when it is not on the machine.
pub(crate) fn run(command: &mut Command, what: &str, advice: &str) -> Result<Vec<u8>, LanguageError> {
    let output = output(command, what, advice)?;
    if output.status.success() { Ok(output.stdout) } else { Err(failure(&output, what)) }
}

/// Runs a command to its end; whether it succeeded is the caller's to judge.
pub(crate) fn output(command: &mut Command, what: &str, advice: &str) -> Result<Output, LanguageError> {
    command.stdin(Stdio::null()).output().map_err(|source| LanguageError::NoProgram {
        program: command.get_program().display().to_string(),
        purpose: what.to_owned(),
        source,
        advice: advice.to_owned(),
    })
}

/// What went wrong, as the tool says it.
pub(crate) fn failure(output: &Output, what: &str) -> LanguageError {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    LanguageError::Tool { what: what.to_owned(), status: output.status.to_string(), output: end_of(text.trim_end()) }
}

fn end_of(text: &str) -> String {
    let mut start = text.len().saturating_sub(SHOWN_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    if start == 0 { text.to_owned() } else { format!("…{}", &text[start..]) }
}

/// The path of a file as people write it: relative to the folder where it lies in it.
pub(crate) fn relative<'a>(path: &'a Path, folder: &Path) -> std::path::Display<'a> {
    path.strip_prefix(folder).unwrap_or(path).display()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_holds_what_the_tool_wrote() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = run(&mut command, "testing", "").unwrap_err().to_string();
        assert_eq!(error, "testing failed (exit status: 3):\nout\nerr");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program"), "testing", "Install it.").unwrap_err().to_string();
        assert!(error.starts_with("testing needs `no-such-program`"), "{error}");
        assert!(error.ends_with("Install it."), "{error}");
    }

    #[test]
    fn only_the_end_of_much_output_is_shown() {
        let shown = end_of(&"ä".repeat(SHOWN_BYTES));
        assert!(shown.len() <= SHOWN_BYTES + 3 && shown.starts_with('…'));
    }
}

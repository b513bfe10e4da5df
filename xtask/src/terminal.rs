use std::env;
use std::io::{IsTerminal as _, stderr};

/// Begins a section of the output. Everything that xtask says by itself goes to the standard error, so that the output
/// of what it runs can be piped.
pub(crate) fn heading(text: &str) {
    eprintln!("\n{}", bold(&format!("== {text}")));
}

pub(crate) fn bold(text: &str) -> String {
    styled("1", text)
}

pub(crate) fn green(text: &str) -> String {
    styled("1;32", text)
}

pub(crate) fn red(text: &str) -> String {
    styled("1;31", text)
}

fn styled(style: &str, text: &str) -> String {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color || !stderr().is_terminal() {
        return text.to_owned();
    }
    format!("\x1b[{style}m{text}\x1b[0m")
}

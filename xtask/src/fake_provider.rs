use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::repository::command_line;

/// A `scorebox-fake-provider` that runs until this is stopped or dropped.
pub(crate) struct FakeProvider {
    child: Child,
    url: String,
    /// Stays open: at its end, the program has something to say.
    output: BufReader<ChildStdout>,
}

/// What the program counted.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Counts {
    /// Requests that arrived, whatever became of them.
    pub(crate) requests: u32,
}

impl FakeProvider {
    /// Starts the program, and waits until it listens.
    pub(crate) fn start(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let text = command_line(&command);
        let mut child = command.spawn().with_context(|| format!("cannot run `{text}`"))?;
        let mut output = BufReader::new(child.stdout.take().context("its standard output is a pipe")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self { url: url.to_owned(), child, output }),
            None => bail!("`{text}` did not say where it listens ({})", child.wait()?),
        }
    }

    /// Where it speaks OpenAI's API.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.url)
    }

    /// Stops it, and returns what it counted.
    pub(crate) fn stop(mut self) -> Result<Counts> {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Counts::read(&line)
    }
}

impl Counts {
    fn read(line: &str) -> Result<Self> {
        serde_json::from_str(line)
            .with_context(|| format!("the fake provider ended with {line:?} and not its counters"))
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        // It ends by itself when its standard input does; where it cannot, it has ended already.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_holds_the_counters() {
        let counts = Counts::read("{\"connections\":3,\"requests\":600,\"answered\":599}\n").unwrap();
        assert_eq!(counts, Counts { requests: 600 });
    }

    #[test]
    fn an_end_without_counters_says_what_came_instead() {
        let complaint = |line| Counts::read(line).unwrap_err().to_string();
        assert!(complaint("").contains("ended with \"\""));
        assert!(complaint("killed\n").contains("ended with \"killed\\n\""));
    }
}

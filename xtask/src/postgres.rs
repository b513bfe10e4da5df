use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::repository::command_line;

/// A `scorebox-test-postgres` that runs until this is dropped.
pub(crate) struct Postgres {
    child: Child,
    url: String,
}

impl Postgres {
    /// Starts the program, and waits until the server listens.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let text = command_line(&command);
        let mut child = command.spawn().with_context(|| format!("cannot run `{text}`"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its standard output is a pipe")?).read_line(&mut line)?;
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self { url: url.to_owned(), child }),
            None => bail!("`{text}` did not say where it listens ({})", child.wait()?),
        }
    }

    /// The URL of its database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends by itself when its standard input does; where it cannot, it has ended already.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

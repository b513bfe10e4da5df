use std::io::{self, Write};

use scorebox_eval::{RowResult, RunRecord};
use serde::Serialize;

use super::VERSION;
use super::row::BaselineRow;

/// Writes a run as a baseline. The same run gives the same bytes.
#[derive(Debug)]
pub struct BaselineWriter<W> {
    writer: W,
}

#[derive(Serialize)]
struct Header<'r> {
    scorebox_baseline: u64,
    record: &'r RunRecord,
}

impl<W: Write> BaselineWriter<W> {
    /// Begins with what the run was, its summary included.
    pub fn new(writer: W, record: &RunRecord) -> io::Result<Self> {
        let mut baseline = Self { writer };
        baseline.line(&Header { scorebox_baseline: VERSION, record })?;
        Ok(baseline)
    }

    /// Adds a row, in the order of position, with its example.
    pub fn add(&mut self, row: &RowResult) -> io::Result<()> {
        self.line(&BaselineRow::of(row))
    }

    /// Ends the baseline and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn line<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        // JSON of others may hold line breaks between its tokens; inside its strings they are escaped.
        line.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        line.push(b'\n');
        self.writer.write_all(&line)
    }
}

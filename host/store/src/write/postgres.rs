//! Lines for PostgreSQL, in the binary format of COPY:
//! <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>

use sqlx::PgConnection;

use crate::lines::{CallLine, ExampleLine, FeedbackLine, PredictionLine, SpanLine};

/// Signature, no flags, no extension.
const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;

/// Lines as they come, gathered by table and column.
#[derive(Default)]
pub(super) struct PostgresLines {
    examples: Vec<u8>,
    /// Where the line of each example begins, after its position.
    examples_at: Vec<(i64, usize)>,
    others: Vec<Copy>,
}

/// What one COPY takes.
struct Copy {
    table: Table,
    column: i64,
    lines: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Predictions,
    Spans,
    Feedback,
}

impl PostgresLines {
    pub(super) fn example(&mut self, snapshot: i64, line: &ExampleLine<'_>) {
        let ExampleLine { position, id, content, inputs, outputs, expectations, trace, tags } = line;
        self.examples_at.push((*position, self.examples.len()));
        let mut values = Values::begin(&mut self.examples, 9);
        values.integer(Some(snapshot));
        values.integer(Some(*position));
        values.text(Some(id));
        values.bytes(Some(content.as_slice()));
        values.text(Some(inputs));
        values.text(*outputs);
        values.text(*expectations);
        values.text(*trace);
        values.text(tags.as_deref());
    }

    pub(super) fn prediction(&mut self, column: i64, line: &PredictionLine<'_>) {
        let PredictionLine { position, content, outputs, error, call, trace_id, trace } = line;
        let CallLine { elapsed_ns, started_ns, is_reused, usage, log } = call;
        let mut values = self.line(Table::Predictions, column, 12);
        values.integer(Some(*position));
        values.bytes(Some(content.as_slice()));
        values.text(*outputs);
        values.text(error.as_deref());
        values.integer(Some(*elapsed_ns));
        values.integer(*started_ns);
        values.boolean(*is_reused);
        values.text(usage.as_deref());
        values.text(log.as_deref());
        values.text(trace_id.as_deref());
        values.text(*trace);
    }

    pub(super) fn span(&mut self, column: i64, position: i64, line: &SpanLine<'_>) {
        let SpanLine { place, span_id, parent_span_id, name, kind, start_time_unix_nano, end_time_unix_nano, body } =
            line;
        let mut values = self.line(Table::Spans, column, 10);
        values.integer(Some(position));
        values.integer(Some(*place));
        values.text(Some(span_id));
        values.text(parent_span_id.as_deref());
        values.text(Some(name));
        values.text(Some(kind));
        values.integer(Some(*start_time_unix_nano));
        values.integer(*end_time_unix_nano);
        values.text(Some(body));
    }

    pub(super) fn feedback(&mut self, column: i64, line: &FeedbackLine<'_>) {
        let FeedbackLine { position, place, kind, number, name, body, rationale, metadata, span_id, call } = line;
        let call = call.as_ref();
        let mut values = self.line(Table::Feedback, column, 15);
        values.integer(Some(*position));
        values.integer(Some(*place));
        values.text(Some(kind.as_str()));
        values.number(*number);
        values.integer(call.map(|call| call.elapsed_ns));
        values.integer(call.and_then(|call| call.started_ns));
        values.boolean(call.is_some_and(|call| call.is_reused));
        values.text(*name);
        values.text(body.as_deref());
        values.text(rationale.as_deref());
        values.text(*metadata);
        values.text(*span_id);
        values.text(call.and_then(|call| call.usage.as_deref()));
        values.text(call.and_then(|call| call.log.as_deref()));
    }

    /// Takes what was gathered.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Begins a line with the key of its column.
    fn line(&mut self, table: Table, column: i64, width: i16) -> Values<'_> {
        let is_it = |copy: &Copy| copy.table == table && copy.column == column;
        let place = self.others.iter().position(is_it).unwrap_or_else(|| {
            self.others.push(Copy { table, column, lines: Vec::new() });
            self.others.len() - 1
        });
        let mut values = Values::begin(&mut self.others[place].lines, width);
        values.integer(Some(column));
        values
    }
}

/// The values of a line: each with its length before it, and −1 for none.
struct Values<'a>(&'a mut Vec<u8>);

impl<'a> Values<'a> {
    fn begin(lines: &'a mut Vec<u8>, width: i16) -> Self {
        if lines.is_empty() {
            lines.extend_from_slice(HEADER);
        }
        lines.extend_from_slice(&width.to_be_bytes());
        Self(lines)
    }

    fn integer(&mut self, value: Option<i64>) {
        self.bytes(value.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    fn number(&mut self, value: Option<f64>) {
        self.bytes(value.map(f64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    fn boolean(&mut self, value: bool) {
        self.bytes(Some(&[u8::from(value)]));
    }

    fn text(&mut self, value: Option<&str>) {
        self.bytes(value.map(str::as_bytes));
    }

    fn bytes(&mut self, value: Option<&[u8]>) {
        // PostgreSQL refuses a longer value by itself.
        let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap_or(i32::MAX));
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.unwrap_or_default());
    }
}

impl Table {
    fn statement(self) -> &'static str {
        match self {
            Self::Predictions => {
                "COPY predictions (col, position, content, outputs, error, elapsed_ns, started_ns, is_reused, usage, \
                 log, trace_id, trace) FROM STDIN BINARY"
            }
            Self::Spans => {
                "COPY spans (col, position, place, span_id, parent_span_id, name, kind, start_time_unix_nano, \
                 end_time_unix_nano, body) FROM STDIN BINARY"
            }
            Self::Feedback => {
                "COPY feedback (col, position, place, kind, number, elapsed_ns, started_ns, is_reused, name, body, \
                 rationale, metadata, span_id, usage, log) FROM STDIN BINARY"
            }
        }
    }
}

/// Writes everything, but of the examples only those from the position `kept` on.
pub(super) async fn execute(connection: &mut PgConnection, lines: PostgresLines, kept: i64) -> Result<(), sqlx::Error> {
    const EXAMPLES: &str = "COPY examples (snapshot, position, id, content, inputs, outputs, expectations, trace, tags) \
         FROM STDIN BINARY";
    let PostgresLines { examples, mut examples_at, others } = lines;
    examples_at.retain(|(position, _)| *position >= kept);
    if let Some((_, begin)) = examples_at.first() {
        let mut wanted = HEADER.to_vec();
        // The first line stands behind the header already.
        wanted.extend_from_slice(&examples[(*begin).max(HEADER.len())..]);
        copy(connection, EXAMPLES, wanted).await?;
    }
    for Copy { table, lines, .. } in others {
        copy(connection, table.statement(), lines).await?;
    }
    Ok(())
}

async fn copy(connection: &mut PgConnection, statement: &str, mut lines: Vec<u8>) -> Result<(), sqlx::Error> {
    lines.extend_from_slice(&TRAILER.to_be_bytes());
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(lines).await?;
    copy.finish().await.map(drop)
}

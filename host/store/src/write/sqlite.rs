//! Lines for SQLite: many per statement, because each statement is a message to the thread that writes.

use std::sync::Arc;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

use crate::lines::{CallLine, ExampleLine, FeedbackLine, Kind, PredictionLine, SpanLine};

/// Lines of one statement. Longer statements gain nothing and stay in memory.
const LINES: usize = 64;

/// Lines as they come, gathered into statements.
#[derive(Default)]
pub(super) struct SqliteLines {
    inserts: Vec<Insert>,
}

/// A statement and its arguments.
pub(super) struct Statement {
    sql: Arc<str>,
    arguments: SqliteArguments,
    /// Whether there will be others like it.
    is_kept: bool,
}

/// What the lines of a statement have in common. Common values stand in the statement itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Examples { snapshot: i64 },
    Predictions { column: i64 },
    Spans { column: i64 },
    NarrowFeedback { column: i64, kind: Kind },
    Feedback { column: i64 },
}

struct Insert {
    shape: Shape,
    sql: Arc<str>,
    statements: Vec<SqliteArguments>,
    current: SqliteArguments,
    lines: usize,
}

impl SqliteLines {
    pub(super) fn example(&mut self, snapshot: i64, line: &ExampleLine<'_>) {
        let ExampleLine { position, id, content, inputs, outputs, expectations, trace, tags } = line;
        let mut values = self.line(Shape::Examples { snapshot });
        values.add(*position);
        values.add(&**id);
        values.add(content.as_slice());
        values.add(*inputs);
        values.add(*outputs);
        values.add(*expectations);
        values.add(*trace);
        values.add(tags.as_deref());
    }

    pub(super) fn prediction(&mut self, column: i64, line: &PredictionLine<'_>) {
        let PredictionLine { position, content, outputs, error, call, trace_id, trace } = line;
        let CallLine { elapsed_ns, started_ns, is_reused, usage, log } = call;
        let mut values = self.line(Shape::Predictions { column });
        values.add(*position);
        values.add(content.as_slice());
        values.add(*outputs);
        values.add(error.as_deref());
        values.add(*elapsed_ns);
        values.add(*started_ns);
        values.add(*is_reused);
        values.add(usage.as_deref());
        values.add(log.as_deref());
        values.add(trace_id.as_deref());
        values.add(*trace);
    }

    pub(super) fn span(&mut self, column: i64, position: i64, line: &SpanLine<'_>) {
        let SpanLine { place, span_id, parent_span_id, name, kind, start_time_unix_nano, end_time_unix_nano, body } =
            line;
        let mut values = self.line(Shape::Spans { column });
        values.add(position);
        values.add(*place);
        values.add(&**span_id);
        values.add(parent_span_id.as_deref());
        values.add(&**name);
        values.add(&**kind);
        values.add(*start_time_unix_nano);
        values.add(*end_time_unix_nano);
        values.add(*body);
    }

    pub(super) fn feedback(&mut self, column: i64, line: &FeedbackLine<'_>) {
        let FeedbackLine { position, place, kind, number, name, body, rationale, metadata, span_id, call } = line;
        if line.is_narrow() {
            let mut values = self.line(Shape::NarrowFeedback { column, kind: *kind });
            values.add(*position);
            values.number(*kind, *number);
            values.add(call.as_ref().map(|call| call.elapsed_ns));
            values.add(call.as_ref().and_then(|call| call.started_ns));
            return;
        }
        let mut values = self.line(Shape::Feedback { column });
        values.add(*position);
        values.add(*place);
        values.add(kind.as_str());
        values.number(*kind, *number);
        values.add(call.as_ref().map(|call| call.elapsed_ns));
        values.add(call.as_ref().and_then(|call| call.started_ns));
        values.add(call.as_ref().is_some_and(|call| call.is_reused));
        values.add(*name);
        values.add(body.as_deref());
        values.add(rationale.as_deref());
        values.add(*metadata);
        values.add(*span_id);
        values.add(call.as_ref().and_then(|call| call.usage.as_deref()));
        values.add(call.as_ref().and_then(|call| call.log.as_deref()));
    }

    /// Takes what was gathered, in an order in which it can be executed.
    pub(super) fn take(&mut self) -> Vec<Statement> {
        let mut all = Vec::new();
        for insert in &mut self.inserts {
            let full = insert.statements.drain(..);
            all.extend(full.map(|arguments| Statement { sql: insert.sql.clone(), arguments, is_kept: true }));
            if insert.lines > 0 {
                let sql = insert.shape.sql(insert.lines).into();
                all.push(Statement { sql, arguments: std::mem::take(&mut insert.current), is_kept: false });
                insert.lines = 0;
            }
        }
        all
    }

    /// Begins a line.
    fn line(&mut self, shape: Shape) -> Values<'_> {
        let place = self.inserts.iter().position(|insert| insert.shape == shape).unwrap_or_else(|| {
            self.inserts.push(Insert {
                shape,
                sql: shape.sql(LINES).into(),
                statements: Vec::new(),
                current: SqliteArguments::default(),
                lines: 0,
            });
            self.inserts.len() - 1
        });
        let insert = &mut self.inserts[place];
        if insert.lines == LINES {
            insert.statements.push(std::mem::take(&mut insert.current));
            insert.lines = 0;
        }
        if insert.lines == 0 {
            insert.current.reserve(LINES * shape.width(), 0);
        }
        insert.lines += 1;
        Values(&mut insert.current)
    }
}

/// The values of a line.
struct Values<'a>(&'a mut SqliteArguments);

impl Values<'_> {
    fn add<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(&mut self, value: T) {
        // Numbers, texts and bytes always have a form in SQLite.
        let encoded = self.0.add(value);
        debug_assert!(encoded.is_ok(), "a value without a form in SQLite");
    }

    /// Booleans as integers, which SQLite keeps in no byte at all.
    fn number(&mut self, kind: Kind, number: Option<f64>) {
        match (kind, number) {
            (Kind::Boolean, Some(number)) => self.add(i64::from(number != 0.0)),
            (_, number) => self.add(number),
        }
    }
}

impl Shape {
    /// What stands before the values, the values that all lines share, and how many others there are.
    fn parts(self) -> (&'static str, String, usize) {
        match self {
            // Another run over the same snapshot may have kept it meanwhile.
            Self::Examples { snapshot } => (
                "INSERT OR IGNORE INTO examples \
                 (snapshot, position, id, content, inputs, outputs, expectations, trace, tags)",
                snapshot.to_string(),
                8,
            ),
            Self::Predictions { column } => (
                "INSERT INTO predictions (col, position, content, outputs, error, elapsed_ns, started_ns, is_reused, \
                 usage, log, trace_id, trace)",
                column.to_string(),
                11,
            ),
            Self::Spans { column } => (
                "INSERT INTO spans (col, position, place, span_id, parent_span_id, name, kind, start_time_unix_nano, \
                 end_time_unix_nano, body)",
                column.to_string(),
                9,
            ),
            Self::NarrowFeedback { column, kind } => (
                "INSERT INTO feedback (col, kind, place, position, number, elapsed_ns, started_ns)",
                format!("{column},'{}',0", kind.as_str()),
                4,
            ),
            Self::Feedback { column } => (
                "INSERT INTO feedback (col, position, place, kind, number, elapsed_ns, started_ns, is_reused, name, \
                 body, rationale, metadata, span_id, usage, log)",
                column.to_string(),
                14,
            ),
        }
    }

    fn width(self) -> usize {
        self.parts().2
    }

    /// Unnumbered arguments: SQLite looks up numbered ones by their name, one after the other.
    fn sql(self, lines: usize) -> String {
        let (head, common, width) = self.parts();
        let line = format!("({common}{})", ",?".repeat(width));
        let mut sql = String::with_capacity(head.len() + 8 + lines * (line.len() + 1));
        sql.push_str(head);
        for place in 0..lines {
            sql.push_str(if place == 0 { " VALUES " } else { "," });
            sql.push_str(&line);
        }
        sql
    }
}

pub(super) async fn execute(connection: &mut SqliteConnection, statements: Vec<Statement>) -> Result<(), sqlx::Error> {
    for Statement { sql, arguments, is_kept } in statements {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(is_kept);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_all_lines_share_stand_in_the_statement() {
        let sql = Shape::NarrowFeedback { column: 7, kind: Kind::Boolean }.sql(2);
        assert_eq!(
            sql,
            "INSERT INTO feedback (col, kind, place, position, number, elapsed_ns, started_ns) \
             VALUES (7,'b',0,?,?,?,?),(7,'b',0,?,?,?,?)"
        );
    }
}

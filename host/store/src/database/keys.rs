use super::{Session, ask};
use crate::error::StoreError;

/// A key for a new line of a table, which no line of it ever had. The table of keys holds the next one, so two writers never
/// get the same: the second waits until the first has committed or given up.
pub(crate) async fn next_key(session: &mut Session, table: &'static str) -> Result<i64, StoreError> {
    const NEXT: &str = "INSERT INTO keys (name, next) VALUES ($1, 2) \
         ON CONFLICT (name) DO UPDATE SET next = keys.next + 1 RETURNING next - 1";
    ask!(session, "number a new line", connection => sqlx::query_scalar(NEXT).bind(table).fetch_one(connection).await)
}

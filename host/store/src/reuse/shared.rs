use scorebox_core::Digest;

use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::lines::signed;

/// Which rows a column has to have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) snapshot: i64,
    pub(crate) repeats: u64,
    pub(crate) positions: u64,
}

/// The newest column with what a function gives for all of the rows, if there is one. A column that is longer will do: runs
/// only read as far as they go.
///
/// Where outputs of a predict function are scored, it must have scored these.
pub(crate) async fn shared_column(
    session: &mut Session,
    fingerprint: Option<Digest>,
    shape: Shape,
    predicted: Option<i64>,
) -> Result<Option<i64>, StoreError> {
    const FIND: &str = "SELECT key FROM columns WHERE fingerprint = $1 AND snapshot = $2 AND repeats = $3 \
         AND positions >= $4 AND is_lasting AND predicted IS NOT DISTINCT FROM $5 ORDER BY key DESC LIMIT 1";
    let Some(fingerprint) = fingerprint else { return Ok(None) };
    let Shape { snapshot, repeats, positions } = shape;
    ask!(session, "look for earlier results", connection => {
        let find = sqlx::query_scalar(FIND).bind(fingerprint.to_string()).bind(snapshot).bind(signed(repeats));
        find.bind(signed(positions)).bind(predicted).fetch_optional(connection).await
    })
}

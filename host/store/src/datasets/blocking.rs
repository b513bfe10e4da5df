use std::io;

use super::error::ManagedDatasetError;

/// Runs what works through files on a thread that may wait for them.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ManagedDatasetError> + Send + 'static,
) -> Result<T, ManagedDatasetError> {
    // It only ends without an answer when the runtime ends.
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

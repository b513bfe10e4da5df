//! Ctrl-C, for what takes a while.

use std::pin::pin;
use std::time::Duration;

use crate::exit::{INTERRUPTED, Stop};

/// How long an interrupted tool has to end and to have its leavings removed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a signal may take to be heard of after a tool has ended by it.
const HEARING: Duration = Duration::from_millis(100);

/// Does work that blocks and that runs other programs. At a terminal, Ctrl-C reaches these too, and they end; the work
/// then comes to its end by itself and removes what is half done.
pub(super) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<Result<T, E>, Stop>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let mut work = tokio::task::spawn_blocking(work);
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        Ok(()) = &mut interrupted => {}
        done = &mut work => {
            let done = done.map_err(Stop::unfinished)?;
            // A tool that was interrupted fails, and often before the signal is heard of here.
            let is_interrupted = done.is_err() && matches!(tokio::time::timeout(HEARING, interrupted).await, Ok(Ok(())));
            return if is_interrupted { Err(Stop::Interrupted) } else { Ok(done) };
        }
    }
    tokio::select! {
        _ = work => Err(Stop::Interrupted),
        // The runtime would wait for the work without end.
        () = tokio::time::sleep(PATIENCE) => std::process::exit(INTERRUPTED.into()),
        Ok(()) = tokio::signal::ctrl_c() => std::process::exit(INTERRUPTED.into()),
    }
}

/// Waits for work that can be dropped at any time.
pub(super) async fn or_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    tokio::select! {
        done = work => Ok(done),
        Ok(()) = tokio::signal::ctrl_c() => Err(Stop::Interrupted),
    }
}

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The time that a call has spent on a thread, as opposed to waiting for a host call or for its turn.
#[derive(Debug)]
pub(crate) struct CpuClock {
    created: Instant,
    /// Nanoseconds in polls that are over.
    spent: AtomicU64,
    /// When the current poll began, in nanoseconds after `created`.
    poll_began: AtomicU64,
}

impl CpuClock {
    pub(crate) fn new(now: Instant) -> Arc<Self> {
        Arc::new(Self { created: now, spent: AtomicU64::new(0), poll_began: AtomicU64::new(0) })
    }

    /// The time spent so far; called by the guest's own thread, from inside a poll.
    pub(crate) fn spent(&self) -> Duration {
        let in_this_poll = self.nanos_since_creation().saturating_sub(self.poll_began.load(Ordering::Relaxed));
        Duration::from_nanos(self.spent.load(Ordering::Relaxed).saturating_add(in_this_poll))
    }

    /// The time since the call began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.created.elapsed()
    }

    fn nanos_since_creation(&self) -> u64 {
        u64::try_from(self.created.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn enter(&self) {
        self.poll_began.store(self.nanos_since_creation(), Ordering::Relaxed);
    }

    fn leave(&self) {
        self.spent.store(u64::try_from(self.spent().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// A future whose polls are charged to a clock.
pub(crate) struct Charged<F> {
    pub(crate) future: F,
    pub(crate) clock: Arc<CpuClock>,
}

impl<F: Future + Unpin> Future for Charged<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.clock.enter();
        let poll = Pin::new(&mut self.future).poll(context);
        self.clock.leave();
        poll
    }
}

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The time that a call has spent on a thread, as opposed to waiting for a host call or for its turn.
#[derive(Debug)]
pub(crate) struct CpuClock {
    created: Instant,
    /// Nanoseconds in polls that are over.
    spent: AtomicU64,
    /// When the current poll began, in nanoseconds after `created`. A call begins in a poll, and what is done in turn
    /// without waiting counts as one poll, so that a call which never waits reads the clock twice in all.
    poll_began: AtomicU64,
    /// Whether the call waits for something, and spends nothing.
    waits: AtomicBool,
}

impl CpuClock {
    pub(crate) fn new(now: Instant) -> Arc<Self> {
        Arc::new(Self {
            created: now,
            spent: AtomicU64::new(0),
            poll_began: AtomicU64::new(0),
            waits: AtomicBool::new(false),
        })
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

    fn resume(&self) {
        if self.waits.swap(false, Ordering::Relaxed) {
            self.poll_began.store(self.nanos_since_creation(), Ordering::Relaxed);
        }
    }

    fn pause(&self) {
        self.spent.store(u64::try_from(self.spent().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.waits.store(true, Ordering::Relaxed);
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
        self.clock.resume();
        let poll = Pin::new(&mut self.future).poll(context);
        if poll.is_pending() {
            self.clock.pause();
        }
        poll
    }
}

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use crate::state::lock;

/// How much linear memory all guests of an engine together may have.
///
/// A guest reserves what guests of its kind were seen to need, and waits where that does not fit. One that grows beyond
/// its reservation is not stopped in the middle of a call: what it takes counts, and keeps others waiting until it fits
/// again. A guest that is the only one is always let in, so that there is no budget with which nothing goes on.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    total_bytes: u64,
    reserved: Mutex<Reserved>,
    freed: Notify,
    /// Held by the guest that waits for memory; the others queue up behind it, so that a large one is not passed by small
    /// ones for ever.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Reserved {
    bytes: u64,
    guests: usize,
    /// Guests that found no room; nobody passes them.
    waiting: usize,
}

impl MemoryBudget {
    pub(crate) fn new(total_bytes: u64) -> Arc<Self> {
        Arc::new(Self {
            total_bytes,
            reserved: Mutex::default(),
            freed: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
        })
    }

    /// Reserves memory for a guest, at once or as soon as it fits. `make_room` is called while it does not, and says
    /// whether it freed something.
    pub(crate) async fn reserve(self: &Arc<Self>, bytes: usize, make_room: impl Fn() -> bool) -> Reservation {
        if let Some(reservation) = self.try_reserve_at_once(bytes) {
            return reservation;
        }
        let _waiting = Waiting::new(self);
        let _turn = self.turn.lock().await;
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // From here on nothing that is freed is missed.
            freed.as_mut().enable();
            let admitted = self.admit(&mut lock(&self.reserved), bytes as u64);
            if let Some(reservation) = admitted {
                return reservation;
            }
            if !make_room() {
                freed.await;
            }
        }
    }

    /// Reserves memory for a guest, where it fits and nobody waits.
    pub(crate) fn try_reserve_at_once(self: &Arc<Self>, bytes: usize) -> Option<Reservation> {
        let mut reserved = lock(&self.reserved);
        if reserved.waiting > 0 { None } else { self.admit(&mut reserved, bytes as u64) }
    }

    fn admit(self: &Arc<Self>, reserved: &mut Reserved, bytes: u64) -> Option<Reservation> {
        let wanted = reserved.bytes.saturating_add(bytes);
        if reserved.guests > 0 && wanted > self.total_bytes {
            return None;
        }
        reserved.bytes = wanted;
        reserved.guests += 1;
        Some(Reservation { budget: self.clone(), bytes })
    }
}

/// A guest that waits for memory.
struct Waiting<'a>(&'a MemoryBudget);

impl<'a> Waiting<'a> {
    fn new(budget: &'a MemoryBudget) -> Self {
        lock(&budget.reserved).waiting += 1;
        Self(budget)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.reserved).waiting -= 1;
    }
}

/// The memory of one guest, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: u64,
}

impl Reservation {
    /// Counts what a guest has grown to.
    pub(crate) fn cover(&mut self, bytes: usize) {
        let more = (bytes as u64).saturating_sub(self.bytes);
        if more > 0 {
            self.bytes += more;
            lock(&self.budget.reserved).bytes += more;
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut reserved = lock(&self.budget.reserved);
        reserved.bytes = reserved.bytes.saturating_sub(self.bytes);
        reserved.guests -= 1;
        drop(reserved);
        self.budget.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;

    async fn fits(budget: &Arc<MemoryBudget>, bytes: usize) -> Option<Reservation> {
        tokio::time::timeout(Duration::from_millis(20), budget.reserve(bytes, || false)).await.ok()
    }

    #[tokio::test]
    async fn a_guest_waits_until_its_memory_fits() {
        let budget = MemoryBudget::new(100);
        let first = fits(&budget, 60).await.unwrap();
        assert!(fits(&budget, 60).await.is_none());
        let second = fits(&budget, 40).await.unwrap();
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { drop(budget.reserve(50, || false).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap();
        drop(second);
    }

    #[tokio::test]
    async fn a_guest_that_is_alone_is_let_in_whatever_it_needs() {
        let budget = MemoryBudget::new(100);
        let large = fits(&budget, 1_000).await.unwrap();
        assert!(fits(&budget, 1).await.is_none());
        drop(large);
        assert!(fits(&budget, 1).await.is_some());
    }

    #[tokio::test]
    async fn what_a_guest_grows_to_counts_until_it_is_gone() {
        let budget = MemoryBudget::new(100);
        let mut growing = fits(&budget, 10).await.unwrap();
        growing.cover(95);
        growing.cover(20);
        assert!(fits(&budget, 10).await.is_none());
        drop(growing);
        let full = fits(&budget, 100).await.unwrap();
        assert!(fits(&budget, 1).await.is_none());
        drop(full);
    }

    #[tokio::test]
    async fn whoever_waits_is_not_passed_by_others() {
        let budget = MemoryBudget::new(100);
        let first = fits(&budget, 60).await.unwrap();
        let mut large = Box::pin(budget.reserve(80, || false));
        assert!(futures_poll(&mut large).await.is_none());
        assert!(fits(&budget, 10).await.is_none(), "it would fit, and must wait for its turn");
        drop(first);
        drop(large.await);
    }

    #[tokio::test]
    async fn idle_guests_make_room() {
        let budget = MemoryBudget::new(100);
        let idle = RefCell::new(vec![fits(&budget, 50).await.unwrap(), fits(&budget, 50).await.unwrap()]);
        let make_room = || idle.borrow_mut().pop().is_some();
        let large = tokio::time::timeout(Duration::from_secs(5), budget.reserve(100, make_room)).await;
        assert!(large.is_ok());
        assert!(idle.borrow().is_empty());
    }

    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::time::timeout(Duration::from_millis(20), future).await.ok()
    }
}

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::call::Guest;
use crate::state::lock;

/// Instances that wait for their next example, those of all scorers together: an idle instance takes a place, and a
/// call that finds no place may have it.
#[derive(Default)]
pub(crate) struct IdleGuests {
    /// Each guest with the scorer that it belongs to, the longest idle first.
    guests: Mutex<Vec<(Owner, Guest)>>,
    /// Calls that wait for a place.
    waiting: AtomicUsize,
    owners: AtomicU64,
}

/// Tells the scorers of an engine apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner(u64);

impl IdleGuests {
    /// A new owner of guests.
    pub(crate) fn owner(&self) -> Owner {
        Owner(self.owners.fetch_add(1, Ordering::Relaxed))
    }

    /// The guest of this owner that was used last.
    pub(crate) fn take(&self, owner: Owner) -> Option<Guest> {
        let mut guests = lock(&self.guests);
        let position = guests.iter().rposition(|(of, _)| *of == owner)?;
        Some(guests.remove(position).1)
    }

    /// Keeps a guest for its owner's next call, unless somebody waits for the place.
    pub(crate) fn put(&self, owner: Owner, guest: Guest) {
        lock(&self.guests).push((owner, guest));
        // After the push, so that a call which came to wait in between has either seen the guest or is seen here.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.drop_oldest();
        }
    }

    /// Drops all guests of an owner.
    pub(crate) fn drop_all_of(&self, owner: Owner) {
        // Dropped after the lock is released: it takes time.
        let _dropped: Vec<_> = lock(&self.guests).extract_if(.., |(of, _)| *of == owner).collect();
    }

    /// Makes room for a call that found no place; until the answer is dropped, guests that become idle make room too.
    pub(crate) fn make_room(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.drop_oldest();
        Waiting(self)
    }

    /// Drops the guest that has been idle the longest, if there is one.
    pub(crate) fn drop_oldest(&self) -> bool {
        let mut guests = lock(&self.guests);
        let oldest = (!guests.is_empty()).then(|| guests.remove(0));
        drop(guests);
        oldest.is_some()
    }
}

/// A call that waits for a place.
pub(crate) struct Waiting<'a>(&'a IdleGuests);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

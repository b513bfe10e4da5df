use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests may be under way at once: as many as allowed, fewer while the provider says 429, and then more
/// again. The rule is that of TCP (additive increase, multiplicative decrease; Chiu and Jain, 1989): one more for each
/// round of good replies, a third fewer for each round with a 429.
///
/// Only a 429 shrinks it, since any other failure says nothing of how much is too much; an error of the server pauses the
/// growth for a round.
#[derive(Debug)]
pub(crate) struct AdaptiveLimit {
    semaphore: Arc<Semaphore>,
    state: Mutex<State>,
    most: usize,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Permits that are still out, but shall not come back.
    owed: usize,
    /// Good replies since the limit last changed.
    good: usize,
    /// When it last shrank: what was sent before says nothing of the limit since.
    shrank_at: Option<Instant>,
}

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Place<'l> {
    limit: &'l AdaptiveLimit,
    permit: Option<OwnedSemaphorePermit>,
    taken_at: Instant,
}

impl AdaptiveLimit {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state = State { limit: most, owed: 0, good: 0, shrank_at: None };
        Self { semaphore: Arc::new(Semaphore::new(most)), state: Mutex::new(state), most }
    }

    /// Waits for a place, in turn.
    pub(crate) async fn place(&self) -> Place<'_> {
        // The semaphore is never closed.
        let permit = self.semaphore.clone().acquire_owned().await.ok();
        Place { limit: self, permit, taken_at: Instant::now() }
    }

    /// How many may be under way at the moment.
    pub(crate) fn current(&self) -> usize {
        self.lock().limit
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// The provider answered well.
    pub(crate) fn succeeded(self) {
        let mut state = self.limit.lock();
        state.good += 1;
        if state.good >= state.limit && state.limit < self.limit.most {
            state.good = 0;
            state.limit += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.limit.semaphore.add_permits(1);
            }
        }
    }

    /// The provider said 429.
    pub(crate) fn was_limited(self) {
        let mut state = self.limit.lock();
        state.good = 0;
        if state.shrank_at.is_some_and(|shrank_at| self.taken_at <= shrank_at) {
            return;
        }
        let smaller = (state.limit - state.limit.div_ceil(3)).max(1);
        let fewer = state.limit - smaller;
        let taken_back = self.limit.semaphore.forget_permits(fewer);
        state.owed += fewer - taken_back;
        state.limit = smaller;
        state.shrank_at = Some(Instant::now());
    }

    /// The provider failed: no time to ask it for more.
    pub(crate) fn failed(self) {
        self.limit.lock().good = 0;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        let mut state = self.limit.lock();
        if state.owed > 0 {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn round<'l>(limit: &'l AdaptiveLimit, end: impl Fn(Place<'l>)) {
        let mut places = Vec::new();
        for _ in 0..limit.current() {
            places.push(limit.place().await);
        }
        places.into_iter().for_each(end);
    }

    #[tokio::test]
    async fn a_round_with_429s_shrinks_it_once() {
        let limit = AdaptiveLimit::new(9);
        round(&limit, Place::was_limited).await;
        assert_eq!(limit.current(), 6);
        assert_eq!(limit.semaphore.available_permits(), 6);
        round(&limit, Place::was_limited).await;
        assert_eq!(limit.current(), 4);
    }

    #[tokio::test]
    async fn it_never_shrinks_below_one() {
        let limit = AdaptiveLimit::new(2);
        for _ in 0..5 {
            round(&limit, Place::was_limited).await;
        }
        assert_eq!((limit.current(), limit.semaphore.available_permits()), (1, 1));
    }

    #[tokio::test]
    async fn it_grows_by_one_for_each_good_round_up_to_the_most() {
        let limit = AdaptiveLimit::new(4);
        round(&limit, Place::was_limited).await;
        for expected in [3, 4, 4] {
            round(&limit, Place::succeeded).await;
            assert_eq!((limit.current(), limit.semaphore.available_permits()), (expected, expected));
        }
    }

    #[tokio::test]
    async fn errors_of_the_server_pause_the_growth_and_shrink_nothing() {
        let limit = AdaptiveLimit::new(8);
        round(&limit, Place::was_limited).await;
        let before = limit.current();
        for _ in 0..before - 1 {
            limit.place().await.succeeded();
        }
        limit.place().await.failed();
        limit.place().await.succeeded();
        assert_eq!(limit.current(), before);
    }

    #[tokio::test]
    async fn a_place_that_is_dropped_comes_back() {
        let limit = AdaptiveLimit::new(1);
        drop(limit.place().await);
        limit.place().await.succeeded();
        assert_eq!(limit.semaphore.available_permits(), 1);
    }
}

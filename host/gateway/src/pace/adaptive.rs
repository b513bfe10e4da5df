use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests may be under way at once: as many as allowed, fewer while the provider says 429, and then more
/// again.
///
/// It goes by rounds of as many answers as may be under way. A round without a 429 raises the limit by an eighth; one with
/// 429s lowers it by a third, as TCP does on congestion (additive-increase/multiplicative-decrease, Chiu and Jain, 1989).
/// When the next round shows that this did not help, the 429s have another cause, such as a limit per minute that the
/// delays of retries take care of: then the step is taken back, for going slower would only make everybody wait.
///
/// Only a 429 lowers the limit, since any other failure says nothing of how much is too much; an error of the server keeps
/// a round from raising it.
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
    /// Counts changes of the limit: what was sent before one says nothing of the limit since.
    generation: u64,
    round: Round,
    /// The last of the steps down that are being taken, until it is known whether it helped.
    step_down: Option<StepDown>,
    /// Rounds for which the limit stays, whatever they bring.
    rounds_to_stay: u32,
}

/// The answers since the limit last changed, or since the last round.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    good: usize,
    limited: usize,
    failed: usize,
    /// The most that were under way at once.
    busiest: usize,
}

#[derive(Clone, Copy, Debug)]
struct StepDown {
    /// The limit before the first of them.
    from: usize,
    /// The share of 429s that the last one answered.
    share: f64,
}

/// Fewer answers say too little.
const LEAST_ANSWERS: usize = 32;
/// Above this share of 429s the limit is lowered in any case.
const TOO_MANY: f64 = 0.5;
/// How long a step that did not help is not tried again.
const ROUNDS_TO_STAY: u32 = 16;

impl Round {
    fn answers(self) -> usize {
        self.good + self.limited + self.failed
    }

    #[expect(clippy::cast_precision_loss, reason = "a round has few answers")]
    fn share_of_429s(self) -> f64 {
        self.limited as f64 / (self.good + self.limited).max(1) as f64
    }
}

impl StepDown {
    /// Whether a share of 429s shows that the step helped. If so many at once were too many, a share of `s` should have
    /// fallen to `1.5 s - 0.5`: half of that fall is enough.
    fn helped(self, share: f64) -> bool {
        let expected = (1.5 * self.share - 0.5).max(0.0);
        share <= f64::midpoint(self.share, expected)
    }
}

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Place<'l> {
    limit: &'l AdaptiveLimit,
    permit: Option<OwnedSemaphorePermit>,
    generation: u64,
}

impl AdaptiveLimit {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state =
            State { limit: most, owed: 0, generation: 0, round: Round::default(), step_down: None, rounds_to_stay: 0 };
        Self { semaphore: Arc::new(Semaphore::new(most)), state: Mutex::new(state), most }
    }

    /// Waits for a place, in turn.
    pub(crate) async fn place(&self) -> Place<'_> {
        // The semaphore is never closed.
        let permit = self.semaphore.clone().acquire_owned().await.ok();
        let mut state = self.lock();
        let under_way = state.limit.saturating_sub(self.semaphore.available_permits());
        state.round.busiest = state.round.busiest.max(under_way);
        Place { limit: self, permit, generation: state.generation }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, generation: u64, count: impl FnOnce(&mut Round)) {
        let mut state = self.lock();
        if state.generation != generation {
            return;
        }
        count(&mut state.round);
        // While fewer are under way than may be, a round of the whole limit would never end.
        if state.round.answers() >= state.round.busiest.max(LEAST_ANSWERS) {
            self.end_round(&mut state);
        }
    }

    fn end_round(&self, state: &mut State) {
        let round = std::mem::take(&mut state.round);
        let share = round.share_of_429s();
        let step_down = state.step_down.take();
        if state.rounds_to_stay > 0 {
            state.rounds_to_stay -= 1;
        } else if share > TOO_MANY || (share > 0.0 && step_down.is_none_or(|step| step.helped(share))) {
            // What counts is how many really were under way, not how many might have been.
            let used = state.limit.min(round.busiest.max(1));
            // Where steps follow each other, it is the first one's beginning that is gone back to: chance alone may make a
            // step look as if it had helped.
            let from = step_down.map_or(state.limit, |step| step.from);
            state.step_down = Some(StepDown { from, share });
            self.set(state, used - used.div_ceil(3).min(used - 1));
        } else if let Some(step) = step_down.filter(|step| !step.helped(share)) {
            state.rounds_to_stay = ROUNDS_TO_STAY;
            self.set(state, step.from);
        } else if round.failed == 0 {
            self.set(state, state.limit + state.limit.div_ceil(8));
        }
    }

    fn set(&self, state: &mut State, limit: usize) {
        let limit = limit.clamp(1, self.most);
        if limit > state.limit {
            let more = limit - state.limit;
            let forgiven = more.min(state.owed);
            state.owed -= forgiven;
            self.semaphore.add_permits(more - forgiven);
        } else if limit < state.limit {
            let fewer = state.limit - limit;
            state.owed += fewer - self.semaphore.forget_permits(fewer);
        } else {
            return;
        }
        state.limit = limit;
        state.generation += 1;
        state.round = Round::default();
    }
}

impl Place<'_> {
    /// The provider answered well.
    pub(crate) fn succeeded(self) {
        self.limit.count(self.generation, |round| round.good += 1);
    }

    /// The provider said 429.
    pub(crate) fn was_limited(self) {
        self.limit.count(self.generation, |round| round.limited += 1);
    }

    /// The provider failed: no time to ask it for more.
    pub(crate) fn failed(self) {
        self.limit.count(self.generation, |round| round.failed += 1);
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

    fn current(limit: &AdaptiveLimit) -> usize {
        let state = limit.lock();
        assert_eq!(limit.semaphore.available_permits(), state.limit, "every permit is there or owed");
        state.limit
    }

    /// Takes all places at once, and ends each as its number says.
    async fn round<'l>(limit: &'l AdaptiveLimit, end: impl Fn(usize, Place<'l>)) {
        let mut places = Vec::new();
        for _ in 0..current(limit) {
            places.push(limit.place().await);
        }
        places.into_iter().enumerate().for_each(|(number, place)| end(number, place));
    }

    /// The provider takes so many at once.
    async fn round_with_capacity(limit: &AdaptiveLimit, capacity: usize) {
        round(limit, |number, place| if number < capacity { place.succeeded() } else { place.was_limited() }).await;
    }

    #[tokio::test]
    async fn it_finds_what_the_provider_takes_at_once() {
        let limit = AdaptiveLimit::new(1_000);
        for _ in 0..20 {
            round_with_capacity(&limit, 100).await;
        }
        let found = current(&limit);
        assert!((60..=160).contains(&found), "{found}");
    }

    #[tokio::test]
    async fn it_grows_back_when_the_provider_takes_more() {
        let limit = AdaptiveLimit::new(200);
        for _ in 0..10 {
            round_with_capacity(&limit, 50).await;
        }
        for _ in 0..40 {
            round(&limit, |_, place| place.succeeded()).await;
        }
        assert_eq!(current(&limit), 200);
    }

    #[tokio::test]
    async fn a_429_that_has_nothing_to_do_with_how_many_are_under_way_does_not_slow_it_down() {
        let limit = AdaptiveLimit::new(256);
        for _ in 0..200 {
            round(&limit, |number, place| if number % 3 == 0 { place.was_limited() } else { place.succeeded() }).await;
        }
        assert!(current(&limit) >= 128, "{}", current(&limit));
    }

    #[tokio::test]
    async fn errors_of_the_server_lower_nothing_and_pause_the_growth() {
        let limit = AdaptiveLimit::new(90);
        round_with_capacity(&limit, 70).await;
        let lowered = current(&limit);
        assert_eq!(lowered, 60);
        for _ in 0..5 {
            round(&limit, |number, place| if number == 0 { place.failed() } else { place.succeeded() }).await;
        }
        assert_eq!(current(&limit), lowered);
        round(&limit, |_, place| place.succeeded()).await;
        assert!(current(&limit) > lowered);
    }

    #[tokio::test]
    async fn it_never_falls_below_one() {
        let limit = AdaptiveLimit::new(4);
        for _ in 0..200 {
            round(&limit, |_, place| place.was_limited()).await;
        }
        assert_eq!(current(&limit), 1);
    }

    #[tokio::test]
    async fn a_place_that_is_dropped_comes_back() {
        let limit = AdaptiveLimit::new(1);
        drop(limit.place().await);
        limit.place().await.succeeded();
        assert_eq!(current(&limit), 1);
    }
}

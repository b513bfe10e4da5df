use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scorebox_core::Cost;
use tokio::sync::Notify;

use crate::config::Budget;

/// What is spent: dollars, tokens, requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) cost: Cost,
    pub(crate) tokens: u64,
    pub(crate) requests: u64,
}

impl Amount {
    fn plus(self, other: Self) -> Self {
        Self {
            cost: self.cost.plus(other.cost),
            tokens: self.tokens.saturating_add(other.tokens),
            requests: self.requests.saturating_add(other.requests),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            cost: self.cost.minus(other.cost),
            tokens: self.tokens.saturating_sub(other.tokens),
            requests: self.requests.saturating_sub(other.requests),
        }
    }
}

/// What may be spent, what was, and what requests under way may come to.
///
/// A request is let through only if it fits together with all that are under way, taken at what they may cost at most;
/// one that may fit once others are done waits for them. So a budget is never exceeded, but by what an estimate was wrong.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Whose budget it is, for messages.
    whose: String,
    budget: Budget,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: Amount,
    reserved: Amount,
}

/// A budget that is used up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct OverBudget(pub(crate) String);

impl Ledger {
    pub(crate) fn new(whose: impl Into<String>, budget: Budget) -> Arc<Self> {
        Arc::new(Self { whose: whose.into(), budget, state: Mutex::default(), settled: Notify::new() })
    }

    /// Whether there is anything to keep.
    fn is_unlimited(&self) -> bool {
        self.budget == Budget::default()
    }

    /// Whether an amount would fit if nothing had been spent.
    pub(crate) fn could_hold(&self, amount: Amount) -> bool {
        self.exceeded_by(amount).is_none()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exceeded_by(&self, amount: Amount) -> Option<String> {
        let Budget { cost, tokens, requests } = self.budget;
        let whose = &self.whose;
        let exceeds = |limit: Option<u64>, amount: u64| limit.filter(|limit| amount > *limit);
        if let Some(limit) = cost.filter(|limit| amount.cost > *limit) {
            return Some(format!("{whose} of {limit} does not allow for another request (cost_usd)"));
        }
        if let Some(limit) = exceeds(tokens, amount.tokens) {
            return Some(format!("{whose} of {limit} tokens does not allow for another request (tokens)"));
        }
        exceeds(requests, amount.requests).map(|limit| format!("{whose} of {limit} requests is used up (requests)"))
    }

    async fn reserve(self: &Arc<Self>, estimate: Amount) -> Result<(), OverBudget> {
        loop {
            let settled = self.settled.notified();
            {
                let mut state = self.lock();
                let committed = state.spent.plus(state.reserved);
                let Some(reason) = self.exceeded_by(committed.plus(estimate)) else {
                    state.reserved = state.reserved.plus(estimate);
                    return Ok(());
                };
                if self.exceeded_by(state.spent.plus(estimate)).is_some() || state.reserved == Amount::default() {
                    return Err(OverBudget(reason));
                }
            }
            settled.await;
        }
    }

    fn settle(&self, estimate: Amount, spent: Amount) {
        let mut state = self.lock();
        state.reserved = state.reserved.minus(estimate);
        state.spent = state.spent.plus(spent);
        drop(state);
        self.settled.notify_waiters();
    }
}

/// Room for one request in several budgets. What is not settled was not spent.
#[derive(Debug)]
pub(crate) struct Reservation {
    ledgers: Vec<Arc<Ledger>>,
    estimate: Amount,
    spent: Amount,
}

/// Makes room for a request that may come to `estimate`; tells the ledger that has none.
pub(crate) async fn reserve(
    ledgers: &[Arc<Ledger>],
    estimate: Amount,
) -> Result<Reservation, (Arc<Ledger>, OverBudget)> {
    let mut reservation =
        Reservation { ledgers: Vec::with_capacity(ledgers.len()), estimate, spent: Amount::default() };
    for ledger in ledgers.iter().filter(|ledger| !ledger.is_unlimited()) {
        ledger.reserve(estimate).await.map_err(|over| (ledger.clone(), over))?;
        reservation.ledgers.push(ledger.clone());
    }
    Ok(reservation)
}

impl Reservation {
    /// Adds to what the request really took. It counts once the reservation is dropped.
    pub(crate) fn spend(&mut self, amount: Amount) {
        self.spent = self.spent.plus(amount);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        for ledger in &self.ledgers {
            ledger.settle(self.estimate, self.spent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn tokens(tokens: u64) -> Amount {
        Amount { tokens, ..Amount::default() }
    }

    fn ledger(limit: u64) -> Arc<Ledger> {
        Ledger::new("the run's budget", Budget { tokens: Some(limit), ..Budget::default() })
    }

    async fn try_reserve(ledgers: &[Arc<Ledger>], amount: u64) -> Option<Result<Reservation, String>> {
        let reserved = tokio::time::timeout(Duration::from_millis(5), reserve(ledgers, tokens(amount))).await.ok()?;
        Some(reserved.map_err(|(_, over)| over.0))
    }

    #[tokio::test]
    async fn a_request_waits_for_those_under_way_and_takes_what_they_left() {
        let ledgers = [ledger(100)];
        let mut first = try_reserve(&ledgers, 80).await.unwrap().unwrap();
        assert!(try_reserve(&ledgers, 50).await.is_none());
        first.spend(tokens(10));
        drop(first);
        let mut second = try_reserve(&ledgers, 50).await.unwrap().unwrap();
        second.spend(tokens(60));
        drop(second);
        let refusal = try_reserve(&ledgers, 50).await.unwrap().unwrap_err();
        assert_eq!(refusal, "the run's budget of 100 tokens does not allow for another request (tokens)");
    }

    #[tokio::test]
    async fn a_request_that_can_never_fit_does_not_wait() {
        let ledgers = [ledger(100)];
        let _first = try_reserve(&ledgers, 80).await.unwrap().unwrap();
        assert!(try_reserve(&ledgers, 101).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn room_in_one_budget_is_given_back_where_another_has_none() {
        let (wide, narrow) = (ledger(100), ledger(10));
        assert!(try_reserve(&[wide.clone(), narrow], 50).await.unwrap().is_err());
        assert!(try_reserve(&[wide], 100).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn without_limits_everything_fits() {
        let unlimited = Ledger::new("x", Budget::default());
        assert!(try_reserve(&[unlimited], u64::MAX).await.unwrap().is_ok());
    }
}

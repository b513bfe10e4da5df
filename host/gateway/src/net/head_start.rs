use std::time::Duration;

use tokio::sync::watch;

/// Lets the first request to a server go ahead of others for a moment, so that there is a connection when they come.
///
/// Only a TLS handshake tells that a server speaks HTTP/2, on which all requests share one connection. Without a head
/// start, each of those that come at once before that would open a connection of its own.
#[derive(Debug)]
pub(crate) struct HeadStart(watch::Sender<State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unused,
    Taken,
    Over,
}

/// The first request; the head start ends with it at the latest.
#[derive(Debug)]
pub(crate) struct First<'h>(&'h HeadStart);

impl HeadStart {
    /// Enough for a handshake with the other side of the world, and little beside the time that a model takes.
    const LONGEST: Duration = Duration::from_millis(300);

    /// Waits while another request has the head start.
    pub(crate) async fn turn(&self) -> Option<First<'_>> {
        let takes = |state: &mut State| {
            let is_unused = *state == State::Unused;
            if is_unused {
                *state = State::Taken;
            }
            is_unused
        };
        if self.0.send_if_modified(takes) {
            return Some(First(self));
        }
        let mut state = self.0.subscribe();
        let over = state.wait_for(|state| *state == State::Over);
        if tokio::time::timeout(Self::LONGEST, over).await.is_err() {
            self.0.send_replace(State::Over);
        }
        None
    }
}

impl Default for HeadStart {
    fn default() -> Self {
        Self(watch::Sender::new(State::Unused))
    }
}

impl Drop for First<'_> {
    fn drop(&mut self) {
        self.0.0.send_replace(State::Over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn others_wait_for_the_first_and_nobody_waits_afterwards() {
        let head_start = HeadStart::default();
        let first = head_start.turn().await.unwrap();
        let others = async { tokio::join!(head_start.turn(), head_start.turn()) };
        tokio::pin!(others);
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut others).await.is_err());
        drop(first);
        assert!(matches!(others.await, (None, None)));
        assert!(head_start.turn().await.is_none());
    }

    #[tokio::test]
    async fn a_first_that_takes_long_is_not_waited_for() {
        let head_start = HeadStart::default();
        let _first = head_start.turn().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(10), head_start.turn()).await.unwrap().is_none());
        assert!(tokio::time::timeout(Duration::from_millis(5), head_start.turn()).await.unwrap().is_none());
    }
}

use std::time::{Duration, Instant};

use scorebox_core::Failure;
use serde::{Deserialize, Serialize};

use crate::call::Guest;
use crate::exports::Exports;
use crate::plugin::Linked;
use crate::signature::{Export, Signature};

/// What an instance of a component costs on this machine: measured when the component is loaded for the first time, and
/// kept beside its compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceCost {
    /// What a fresh instance takes beyond its calls: making it, the first call being slower than later ones, and taking it
    /// away.
    pub instantiate: Duration,
    /// A call of `describe` in an instance that has answered it before.
    pub call: Duration,
    /// The linear memory that an instance has after it was asked what it holds, in bytes.
    pub memory_bytes: usize,
}

impl InstanceCost {
    /// Below this, a fresh instance costs little more than what an evaluation does for a row anyway. Instances in Rust and C
    /// were measured at 6 to 13 µs, in JavaScript, Python and Go at 100 to 600 µs.
    const CHEAP: Duration = Duration::from_micros(50);
    /// A fresh instance that adds less than this part of a call does not matter either.
    const PART_OF_A_CALL: u32 = 10;

    /// Whether instances cost so much that several examples had better share one: more than 50 µs, and more than a tenth of
    /// a call. Not more, because the call that is known is `describe`, and where a component holds many functions that takes
    /// up to ten times as long as scoring a row.
    #[must_use]
    pub fn is_dear(&self) -> bool {
        self.instantiate > Self::CHEAP && self.instantiate > self.call / Self::PART_OF_A_CALL
    }

    /// What is taken for a component that could not be measured: cheap, for now.
    pub(crate) const UNKNOWN: Self = Self { instantiate: Duration::ZERO, call: Duration::ZERO, memory_bytes: 0 };

    /// Measures a component; none where the guest does not answer `describe` twice, for instance on a machine so busy that
    /// its time runs out.
    pub(crate) async fn measure(component: &Linked, exports: &Exports) -> Option<Self> {
        match (&exports.scorers, &exports.predictors) {
            (Some(scorers), _) => fastest(component, &scorers.describe).await,
            (None, Some(predictors)) => fastest(component, &predictors.describe).await,
            (None, None) => None,
        }
    }
}

/// The fastest of a few rounds: what slows a round down is the machine, not the guest.
async fn fastest<S>(component: &Linked, describe: &Export<S>) -> Option<InstanceCost>
where
    S: for<'a> Signature<Params<'a> = ()>,
{
    const ROUNDS: usize = 8;
    // Slow guests are dear after one round; more of them would only slow down the start.
    const LONGEST: Duration = Duration::from_millis(100);
    let began = Instant::now();
    let mut fastest: Option<InstanceCost> = None;
    for _ in 0..ROUNDS {
        let round = round(component, describe).await.ok()?;
        fastest = Some(fastest.map_or(round, |known| InstanceCost {
            instantiate: known.instantiate.min(round.instantiate),
            call: known.call.min(round.call),
            memory_bytes: known.memory_bytes.max(round.memory_bytes),
        }));
        if began.elapsed() > LONGEST {
            break;
        }
    }
    fastest
}

async fn round<S>(component: &Linked, describe: &Export<S>) -> Result<InstanceCost, Failure>
where
    S: for<'a> Signature<Params<'a> = ()>,
{
    let began = Instant::now();
    let mut guest = Guest::for_description(component).await?;
    guest.call(component, describe, ()).await?;
    let first = began.elapsed();
    let began = Instant::now();
    guest.call(component, describe, ()).await?;
    let call = began.elapsed();
    let memory_bytes = guest.memory_bytes();
    let began = Instant::now();
    drop(guest);
    let instantiate = first.saturating_sub(call) + began.elapsed();
    Ok(InstanceCost { instantiate, call, memory_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_dear_when_they_cost_more_than_a_row_and_more_than_a_call() {
        let is_dear = |instantiate, call| {
            let (instantiate, call) = (Duration::from_micros(instantiate), Duration::from_micros(call));
            InstanceCost { instantiate, call, memory_bytes: 0 }.is_dear()
        };
        assert!(is_dear(384, 311), "Python");
        assert!(is_dear(607, 11), "Go");
        assert!(is_dear(99, 12), "JavaScript in QuickJS");
        assert!(is_dear(111, 694), "fifteen functions in StarlingMonkey, which then takes 90 µs to score a row");
        assert!(!is_dear(6, 3), "Rust");
        assert!(!is_dear(13, 5), "C");
        assert!(!is_dear(400, 5_000), "slow anyway");
    }
}

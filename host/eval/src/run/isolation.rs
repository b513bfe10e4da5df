//! How many rows an instance sees, where the config leaves that to the host.

use std::num::NonZeroUsize;

use scorebox_core::ScorerInfo;
use scorebox_engine::{InstanceCost, Isolation, Plugin};

/// Batches that the host chose for a scorer, because instances of its component are dear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenBatches {
    /// The scorer's name in the run.
    pub scorer: String,
    /// The component, as the user wrote it.
    pub component: String,
    /// How many rows share an instance.
    pub rows: NonZeroUsize,
    /// What an instance costs.
    pub cost: InstanceCost,
}

/// What decides beside the component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// Rows of the run, repeats counted.
    pub(super) positions: u64,
    /// Whether any plugin of the run can reach out. Then calls wait for other machines for much longer than an instance
    /// takes, and a batch would only make its rows wait for the slowest of them.
    pub(super) reaches_out: bool,
}

/// The isolation for a scorer that the config leaves open. Depends on nothing that differs between two runs of one plan on
/// one machine, and in particular not on the number of cores.
pub(super) fn automatic(plugin: &Plugin, scorer: &ScorerInfo, surroundings: Surroundings) -> Isolation {
    match plugin.automatic_isolation(scorer) {
        Isolation::Batch(most) if !surroundings.reaches_out => batches(surroundings.positions, most),
        _ => Isolation::Example,
    }
}

/// Few rows come in small batches, so that there are some for every core.
fn batches(positions: u64, most: NonZeroUsize) -> Isolation {
    const LEAST_BATCHES: u64 = 16;
    let rows = usize::try_from(positions.div_ceil(LEAST_BATCHES)).unwrap_or(usize::MAX).min(most.get());
    match NonZeroUsize::new(rows) {
        Some(rows) if rows.get() > 1 => Isolation::Batch(rows),
        _ => Isolation::Example,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_come_in_small_batches() {
        let rows = |positions| match batches(positions, Isolation::AUTOMATIC_BATCH) {
            Isolation::Batch(rows) => rows.get(),
            Isolation::Example => 1,
            Isolation::Run => panic!("nobody asked for it"),
        };
        assert_eq!([1, 16, 17, 100, 1_000, 2_048, 1_000_000].map(rows), [1, 1, 2, 7, 63, 128, 128]);
    }
}

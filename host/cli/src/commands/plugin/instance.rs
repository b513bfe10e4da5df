use std::time::Duration;

use bytesize::ByteSize;
use scorebox_engine::InstanceCost;
use serde::Serialize;

use crate::report::duration;

/// What an instance costs on this machine, as the engine measured it when it first loaded the component.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct InstanceFigures {
    instantiate_seconds: f64,
    describe_seconds: f64,
    memory_bytes: usize,
}

impl From<InstanceCost> for InstanceFigures {
    fn from(cost: InstanceCost) -> Self {
        Self {
            instantiate_seconds: cost.instantiate.as_secs_f64(),
            describe_seconds: cost.call.as_secs_f64(),
            memory_bytes: cost.memory_bytes,
        }
    }
}

impl InstanceFigures {
    pub(super) fn to_text(self) -> String {
        let seconds = |seconds| duration(Duration::from_secs_f64(seconds));
        format!(
            "{} to make one, {} for a call of describe, {} of memory",
            seconds(self.instantiate_seconds),
            seconds(self.describe_seconds),
            bytes(self.memory_bytes)
        )
    }
}

/// A size in the unit that fits.
pub(super) fn bytes(bytes: usize) -> String {
    ByteSize::b(bytes as u64).display().iec().to_string()
}

//! What instances of plugins cost, where that matters.

use std::collections::BTreeMap;

use bytesize::ByteSize;
use scorebox_eval::{ChosenBatches, RunRecord};

use super::summary::duration;
use crate::terminal::{FAINT, NAME, count};

/// One line for each component of which the host lets rows share instances.
pub(crate) fn chosen_batches(chosen: &[ChosenBatches]) -> Vec<String> {
    let by_component: BTreeMap<_, _> = chosen.iter().map(|it| (it.component.as_str(), it)).collect();
    let line = |(component, it): (&str, &ChosenBatches)| {
        let (instance, call) = (duration(it.cost.instantiate), duration(it.cost.call));
        let rows = count(it.rows.get() as u64, "row");
        format!(
            "  {component}: an instance costs {instance}, a call of describe {call}: {rows} per instance {}",
            FAINT.paint("(isolation = \"example\" gives each row its own)")
        )
    };
    by_component.into_iter().map(line).collect()
}

/// The memory of instances, where it is large enough to bound how many there can be.
pub(crate) fn memory(record: &RunRecord) -> String {
    const LARGE_BYTES: u64 = 16 << 20;
    let large = record.functions.iter().filter_map(|function| {
        let bytes = function.memory_bytes.filter(|bytes| *bytes >= LARGE_BYTES)?;
        Some(format!("{} of {}", ByteSize::b(bytes).display().iec(), NAME.paint(&function.name)))
    });
    let large: Vec<_> = large.collect();
    if large.is_empty() {
        return String::new();
    }
    format!("\n  {} {}\n", FAINT.paint("memory of an instance, at most"), large.join(", "))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scorebox_engine::InstanceCost;

    use super::*;

    #[test]
    fn a_line_says_what_an_instance_costs_and_how_to_have_one_for_each_row() {
        let cost = InstanceCost {
            instantiate: Duration::from_nanos(1_304_000),
            call: Duration::from_nanos(30_200),
            memory_bytes: 10 << 20,
        };
        let chosen = |scorer: &str| ChosenBatches {
            scorer: scorer.to_owned(),
            component: "acme/tone".to_owned(),
            rows: 128.try_into().unwrap(),
            cost,
        };
        let lines = chosen_batches(&[chosen("tone"), chosen("length")]);
        let plain = anstream::adapter::strip_str(&lines.concat()).to_string();
        assert_eq!(
            plain,
            "  acme/tone: an instance costs 1.30 ms, a call of describe 30.2 µs: 128 rows per instance (isolation = \"example\" gives each \
             row its own)"
        );
    }
}

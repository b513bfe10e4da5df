//! What the bootstrap draws from: a sample, clusters, or counts.

use crate::number::{count, float};
use crate::random::Random;
use crate::undefined::Undefined;

/// Something whose units can be drawn again and left out.
pub(crate) trait Resample {
    /// How many units there are.
    fn units(&self) -> u64;

    /// How many values one evaluation of the statistic visits.
    fn visits(&self) -> u64;

    /// The statistic of everything.
    fn whole(&mut self) -> Result<f64, Undefined>;

    /// The statistic of as many units, drawn with replacement.
    fn draw(&mut self, random: &mut Random) -> Result<f64, Undefined>;

    /// The statistic with some units left out, for at most `most` ways to do so, and how many ways each stands for.
    fn left_out(&mut self, most: usize) -> Vec<(f64, f64)>;
}

/// Splits units at random into at most `most` groups of nearly the same size and evaluates without each in turn, given the
/// units that are kept.
///
/// At random, because neighbours may be alike: then groups would be more extreme than the units in them.
pub(crate) fn by_groups(
    units: usize,
    most: usize,
    mut of: impl FnMut(&mut dyn Iterator<Item = usize>) -> Result<f64, Undefined>,
) -> Vec<(f64, f64)> {
    let groups = units.min(most).max(1);
    let mut order: Vec<usize> = (0..units).collect();
    if groups < units {
        let mut random = Random::new(0);
        (1..units).for_each(|last| order.swap(last, random.below(last + 1)));
    }
    let start = |group: usize| group * (units / groups) + group.min(units % groups);
    let without = |group: usize| {
        let mut kept = order[..start(group)].iter().chain(&order[start(group + 1)..]).copied();
        of(&mut kept).ok().map(|value| (1.0, value))
    };
    (0..groups).filter_map(without).collect()
}

/// Clusters of values whose statistic is one of all values; each value can be a cluster of its own.
pub(crate) struct Values<'a, T, S> {
    pub(crate) clusters: &'a [&'a [T]],
    pub(crate) buffer: Vec<T>,
    pub(crate) statistic: S,
}

impl<T: Copy, S: FnMut(&mut [T]) -> Result<f64, Undefined>> Resample for Values<'_, T, S> {
    fn units(&self) -> u64 {
        count(self.clusters.len())
    }

    fn visits(&self) -> u64 {
        self.clusters.iter().map(|cluster| count(cluster.len())).sum()
    }

    fn whole(&mut self) -> Result<f64, Undefined> {
        self.buffer.clear();
        self.clusters.iter().for_each(|cluster| self.buffer.extend_from_slice(cluster));
        (self.statistic)(&mut self.buffer)
    }

    fn draw(&mut self, random: &mut Random) -> Result<f64, Undefined> {
        self.buffer.clear();
        for _ in 0..self.clusters.len() {
            self.buffer.extend_from_slice(self.clusters[random.below(self.clusters.len())]);
        }
        (self.statistic)(&mut self.buffer)
    }

    fn left_out(&mut self, most: usize) -> Vec<(f64, f64)> {
        let Self { clusters, buffer, statistic } = self;
        by_groups(clusters.len(), most, |kept| {
            buffer.clear();
            kept.for_each(|cluster| buffer.extend_from_slice(clusters[cluster]));
            statistic(buffer)
        })
    }
}

/// Independent values.
pub(crate) struct Sample<'a, T, S> {
    pub(crate) values: &'a [T],
    pub(crate) buffer: Vec<T>,
    pub(crate) statistic: S,
}

impl<T: Copy, S: FnMut(&mut [T]) -> Result<f64, Undefined>> Resample for Sample<'_, T, S> {
    fn units(&self) -> u64 {
        count(self.values.len())
    }

    fn visits(&self) -> u64 {
        self.units()
    }

    fn whole(&mut self) -> Result<f64, Undefined> {
        self.buffer.clear();
        self.buffer.extend_from_slice(self.values);
        (self.statistic)(&mut self.buffer)
    }

    fn draw(&mut self, random: &mut Random) -> Result<f64, Undefined> {
        self.buffer.clear();
        self.buffer.extend((0..self.values.len()).map(|_| self.values[random.below(self.values.len())]));
        (self.statistic)(&mut self.buffer)
    }

    fn left_out(&mut self, most: usize) -> Vec<(f64, f64)> {
        let Self { values, buffer, statistic } = self;
        by_groups(values.len(), most, |kept| {
            buffer.clear();
            buffer.extend(kept.map(|value| values[value]));
            statistic(buffer)
        })
    }
}

/// Independent values of a few kinds, by how often each occurs.
pub(crate) struct Counts<'a, S> {
    pub(crate) counts: &'a [u64],
    pub(crate) buffer: Vec<u64>,
    pub(crate) statistic: S,
}

impl<S: FnMut(&[u64]) -> Result<f64, Undefined>> Resample for Counts<'_, S> {
    fn units(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// A binomial draw costs about as much as ten draws of a value.
    fn visits(&self) -> u64 {
        10 * count(self.counts.len())
    }

    fn whole(&mut self) -> Result<f64, Undefined> {
        (self.statistic)(self.counts)
    }

    /// A multinomial draw: the first count is binomial, the second is so among the rest, and so on.
    fn draw(&mut self, random: &mut Random) -> Result<f64, Undefined> {
        self.buffer.clear();
        let mut left: u64 = self.counts.iter().sum();
        let mut to_draw = left;
        for count in self.counts {
            let drawn = if *count == left { to_draw } else { random.binomial(to_draw, float(*count) / float(left)) };
            self.buffer.push(drawn);
            to_draw -= drawn;
            left -= count;
        }
        (self.statistic)(&self.buffer)
    }

    fn left_out(&mut self, _most: usize) -> Vec<(f64, f64)> {
        let mut left_out = Vec::with_capacity(self.counts.len());
        for (kind, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.buffer.clear();
            self.buffer.extend_from_slice(self.counts);
            self.buffer[kind] -= 1;
            if let Ok(value) = (self.statistic)(&self.buffer) {
                left_out.push((float(*count), value));
            }
        }
        left_out
    }
}

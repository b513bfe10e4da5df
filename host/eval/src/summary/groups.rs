use scorebox_stats::{Clusters, PassRates};

/// Which rows a row depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The example: its repeats follow each other.
    pub(super) example: u64,
    /// The number of the cluster that it belongs to; none for an example of its own.
    pub(super) cluster: Option<usize>,
}

/// Sums of values that depend on each other. Takes constant memory for repeats, and 16 bytes for each cluster.
#[derive(Debug, Default)]
pub(super) struct Groups {
    current: Option<Current>,
    sums: Sums,
}

/// The example at hand.
#[derive(Clone, Copy, Debug)]
struct Current {
    group: Group,
    values: u64,
    sum: f64,
    booleans: u64,
    passed: u64,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    examples: Clusters,
    clusters: Vec<(u64, f64)>,
    passes: PassRates,
}

impl Groups {
    /// Adds a number, and whether it passed where it stands for a boolean.
    pub(super) fn add(&mut self, group: Group, number: f64, passed: Option<bool>) {
        let current = match &mut self.current {
            Some(current) if current.group.example == group.example => current,
            current => {
                if let Some(done) = current.take() {
                    self.sums.add(done);
                }
                current.insert(Current { group, values: 0, sum: 0.0, booleans: 0, passed: 0 })
            }
        };
        current.values += 1;
        current.sum += number;
        current.booleans += u64::from(passed.is_some());
        current.passed += u64::from(passed == Some(true));
    }

    /// All values by what they depend on, and the booleans by example.
    pub(super) fn finished(&self) -> (Clusters, PassRates) {
        let mut sums = self.sums.clone();
        if let Some(last) = self.current {
            sums.add(last);
        }
        let Sums { mut examples, clusters, passes } = sums;
        clusters.into_iter().for_each(|(size, sum)| examples.add(size, sum));
        (examples, passes)
    }
}

impl Sums {
    fn add(&mut self, done: Current) {
        if done.booleans > 0 {
            self.passes.add(done.booleans, done.passed);
        }
        let Some(cluster) = done.group.cluster else {
            self.examples.add(done.values, done.sum);
            return;
        };
        if self.clusters.len() <= cluster {
            self.clusters.resize(cluster + 1, (0, 0.0));
        }
        let (size, sum) = &mut self.clusters[cluster];
        *size += done.values;
        *sum += done.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(groups: &mut Groups, example: u64, cluster: Option<usize>, passed: bool) {
        groups.add(Group { example, cluster }, f64::from(u8::from(passed)), Some(passed));
    }

    #[test]
    fn repeats_of_an_example_are_one_cluster() {
        let mut groups = Groups::default();
        for (example, passed) in [(0, true), (0, false), (1, true), (1, true), (3, false)] {
            add(&mut groups, example, None, passed);
        }
        let (clusters, passes) = groups.finished();
        assert_eq!((clusters.clusters(), clusters.n(), clusters.mean()), (3, 5, Ok(0.6)));
        let rates = passes.rates(scorebox_stats::Confidence::default());
        assert_eq!(rates.iter().map(|rate| rate.examples).collect::<Vec<_>>(), [3, 2]);
        assert_eq!((rates[1].pass_at_k, rates[1].pass_pow_k), (1.0, 0.5));
    }

    #[test]
    fn a_cluster_comes_up_again_and_holds_whole_examples() {
        let mut groups = Groups::default();
        for (example, cluster) in [(0, Some(1)), (0, Some(1)), (1, None), (2, Some(0)), (3, Some(1))] {
            add(&mut groups, example, cluster, true);
        }
        let (clusters, passes) = groups.finished();
        assert_eq!((clusters.clusters(), clusters.n()), (3, 5));
        assert_eq!(passes.rates(scorebox_stats::Confidence::default())[0].examples, 4);
    }
}

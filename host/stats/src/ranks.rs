/// The ranks of numbers, and how many share each.
pub(crate) struct Ranks {
    /// For each number its rank from 1, the mean of the ranks where several are equal.
    pub(crate) ranks: Vec<f64>,
    /// The sizes of the groups of equal numbers, in ascending order of the numbers.
    pub(crate) ties: Vec<u64>,
}

/// Ranks finite numbers in O(n log n).
pub(crate) fn rank(numbers: &[f64]) -> Ranks {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_unstable_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut ties = Vec::new();
    let mut before = 0;
    // Compared as floats, so that 0 and −0 are equal.
    for group in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        let shared = crate::number::length(2 * before + group.len() + 1) / 2.0;
        group.iter().for_each(|index| ranks[*index] = shared);
        ties.push(crate::number::count(group.len()));
        before += group.len();
    }
    Ranks { ranks, ties }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_their_ranks() {
        // scipy.stats.rankdata
        let ranks = rank(&[3.0, -1.0, 3.0, 7.0, 3.0, 0.0, -0.0]);
        assert_eq!(ranks.ranks, [5.0, 1.0, 5.0, 7.0, 5.0, 2.5, 2.5]);
        assert_eq!(ranks.ties, [1, 2, 3, 1]);
        assert!(rank(&[]).ranks.is_empty());
    }
}

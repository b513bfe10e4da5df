//! Pairs expected calls with calls that were made, one to one.

use std::collections::VecDeque;

/// For each of `expected`, the index of the one of `made` that stands for it: as many pairs as there can be.
///
/// A call may match several expected ones, so taking the first that fits could leave one over that fits nothing else;
/// chains of exchanges find a place for it (a maximum matching, by augmenting paths).
pub(crate) fn pairs<E, M>(expected: &[E], made: &[M], matches: impl Fn(&E, &M) -> bool) -> Vec<Option<usize>> {
    let candidates =
        |one: &E| made.iter().enumerate().filter(|(_, call)| matches(one, call)).map(|(at, _)| at).collect();
    let candidates: Vec<Vec<usize>> = expected.iter().map(candidates).collect();
    let mut pairs = vec![None; expected.len()];
    let mut owners = vec![None; made.len()];
    for start in 0..expected.len() {
        augment(start, &candidates, &mut pairs, &mut owners);
    }
    pairs
}

/// Finds a place for `start`, moving others if need be; leaves all as it was if there is none.
fn augment(start: usize, candidates: &[Vec<usize>], pairs: &mut [Option<usize>], owners: &mut [Option<usize>]) {
    let mut reached_from = vec![None; owners.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(one) = queue.pop_front() {
        for &call in &candidates[one] {
            if reached_from[call].is_some() {
                continue;
            }
            reached_from[call] = Some(one);
            match owners[call] {
                Some(owner) => queue.push_back(owner),
                None => return exchange(call, &reached_from, pairs, owners),
            }
        }
    }
}

/// Gives a free call to the one that reached it, that one's call to the one that reached that, and so on.
fn exchange(free: usize, reached_from: &[Option<usize>], pairs: &mut [Option<usize>], owners: &mut [Option<usize>]) {
    let mut next = Some(free);
    while let Some(call) = next
        && let Some(one) = reached_from[call]
    {
        owners[call] = Some(one);
        next = pairs[one].replace(call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_are_paired_one_to_one() {
        assert_eq!(pairs(&["a", "b", "a"], &["a", "c", "b"], |one, other| one == other), [Some(0), Some(2), None]);
        assert_eq!(pairs(&["a"; 3], &["a"; 2], |one, other| one == other), [Some(0), Some(1), None]);
    }

    #[test]
    fn a_choosy_one_gets_its_only_match() {
        // `*` takes anything, and would take `a` first.
        let matches = |one: &&str, call: &&str| *one == "*" || one == call;
        assert_eq!(pairs(&["*", "a"], &["a", "b"], matches), [Some(1), Some(0)]);
        let starts = |one: &&str, call: &&str| call.starts_with(*one);
        assert_eq!(pairs(&["a", "ab", "abc"], &["abc", "ab", "a"], starts), [Some(2), Some(1), Some(0)]);
    }

    #[test]
    fn nothing_pairs_with_nothing() {
        assert_eq!(pairs(&["a"], &[] as &[&str], |one, other| one == other), [None]);
        assert_eq!(pairs(&[] as &[&str], &["a"], |one, other| one == other), []);
    }
}

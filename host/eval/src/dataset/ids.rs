use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Finds out whether an id occurred before.
///
/// While ids ascend – row numbers do, and so do zero-padded counters and `UUIDv7`s – none can repeat, and nothing but the
/// last one is kept. From the first id that does not ascend, a 64-bit hash of each is kept: some 20 MB for a million
/// ids, among which the chance of a false alarm is 3 in 10⁸.
#[derive(Default)]
pub(super) struct IdCheck {
    last: Option<String>,
    seen: Option<HashSet<u64, BuildHasherDefault<Identity>>>,
}

/// What [`IdCheck::check`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    Duplicate,
    /// The check cannot tell before [`IdCheck::remember_all`] has been given the ids of all earlier rows.
    NeedsHistory,
}

impl IdCheck {
    pub(super) fn check(&mut self, id: &str) -> Verdict {
        if let Some(seen) = &mut self.seen {
            return if seen.insert(hash(id)) { Verdict::New } else { Verdict::Duplicate };
        }
        match &mut self.last {
            Some(last) if !ascends(last, id) => Verdict::NeedsHistory,
            Some(last) => {
                last.clear();
                last.push_str(id);
                Verdict::New
            }
            None => {
                self.last = Some(id.to_owned());
                Verdict::New
            }
        }
    }

    pub(super) fn remember_all(&mut self, ids: impl Iterator<Item = String>) {
        self.seen = Some(ids.map(|id| hash(&id)).collect());
    }
}

/// Shorter before longer, then by bytes: a total order in which plain and zero-padded numbers ascend.
fn ascends(last: &str, next: &str) -> bool {
    (last.len(), last) < (next.len(), next)
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Passes on a key that is a hash already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("the keys are u64");
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascending_ids_are_new_without_a_history() {
        let mut check = IdCheck::default();
        for id in (1..=1000).map(|row| row.to_string()) {
            assert_eq!(check.check(&id), Verdict::New);
        }
        assert!(check.seen.is_none());
    }

    #[test]
    fn a_repeated_id_is_found_once_the_history_is_known() {
        let mut check = IdCheck::default();
        assert_eq!(check.check("b"), Verdict::New);
        assert_eq!(check.check("a"), Verdict::NeedsHistory);
        check.remember_all(["b".to_owned()].into_iter());
        assert_eq!(check.check("a"), Verdict::New);
        assert_eq!(check.check("b"), Verdict::Duplicate);
    }
}

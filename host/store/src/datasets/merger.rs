use std::collections::{HashMap, HashSet};
use std::io;

use scorebox_core::Example;

use super::canonical::RecordKey;
use super::draft::{Draft, Drafted, Slot};
use super::merge::merge;
use super::outline::{Index, Outline, id_hash};

/// Merges new records into a version: what has inputs that the version knows updates the record that has them, in its
/// place; the others are added at the end, in their order.
///
/// Needs the outline of the version first, then the new records, then the version's examples in their order. It keeps some
/// 150 bytes in memory for each record; the records themselves wait in their draft.
pub(super) struct Merger {
    index: Index,
    /// Records of the version.
    known: u64,
    /// Ids that are taken. Two that share a hash only make a new id longer than it had to be.
    ids: HashSet<u64>,
    added: HashMap<RecordKey, u64>,
    patches: Vec<Patch>,
}

/// A new record.
struct Patch {
    /// The position of the record that it goes into, which is its own where that is new.
    position: u64,
    slot: Slot,
    /// Its number among the new records, from 1.
    row: u32,
}

/// What a merge gave.
pub(super) struct Merged {
    pub(super) draft: Draft,
    pub(super) added: u64,
    pub(super) changed: u64,
}

impl Merger {
    pub(super) fn new(version: Outline) -> Self {
        let ids: HashSet<u64> = version.id_hashes().collect();
        let known = version.records();
        Self { index: version.into_index(), known, ids, added: HashMap::new(), patches: Vec::new() }
    }

    /// Drafts the version that comes of the examples of the version in their order, and the new records.
    pub(super) fn merge<E: From<io::Error>>(
        mut self,
        version: impl Iterator<Item = Result<Example, E>>,
        records: &mut Drafted,
    ) -> Result<Merged, E> {
        self.place(records)?;
        let mut merged = Merged { draft: Draft::new(), added: self.added.len() as u64, changed: 0 };
        let mut patches = std::mem::take(&mut self.patches);
        patches.sort_by_key(|patch| patch.position);
        let mut patches = patches.into_iter().peekable();
        let update = |example: &mut Example, patch: &Patch, records: &mut Drafted| {
            merge(example, &records.read(patch.slot)?).map_err(io::Error::other)
        };
        for (position, example) in (0..).zip(version) {
            let mut example = example?;
            let before = patches.peek().is_some_and(|patch| patch.position == position).then(|| example.clone());
            while let Some(patch) = patches.next_if(|patch| patch.position == position) {
                update(&mut example, &patch, records)?;
            }
            merged.changed += u64::from(before.is_some_and(|before| before != example));
            merged.draft.push(&example)?;
        }
        while let Some(first) = patches.next() {
            let mut example = records.read(first.slot)?;
            example.id = self.free_id(example.id, first.row, first.position);
            while let Some(patch) = patches.next_if(|patch| patch.position == first.position) {
                update(&mut example, &patch, records)?;
            }
            merged.draft.push(&example)?;
        }
        Ok(merged)
    }

    /// Finds out which record each of the new ones goes into.
    fn place(&mut self, records: &mut Drafted) -> io::Result<()> {
        records.rewind()?;
        let mut row = 0_u32;
        while let Some((slot, record)) = records.next_example()? {
            row = row.saturating_add(1);
            let key = RecordKey::of(&record.inputs);
            let next = self.known + self.added.len() as u64;
            let known = self.index.find(key, id_hash(&record.id));
            let position = known.unwrap_or_else(|| *self.added.entry(key).or_insert(next));
            self.patches.push(Patch { position, slot, row });
        }
        Ok(())
    }

    /// An id that no record has. A record whose id is only its row number gets its number in the dataset.
    fn free_id(&mut self, id: String, row: u32, position: u64) -> String {
        if self.ids.insert(id_hash(&id)) {
            return id;
        }
        let number = (position + 1).to_string();
        if id == row.to_string() && self.ids.insert(id_hash(&number)) {
            return number;
        }
        let mut suffix = 2_u64;
        loop {
            let longer = format!("{id}-{suffix}");
            if self.ids.insert(id_hash(&longer)) {
                return longer;
            }
            suffix += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(version: &[Example], new: &[Example]) -> (Vec<Example>, u64, u64) {
        let mut outline = Outline::default();
        version.iter().for_each(|example| outline.push(example));
        let mut records = Draft::new();
        new.iter().for_each(|record| records.push(record).unwrap());
        let mut records = records.finish().unwrap();
        let merger = Merger::new(outline);
        let version = version.iter().cloned().map(io::Result::Ok);
        let Merged { draft, added, changed } = merger.merge(version, &mut records).unwrap();
        let mut drafted = draft.finish().unwrap();
        let mut examples = Vec::new();
        while let Some((_, example)) = drafted.next_example().unwrap() {
            examples.push(example);
        }
        (examples, added, changed)
    }

    fn example(id: &str, inputs: u8, expected: &str) -> Example {
        let text = format!(r#"{{"id":"{id}","inputs":{{"q":{inputs}}},"expectations":{expected}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn lines(examples: &[Example]) -> String {
        examples.iter().map(|example| serde_json::to_string(example).unwrap() + "\n").collect()
    }

    #[test]
    fn known_inputs_update_a_record_and_others_are_added_at_the_end() {
        let version = [example("a", 1, r#"{"x":1}"#), example("b", 2, "{}")];
        let new = [example("c", 3, "{}"), example("d", 1, r#"{"y":2}"#), example("e", 3, r#"{"z":3}"#)];
        let (examples, added, changed) = merged(&version, &new);
        insta::assert_snapshot!(lines(&examples), @r#"
        {"id":"a","inputs":{"q":1},"expectations":{"x":1,"y":2}}
        {"id":"b","inputs":{"q":2},"expectations":{}}
        {"id":"c","inputs":{"q":3},"expectations":{"z":3}}
        "#);
        assert_eq!((added, changed), (1, 1));
    }

    #[test]
    fn a_taken_id_becomes_the_next_number_or_gets_a_suffix() {
        let version = [example("1", 1, "{}"), example("q", 2, "{}"), example("q-2", 3, "{}")];
        let new = [example("1", 10, "{}"), example("q", 11, "{}"), example("5", 12, "{}"), example("4", 13, "{}")];
        let ids: Vec<_> = merged(&version, &new).0.into_iter().map(|example| example.id).collect();
        assert_eq!(ids, ["1", "q", "q-2", "4", "q-3", "5", "7"]);
    }

    #[test]
    fn records_that_contradict_each_other_count_by_what_they_come_to() {
        let version = [example("a", 1, r#"{"x":2}"#)];
        let (examples, _, changed) = merged(&version, &[example("b", 1, r#"{"x":1}"#), example("c", 1, r#"{"x":2}"#)]);
        assert_eq!((examples.as_slice(), changed), (version.as_slice(), 0));
    }

    /// Few inputs, ids and keys, so that they meet; the ids of a list are made unique.
    fn examples() -> impl Strategy<Value = Vec<Example>> {
        let fields = (0..6_u8, 0..8_u8, prop::option::of(0..3_u8), prop::collection::btree_map(0..3_u8, 0..3_u8, 0..3));
        prop::collection::vec(fields, 0..12).prop_map(|rows| {
            let mut ids = HashSet::new();
            let rows = rows.into_iter().filter(|(id, ..)| ids.insert(*id)).map(|(id, inputs, outputs, expected)| {
                let outputs = outputs.map(|output| format!(r#""outputs":{output},"#)).unwrap_or_default();
                let members: Vec<_> = expected.iter().map(|(key, value)| format!(r#""{key}": {value}"#)).collect();
                let tags: Vec<_> = expected.iter().map(|(key, value)| format!(r#""{value}":"{key}""#)).collect();
                let text = format!(
                    r#"{{"id":"{id}","inputs":{{"q":{inputs}}},{outputs}"expectations":{{{}}},"tags":{{{}}}}}"#,
                    members.join(","),
                    tags.join(","),
                );
                serde_json::from_str(&text).unwrap()
            });
            rows.collect()
        })
    }

    proptest! {
        #[test]
        fn merging_a_version_with_itself_changes_nothing(version in examples()) {
            let (merged, added, changed) = merged(&version, &version);
            prop_assert_eq!((lines(&merged), added, changed), (lines(&version), 0, 0));
        }

        #[test]
        fn merging_twice_is_merging_once((version, new) in (examples(), examples())) {
            let once = merged(&version, &new).0;
            let (twice, added, changed) = merged(&once, &new);
            prop_assert_eq!((lines(&twice), added, changed), (lines(&once), 0, 0));
        }

        #[test]
        fn records_keep_their_place_their_id_and_their_inputs((version, new) in (examples(), examples())) {
            let (merged, added, _) = merged(&version, &new);
            prop_assert_eq!(merged.len() as u64, version.len() as u64 + added);
            for (before, after) in version.iter().zip(&merged) {
                prop_assert_eq!((&before.id, &before.inputs), (&after.id, &after.inputs));
            }
            let ids: HashSet<_> = merged.iter().map(|example| &example.id).collect();
            prop_assert_eq!(ids.len(), merged.len());
        }

        #[test]
        fn nothing_that_a_new_record_says_is_lost_unless_a_later_one_says_otherwise((version, new) in (examples(), examples())) {
            let (merged, ..) = merged(&version, &new);
            for (index, record) in new.iter().enumerate() {
                if new[index + 1..].iter().any(|later| later.inputs == record.inputs) {
                    continue;
                }
                let takes = |example: &&Example| {
                    let mut again = (*example).clone();
                    merge(&mut again, record).unwrap();
                    example.inputs == record.inputs && again == **example
                };
                prop_assert!(merged.iter().any(|example| takes(&example)), "{record:?}");
            }
        }

        #[test]
        fn the_counts_are_those_of_a_comparison((version, new) in (examples(), examples())) {
            let (merged, added, changed) = merged(&version, &new);
            let outline = |examples: &[Example]| {
                let mut outline = Outline::default();
                examples.iter().for_each(|example| outline.push(example));
                outline
            };
            let comparison = outline(&version).compare(outline(&merged));
            prop_assert_eq!((comparison.added.len() as u64, comparison.changed.len() as u64), (added, changed));
            prop_assert_eq!(comparison.removed, Vec::<u64>::new());
        }
    }
}

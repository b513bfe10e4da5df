use std::collections::HashMap;

use scorebox_core::{Digest, DigestWriter, Example, Json};

use super::canonical::{RecordKey, canonical, short_digest};

/// What it takes to find the records of a version again: 48 bytes for each, however long they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    lines: Vec<Line>,
}

/// One record.
#[derive(Clone, Copy, Debug)]
struct Line {
    key: RecordKey,
    id: u64,
    content: [u8; 16],
    position: u64,
}

/// What became of the records of one version in another, by their positions in the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) added: Vec<u64>,
    pub(super) removed: Vec<u64>,
    pub(super) changed: Vec<(u64, u64)>,
    pub(super) unchanged: u64,
}

impl Outline {
    pub(super) fn with_capacity(records: usize) -> Self {
        Self { lines: Vec::with_capacity(records) }
    }

    /// Adds the next record.
    pub(super) fn push(&mut self, example: &Example) {
        let key = RecordKey::of(&example.inputs);
        let position = self.lines.len() as u64;
        self.lines.push(Line { key, id: id_hash(&example.id), content: content(example), position });
    }

    /// How many records there are.
    pub(super) fn records(&self) -> u64 {
        self.lines.len() as u64
    }

    pub(super) fn id_hashes(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().map(|line| line.id)
    }

    pub(super) fn into_index(self) -> Index {
        Index::new(self.lines)
    }

    /// Pairs the records of two versions: first those with equal inputs and the same id, then those with equal inputs in
    /// their order, then those that only share the id. Whatever is left is gone or new.
    pub(super) fn compare(self, after: Self) -> Comparison {
        let (mut old, mut new) = (self.lines, after.lines);
        let mut comparison = Comparison::default();
        let mut pair = |before: &Line, after: &Line| {
            if before.key == after.key && before.content == after.content {
                comparison.unchanged += 1;
            } else {
                comparison.changed.push((before.position, after.position));
            }
        };
        join(&mut old, &mut new, |line| (line.key, line.id), &mut pair);
        join(&mut old, &mut new, |line| line.key, &mut pair);
        join(&mut old, &mut new, |line| line.id, &mut pair);
        comparison.removed = old.iter().map(|line| line.position).collect();
        comparison.added = new.iter().map(|line| line.position).collect();
        comparison.removed.sort_unstable();
        comparison.added.sort_unstable();
        comparison.changed.sort_unstable_by_key(|(_, after)| *after);
        comparison
    }
}

/// Takes out of both lists the lines that share what `by` gives, and hands them on in pairs, in the order of their
/// positions where several share it.
fn join<K: Ord>(
    old: &mut Vec<Line>,
    new: &mut Vec<Line>,
    by: impl Fn(&Line) -> K,
    pair: &mut impl FnMut(&Line, &Line),
) {
    use std::cmp::Ordering::{Equal, Greater, Less};

    for lines in [&mut *old, &mut *new] {
        lines.sort_unstable_by(|left, right| by(left).cmp(&by(right)).then(left.position.cmp(&right.position)));
    }
    let (mut left, mut right, mut old_kept, mut new_kept) = (0, 0, 0, 0);
    loop {
        let order = match (old.get(left), new.get(right)) {
            (Some(before), Some(after)) => by(before).cmp(&by(after)),
            (Some(_), None) => Less,
            (None, Some(_)) => Greater,
            (None, None) => break,
        };
        match order {
            Equal => {
                pair(&old[left], &new[right]);
                (left, right) = (left + 1, right + 1);
            }
            Less => {
                old[old_kept] = old[left];
                (left, old_kept) = (left + 1, old_kept + 1);
            }
            Greater => {
                new[new_kept] = new[right];
                (right, new_kept) = (right + 1, new_kept + 1);
            }
        }
    }
    old.truncate(old_kept);
    new.truncate(new_kept);
}

/// Finds records by their inputs.
pub(super) struct Index {
    /// In the order of key and id.
    lines: Vec<Line>,
    /// The first position of each key that several records have.
    repeated: HashMap<RecordKey, u64>,
}

impl Index {
    fn new(mut lines: Vec<Line>) -> Self {
        lines.sort_unstable_by_key(|line| (line.key, line.id));
        let mut repeated = HashMap::new();
        for group in lines.chunk_by(|left, right| left.key == right.key).filter(|group| group.len() > 1) {
            if let Some(first) = group.iter().map(|line| line.position).min() {
                repeated.insert(group[0].key, first);
            }
        }
        Self { lines, repeated }
    }

    /// The position of the record with these inputs: of several, the one that has the id too, else the first.
    pub(super) fn find(&self, key: RecordKey, id: u64) -> Option<u64> {
        if let Ok(found) = self.lines.binary_search_by_key(&(key, id), |line| (line.key, line.id)) {
            return Some(self.lines[found].position);
        }
        if let Some(first) = self.repeated.get(&key) {
            return Some(*first);
        }
        let found = self.lines.binary_search_by_key(&key, |line| line.key).ok()?;
        Some(self.lines[found].position)
    }
}

/// Eight bytes that stand for an id.
pub(super) fn id_hash(id: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = short_digest(id.as_bytes());
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// Stands for what a record says beside its inputs, however it is written.
fn content(example: &Example) -> [u8; 16] {
    let mut writer = DigestWriter::default();
    let mut part = |text: &str| {
        writer.update(&(text.len() as u64).to_le_bytes());
        writer.update(text.as_bytes());
    };
    part(&example.id);
    for json in [&example.outputs, &example.expectations, &example.trace] {
        part(&json.as_ref().map_or_else(String::new, |json: &Json| canonical(json)));
    }
    for (name, value) in &example.tags {
        part(name);
        part(value);
    }
    let digest: Digest = writer.finish();
    let mut short = [0; 16];
    short.copy_from_slice(&digest.bytes()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(id: &str, inputs: u32, expected: u32) -> Example {
        let text = format!(r#"{{"id":"{id}","inputs":{{"q":{inputs}}},"expectations":{{"r":{expected}}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn outline(examples: &[(&str, u32, u32)]) -> Outline {
        let mut outline = Outline::default();
        examples.iter().for_each(|(id, inputs, expected)| outline.push(&example(id, *inputs, *expected)));
        outline
    }

    #[test]
    fn records_with_equal_inputs_are_compared_wherever_they_stand() {
        let before = outline(&[("a", 1, 1), ("b", 2, 2), ("c", 3, 3)]);
        let after = outline(&[("d", 4, 4), ("c", 3, 30), ("a", 1, 1)]);
        let expected = Comparison { added: vec![0], removed: vec![1], changed: vec![(2, 1)], unchanged: 1 };
        assert_eq!(before.compare(after), expected);
    }

    #[test]
    fn a_record_whose_inputs_were_edited_is_recognised_by_its_id() {
        let comparison = outline(&[("a", 1, 1), ("b", 2, 2)]).compare(outline(&[("a", 9, 1), ("b", 2, 2)]));
        assert_eq!(comparison, Comparison { changed: vec![(0, 0)], unchanged: 1, ..Comparison::default() });
    }

    #[test]
    fn of_records_with_equal_inputs_those_with_the_same_id_are_pairs() {
        let comparison = outline(&[("a", 1, 1), ("b", 1, 2)]).compare(outline(&[("b", 1, 2)]));
        assert_eq!(comparison, Comparison { removed: vec![0], unchanged: 1, ..Comparison::default() });
        let renamed = outline(&[("a", 1, 1), ("b", 1, 2)]).compare(outline(&[("x", 1, 1), ("y", 1, 2)]));
        assert_eq!(renamed.changed, [(0, 0), (1, 1)]);
    }

    #[test]
    fn another_spelling_is_no_change() {
        let mut other = example("a", 1, 1);
        other.expectations = Some(Json::parse(r#"{ "r" : 1 }"#).unwrap());
        let mut after = Outline::default();
        after.push(&other);
        assert_eq!(outline(&[("a", 1, 1)]).compare(after).unchanged, 1);
    }

    #[test]
    fn a_record_is_found_by_its_inputs_and_of_several_by_its_id() {
        let key = |inputs| RecordKey::of(&example("", inputs, 0).inputs);
        let index = outline(&[("c", 1, 1), ("b", 1, 2), ("a", 1, 3), ("d", 2, 4)]).into_index();
        assert_eq!(index.find(key(1), id_hash("a")), Some(2));
        assert_eq!(index.find(key(1), id_hash("x")), Some(0));
        assert_eq!(index.find(key(2), id_hash("x")), Some(3));
        assert_eq!(index.find(key(3), id_hash("a")), None);
    }
}

//! The texts of rows, each kept once: repeats share their inputs, and failures their backtraces.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Where a text stands in the page's list of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct TextId(u32);

/// A text, or the beginning of one.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Text {
    shown: Box<str>,
    /// The characters of the whole text, where only its beginning is shown.
    length: Option<usize>,
}

/// In the page, a whole text is a string, and the beginning of one a pair with the length of the whole.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.length {
            None => serializer.serialize_str(&self.shown),
            Some(length) => (&self.shown, length).serialize(serializer),
        }
    }
}

#[derive(Debug)]
struct Entry {
    text: Arc<Text>,
    uses: u32,
}

/// Texts by number, with a count of their uses.
#[derive(Debug, Default)]
pub(super) struct Texts {
    entries: Vec<Entry>,
    ids: HashMap<Arc<Text>, TextId>,
    /// Numbers whose texts are used no more.
    free: Vec<TextId>,
    bytes: usize,
}

impl Texts {
    /// Keeps a text, or the first `max_characters` of it.
    pub(super) fn keep(&mut self, text: &str, max_characters: usize) -> TextId {
        let text = Arc::new(Text::of(text, max_characters));
        if let Some(id) = self.ids.get(&text) {
            self.entries[id.place()].uses += 1;
            return *id;
        }
        self.bytes += text.shown.len();
        let entry = Entry { text: Arc::clone(&text), uses: 1 };
        let id = match self.free.pop() {
            Some(id) => {
                self.entries[id.place()] = entry;
                id
            }
            None => {
                self.entries.push(entry);
                // The limit on bytes comes long before the limit of 32 bits, as only one text is empty.
                TextId(u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX))
            }
        };
        self.ids.insert(text, id);
        id
    }

    /// Takes back one use of a text, and forgets the text with the last one.
    pub(super) fn release(&mut self, id: TextId) {
        let entry = &mut self.entries[id.place()];
        entry.uses -= 1;
        if entry.uses == 0 {
            self.bytes -= entry.text.shown.len();
            self.ids.remove(&entry.text);
            entry.text = Arc::new(Text { shown: "".into(), length: None });
            self.free.push(id);
        }
    }

    /// The bytes of all texts.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The texts in their order, in blocks of this many.
    pub(super) fn blocks(&self, size: usize) -> impl Iterator<Item = impl Serialize> {
        self.entries.chunks(size).map(|entries| entries.iter().map(|entry| &*entry.text).collect::<Vec<_>>())
    }
}

impl TextId {
    fn place(self) -> usize {
        self.0 as usize
    }
}

impl Text {
    fn of(text: &str, max_characters: usize) -> Self {
        match text.char_indices().nth(max_characters) {
            None => Self { shown: text.into(), length: None },
            Some((end, _)) => Self { shown: text[..end].into(), length: Some(text.chars().count()) },
        }
    }
}

/// The texts of one row, which can be taken back together.
pub(super) struct RowTexts<'t> {
    texts: &'t mut Texts,
    used: Vec<TextId>,
}

impl<'t> RowTexts<'t> {
    pub(super) fn new(texts: &'t mut Texts) -> Self {
        Self { texts, used: Vec::new() }
    }

    /// Keeps a text, or the first `max_characters` of it.
    pub(super) fn keep(&mut self, text: &str, max_characters: usize) -> TextId {
        let id = self.texts.keep(text, max_characters);
        self.used.push(id);
        id
    }

    /// The uses, to be released with the row.
    pub(super) fn finish(self) -> Box<[TextId]> {
        self.used.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(texts: &Texts) -> Vec<String> {
        texts.blocks(2).map(|block| serde_json::to_string(&block).unwrap()).collect()
    }

    #[test]
    fn equal_texts_are_kept_once_and_long_ones_in_part() {
        let mut texts = Texts::default();
        let first = texts.keep("Paris", 5);
        assert_eq!(texts.keep("Paris", 5), first);
        assert_ne!(texts.keep("Paris, of course", 5), first);
        texts.keep("né à", 2);
        assert_eq!(json(&texts), [r#"["Paris",["Paris",16]]"#, r#"[["né",4]]"#]);
        assert_eq!(texts.bytes(), 5 + 5 + 3);
    }

    #[test]
    fn a_text_is_forgotten_with_its_last_use() {
        let mut texts = Texts::default();
        let (a, b) = (texts.keep("a", 9), texts.keep("b", 9));
        texts.keep("a", 9);
        texts.release(a);
        texts.release(b);
        assert_eq!((json(&texts), texts.bytes()), (vec![r#"["a",""]"#.to_owned()], 1));
        assert_eq!(texts.keep("c", 9), b);
        assert_eq!(json(&texts), [r#"["a","c"]"#]);
    }
}
